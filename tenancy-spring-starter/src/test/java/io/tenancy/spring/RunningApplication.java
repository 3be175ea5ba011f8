package io.tenancy.spring;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.spring.app.NotesApplication;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The application on a real server, with a tenant on each level: one context for all tests that extend it. */
@SpringBootTest(
        classes = NotesApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "tenancy.web.apex=exempt",
            "tenancy.web.exempt-paths=/open/**",
            "tenancy.web.resolvers=subdomain,custom-domain,header",
            "tenancy.usage.metrics[0].name=api.calls",
            "tenancy.usage.metrics[0].unit=call",
            "tenancy.usage.metrics[0].aggregation=count",
            "tenancy.usage.intake.path=/usage/events",
            "management.endpoints.web.exposure.include=tenancy,tenancyusage,health",
            "management.endpoint.health.show-details=always"
        })
abstract class RunningApplication {

    static final String SHARED = "shared-clinic";
    static final String SCHEMA = "schema-clinic";
    static final String DATABASE = "database-clinic";

    @LocalServerPort
    int port;

    @Autowired
    TenancyInstallation installation;

    @DynamicPropertySource
    static void server(DynamicPropertyRegistry registry) {
        Map<String, String> properties = TestServer.properties();
        properties.forEach((name, value) -> registry.add(name, () -> value));
    }

    @BeforeEach
    void provision() {
        tenant(SHARED, IsolationLevel.SHARED);
        tenant(SCHEMA, IsolationLevel.SCHEMA);
        tenant(DATABASE, IsolationLevel.DATABASE);
    }

    Tenant tenant(String slug, IsolationLevel level) {
        return installation.provisioner().provision(NewTenant.of(slug, slug, level));
    }

    static String host(String slug) {
        return slug + ".cms.localhost";
    }

    Http.Answer get(String slug, String path, String... headers) {
        return Http.get(port, host(slug), path, headers);
    }
}
