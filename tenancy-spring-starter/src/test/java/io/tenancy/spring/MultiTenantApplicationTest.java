package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultiTenantApplicationTest extends RunningApplication {

    @ParameterizedTest
    @ValueSource(strings = {SHARED, SCHEMA, DATABASE})
    void aNoteIsSeenByItsTenantOnlyThroughEveryWay(String slug) {
        String text = "only for " + slug;
        if (!get(slug, "/notes").body().contains(text)) {
            assertThat(Http.post(port, host(slug), "/notes", text).status()).isEqualTo(200);
        }

        for (String path : new String[] {"/notes", "/notes/client", "/notes/template"}) {
            assertThat(get(slug, path).body()).contains(text);
            for (String other : new String[] {SHARED, SCHEMA, DATABASE}) {
                if (!other.equals(slug)) {
                    assertThat(get(other, path).body()).doesNotContain(text);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SHARED, SCHEMA, DATABASE})
    void jpaAndJdbcTemplateShareOneConnectionInATransaction(String slug) {
        assertThat(get(slug, "/one-connection").body()).isEqualTo("true");
    }

    @Test
    void noSessionIsOpenInTheView() {
        assertThat(get(SCHEMA, "/open-in-view").body()).isEqualTo("false");
    }

    @Test
    void theTenantIsInTheLoggingContext() {
        assertThat(get(SCHEMA, "/who").body()).isEqualTo(SCHEMA + " " + SCHEMA);
    }

    @ParameterizedTest
    @ValueSource(strings = {SHARED, SCHEMA, DATABASE})
    void asynchronousRequestsKeepTheTenant(String slug) {
        assertThat(get(slug, "/who/callable").body()).startsWith(slug + " [");
    }

    @Test
    void asyncMethodsKeepTheTenant() {
        assertThat(get(SHARED, "/who/async").body()).isEqualTo(SHARED);
    }

    @Test
    void anExemptApexRunsWithoutTenant() {
        assertThat(Http.get(port, "cms.localhost", "/who").body()).isEqualTo("nobody null");
    }

    @Test
    void theEndpointNamesTenantsAndNoSecrets() {
        Http.Answer answer = Http.get(port, "127.0.0.1", "/actuator/tenancy");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains(SHARED, SCHEMA, DATABASE, "\"isolationFaults\":[]", "\"byIsolation\"");
        assertThat(answer.body()).doesNotContainIgnoringCase("password").doesNotContain("keyset", "jdbc:");
    }

    @Test
    void theEndpointExplainsAHost() {
        assertThat(Http.get(port, "127.0.0.1", "/actuator/tenancy/" + host(SHARED))
                        .body())
                .contains("subdomain resolver found slug '" + SHARED + "'");
    }

    @Test
    void healthAsksTheControlDatabaseAndTheGate() {
        assertThat(Http.get(port, "127.0.0.1", "/actuator/health").body())
                .contains("\"tenancy\":{", "\"controlDatabase\":\"reachable\"", "\"isolationFaults\":0")
                .contains("\"status\":\"UP\"");
    }
}
