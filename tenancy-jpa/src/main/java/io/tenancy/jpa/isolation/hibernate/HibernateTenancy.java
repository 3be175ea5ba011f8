package io.tenancy.jpa.isolation.hibernate;

import io.tenancy.TenancyException;
import io.tenancy.isolation.IsolationProvider;
import io.tenancy.jpa.isolation.IsolationNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.hibernate.Version;
import org.jspecify.annotations.Nullable;

/** The settings that make a session factory multi-tenant, and a check that nothing else undoes them. */
public final class HibernateTenancy {

    /** Older versions let {@code remove(getReference(foreignId))} change another tenant's row (HHH-20883). */
    public static final String MINIMUM_VERSION = "7.4.8";

    private static final int[] MINIMUM = {7, 4, 8};

    private HibernateTenancy() {}

    /**
     * Settings for {@code Persistence.createEntityManagerFactory}, a {@code SessionFactory} or Spring.
     *
     * @param isolation gives the connections
     * @return setting name to value
     */
    public static Map<String, Object> settings(IsolationProvider isolation) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("hibernate.multi_tenant_connection_provider", new TenantConnectionProvider(isolation));
        settings.put("hibernate.tenant_identifier_resolver", new TenantIdentifier());
        settings.put("hibernate.default_schema", IsolationNames.PLACEHOLDER_SCHEMA);
        // Without these two, every transaction pays round trips of its own.
        settings.put("hibernate.connection.provider_disables_autocommit", "true");
        settings.put("hibernate.boot.allow_jdbc_metadata_access", "false");
        // Told what the database is, Hibernate chooses the dialect itself; naming the dialect would make it warn.
        settings.put("jakarta.persistence.database-product-name", "PostgreSQL");
        settings.put("jakarta.persistence.database-major-version", "16");
        settings.put("hibernate.hbm2ddl.auto", "none");
        return settings;
    }

    /**
     * Refuses settings and versions under which tenants are not apart. All faults are reported together.
     *
     * @param settings the settings that the session factory is about to get
     * @throws TenancyException naming each setting, its value and what to do
     */
    public static void require(Map<String, ?> settings) {
        List<String> faults = new ArrayList<>();
        requireVersion(Version.getVersionString(), faults);
        String ddl = ddlOf(settings.get("hibernate.hbm2ddl.auto")).toLowerCase(Locale.ROOT);
        if (!ddl.equals("none") && !ddl.equals("validate")) {
            faults.add("hibernate.hbm2ddl.auto was '" + ddl + "', but tables belong to migrations that every tenant's"
                    + " schema goes through; set it to 'none' or 'validate'");
        }
        Object schema = settings.get("hibernate.default_schema");
        if (schema != null && !IsolationNames.PLACEHOLDER_SCHEMA.equals(schema)) {
            faults.add("hibernate.default_schema was '" + schema + "', but only '" + IsolationNames.PLACEHOLDER_SCHEMA
                    + "' is replaced by the tenant's schema; leave it out");
        }
        Object dialect = settings.get("hibernate.dialect");
        if (dialect instanceof String name && isOfAnotherProduct(name)) {
            faults.add("hibernate.dialect was '" + name + "', but tenants' rows lie in PostgreSQL; leave it out (with"
                    + " Spring: spring.jpa.database-platform)");
        }
        Object keys = settings.get("hibernate.cache.keys_factory");
        if (keys != null && String.valueOf(keys).toLowerCase(Locale.ROOT).contains("simple")) {
            faults.add("hibernate.cache.keys_factory was '" + keys
                    + "', whose keys leave the tenant out, so that tenants" + " would share cached rows; leave it out");
        }
        if (!faults.isEmpty()) {
            throw new TenancyException(
                    "Hibernate cannot keep tenants apart as configured:\n - " + String.join("\n - ", faults));
        }
    }

    /**
     * The version of Hibernate on the class path, for a check before anything is started.
     *
     * @return for example {@code 7.4.9.Final}
     */
    public static String version() {
        return Version.getVersionString();
    }

    /**
     * Whether a version of Hibernate keeps one tenant's work off another's rows.
     *
     * @param version for example {@code 7.4.9.Final}
     * @return false for those before {@value #MINIMUM_VERSION}
     */
    public static boolean keepsTenantsApart(String version) {
        List<String> faults = new ArrayList<>();
        requireVersion(version, faults);
        return faults.isEmpty();
    }

    private static boolean isOfAnotherProduct(String dialect) {
        return dialect.startsWith("org.hibernate.dialect.") && !dialect.startsWith("org.hibernate.dialect.Postgre");
    }

    private static String ddlOf(@Nullable Object setting) {
        return setting == null ? "none" : setting.toString();
    }

    static void requireVersion(String found, List<String> faults) {
        String[] parts = found.split("[.-]", 4);
        for (int i = 0; i < MINIMUM.length; i++) {
            int part = i < parts.length && parts[i].matches("\\d{1,6}") ? Integer.parseInt(parts[i]) : 0;
            if (part != MINIMUM[i]) {
                if (part < MINIMUM[i]) {
                    faults.add(
                            "Hibernate " + found + " lets remove(getReference(id)) and detached updates reach another"
                                    + " tenant's row (HHH-20883); use " + MINIMUM_VERSION
                                    + " or newer. With spring-boot-starter-parent set the property hibernate.version;"
                                    + " without that parent import tenancy-bom before spring-boot-dependencies");
                }
                return;
            }
        }
    }
}
