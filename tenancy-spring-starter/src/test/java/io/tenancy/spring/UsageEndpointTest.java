package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/** Operators count usage again over HTTP. */
class UsageEndpointTest extends RunningApplication {

    private static final String ENDPOINT = "/actuator/tenancyusage";
    private static final String WRONG = "falsified-clinic";
    private static final Instant HOUR = Instant.now().truncatedTo(ChronoUnit.HOURS);

    private Http.Answer recount(String query) {
        return Http.get(port, "127.0.0.1", ENDPOINT + query);
    }

    private Http.Answer repair(String slug) {
        String body = """
                {"tenant": "%s", "metric": "api.calls", "from": "%s", "until": "%s"}
                """.formatted(slug, HOUR, HOUR.plus(1, ChronoUnit.HOURS));
        return Http.post(port, "127.0.0.1", ENDPOINT, body, "Content-Type: application/json");
    }

    private Tenant withUsage(String slug) {
        Tenant tenant = tenant(slug, IsolationLevel.SHARED);
        Tenancy.runAs(
                tenant, () -> installation.usage().meter("endpoint").record("api.calls", 1, slug + "-recounted", HOUR));
        return tenant;
    }

    private void falsify(Tenant tenant) throws SQLException {
        try (Connection control = installation.control().platform().getConnection();
                Statement statement = control.createStatement()) {
            statement.execute("update tenancy_control.usage_rollup set value = value + 41 where span = 'h'"
                    + " and tenant_id = '" + tenant.id() + "'");
        }
    }

    @Test
    void rollUpsThatAgreeAreToldForEveryTenantAndMetric() {
        withUsage("counted-clinic");

        Http.Answer answer = recount("?tenant=counted-clinic");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("\"tenants\":1", "\"api.calls\"", "\"differences\":[]");
        assertThat(recount("").body()).contains("\"metrics\":[", "\"from\":", "\"until\":");
    }

    @Test
    void aRollUpThatIsWrongIsFoundAndRepaired() throws SQLException {
        Tenant tenant = withUsage(WRONG);
        falsify(tenant);

        assertThat(recount("?tenant=" + tenant.id() + "&metric=api.calls").body())
                .contains("\"tenant\":\"" + WRONG + "\"", "\"span\":\"HOUR\"", "\"countedEvents\":");

        Http.Answer repaired = repair(WRONG);
        assertThat(repaired.status()).as(repaired.body()).isEqualTo(200);
        assertThat(repaired.body()).contains("\"span\":\"HOUR\"");
        assertThat(repair(WRONG).body()).contains("\"differences\":[]");
        assertThat(recount("?tenant=" + WRONG).body()).contains("\"differences\":[]");
    }

    @Test
    void whatIsNotThereIsRefusedWithWhatThereIs() {
        Http.Answer nobody = recount("?tenant=nobody");
        assertThat(nobody.status()).isEqualTo(400);
        assertThat(nobody.body()).contains("the endpoint 'tenancy' lists them");
        assertThat(recount("?metric=nothing.known").body()).contains("there are [api.calls");
        assertThat(repair("nobody").status()).isEqualTo(400);
        Http.Answer backwards = recount("?from=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z");
        assertThat(backwards.status()).isEqualTo(400);
        assertThat(backwards.body()).contains("which is nothing");
    }
}
