package io.tenancy.spring.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/** Defaults of Spring Boot that differ in a multi-tenant application. Whatever the application sets wins. */
public final class TenancyDefaults implements EnvironmentPostProcessor {

    /** Made by Spring Boot. */
    public TenancyDefaults() {}

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        if (environment.getProperty("tenancy.enabled", "true").equalsIgnoreCase("false")) {
            return;
        }
        // Together with the application's own defaults and beneath them, because nothing comes after those.
        Map<String, Object> defaults = defaults();
        PropertySource<?> own = environment.getPropertySources().get(DefaultPropertiesPropertySource.NAME);
        if (own != null) {
            defaults.keySet().removeIf(own::containsProperty);
        }
        DefaultPropertiesPropertySource.addOrMerge(defaults, environment.getPropertySources());
    }

    /**
     * The defaults.
     *
     * @return property to value
     */
    public static Map<String, Object> defaults() {
        Map<String, Object> defaults = new LinkedHashMap<>();
        // A session that stays open while the page is rendered holds the tenant's connection for as long.
        defaults.put("spring.jpa.open-in-view", "false");
        // Unset, Boot asks the data source what it is, at a moment when no tenant is bound.
        defaults.put("spring.jpa.hibernate.ddl-auto", "none");
        defaults.put("spring.flyway.enabled", "false");
        defaults.put("spring.liquibase.enabled", "false");
        defaults.put("spring.sql.init.mode", "never");
        defaults.put("spring.task.execution.propagate-context", "true");
        defaults.put("spring.reactor.context-propagation", "auto");
        // Boot's own check asks for a connection of no tenant; the starter's asks the control database.
        defaults.put("management.health.db.enabled", "false");
        // Test slices would put an in-memory database in the place of the tenants'.
        defaults.put("spring.test.database.replace", "none");
        return defaults;
    }
}
