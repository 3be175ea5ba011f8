package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tenancy.IsolationLevel;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.embedded.EmbeddedPostgres;
import io.tenancy.spring.app.NotesApplication;
import io.tenancy.spring.internal.TenancyFailureAnalyzer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ConfigurableApplicationContext;

class DatabaseDownTest {

    @Test
    void aServerThatIsDownAtStartIsAnalysed() {
        Map<String, String> properties = new LinkedHashMap<>(TestServer.properties());
        properties.put("tenancy.database.url", "jdbc:postgresql://127.0.0.1:1/nowhere");

        FailureAnalysis analysis = failureOf(properties);

        assertThat(analysis.getDescription()).contains("127.0.0.1:1/nowhere").doesNotContain("\tat ");
        assertThat(analysis.getAction()).contains("Start the PostgreSQL server", "tenancy.database.url");
    }

    @Test
    void aWrongPasswordAtStartIsAnalysed() {
        Map<String, String> properties = new LinkedHashMap<>(TestServer.properties());
        properties.put("tenancy.database.owner.password", "wrong");

        assertThat(failureOf(properties).getAction()).contains("tenancy.database.owner.*");
    }

    @Test
    void aMissingLoginAtStartIsAnalysedWithTheSqlThatMakesIt() {
        Map<String, String> properties = new LinkedHashMap<>(TestServer.properties());
        properties.put("tenancy.database.runtime.username", "forgotten");

        assertThat(failureOf(properties).getDescription()).contains("no login [forgotten]", "create role");
    }

    @Test
    void aServerThatGoesDownIs503UntilItIsBack(@TempDir Path directory) {
        Path data = directory.resolve("data");
        EmbeddedPostgres first = EmbeddedPostgres.at(data).start();
        int serverPort = first.port();
        try (ConfigurableApplicationContext context = start(TestServer.properties(first))) {
            int port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
            context.getBean(TenancyInstallation.class)
                    .provisioner()
                    .provision(NewTenant.of("acme", "Acme", IsolationLevel.SHARED));
            assertThat(Http.get(port, "acme.cms.localhost", "/notes").status()).isEqualTo(200);

            first.close();
            // While the catalog's cache remembers the tenant its database fails, afterwards the catalog itself.
            for (String path : new String[] {"/notes", "/notes/template"}) {
                Http.Answer down = Http.get(port, "acme.cms.localhost", path);
                assertThat(down.status()).isEqualTo(503);
                assertThat(down.header("Retry-After")).hasValue("5");
                assertThat(down.body()).contains("unavailable").doesNotContain("Exception", "127.0.0.1", "\tat ");
            }

            try (EmbeddedPostgres second =
                    EmbeddedPostgres.at(data).port(serverPort).start()) {
                assertThat(second.port()).isEqualTo(serverPort);
                await().atMost(Duration.ofSeconds(30))
                        .until(() ->
                                Http.get(port, "acme.cms.localhost", "/notes").status() == 200);
            }
        } finally {
            first.close();
        }
    }

    private static FailureAnalysis failureOf(Map<String, String> properties) {
        Throwable failure = catchThrowable(() -> start(properties).close());
        assertThat(failure).isNotNull();
        return new TenancyFailureAnalyzer().analyze(failure);
    }

    private static ConfigurableApplicationContext start(Map<String, String> properties) {
        Map<String, Object> all = new LinkedHashMap<>(properties);
        all.put("server.port", "0");
        all.put("tenancy.database.pool.connection-timeout", "1s");
        return new SpringApplicationBuilder(NotesApplication.class)
                .web(WebApplicationType.SERVLET)
                .properties(all)
                .run();
    }
}
