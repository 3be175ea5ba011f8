package io.tenancy.plugins.extension;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.TestPlugin;
import io.tenancy.plugins.control.PluginAudit;
import io.tenancy.plugins.control.PluginsUnavailableException;
import io.tenancy.plugins.control.Pruning;
import io.tenancy.plugins.market.TrustStore;
import io.tenancy.plugins.pack.ExtensionPoint;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is removed by the jobs, and who notices. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PruningTest {

    @SuppressWarnings("NullAway.Init")
    private PluginFixture fixture;

    @SuppressWarnings("NullAway.Init")
    private ControlTransactions transactions;

    @BeforeAll
    void begin() {
        fixture = new PluginFixture();
        transactions = new ControlTransactions(
                fixture.installation.control().platform(), fixture.clock, PluginsUnavailableException::new);
    }

    @AfterAll
    void end() {
        fixture.close();
    }

    private Pruning.Pruned prune() {
        return new Pruning(transactions).prune(fixture.clock.instant());
    }

    @Test
    void aNodeThatComesBackAfterRemovalsWerePrunedForgetsAllItKnew() {
        fixture.listed(TestPlugin.validator("test.removed"));
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.removed");
        // A node that looks only when it is told to.
        try (TrustStore trust = new TrustStore(transactions, new PluginAudit(transactions), fixture.clock, () -> 0L)) {
            Bindings node = new Bindings(transactions, new PluginAudit(transactions), trust);
            trust.refresh();
            assertThat(node.of(tenant, ExtensionPoint.CONTENT_VALIDATE)).hasSize(1);

            fixture.plugins.installations().uninstall(tenant, "test.removed", PluginFixture.NOTE);
            assertThat(prune().removals()).as("others may not have noticed yet").isZero();
            fixture.clock.move(Pruning.REMOVALS_KEPT.plusSeconds(2));
            assertThat(prune().removals()).isEqualTo(1);
            assertThat(fixture.rows("select count(*) from plugin_removal")).containsExactly("0");
            trust.refresh();

            assertThat(node.of(tenant, ExtensionPoint.CONTENT_VALIDATE)).isEmpty();
        }
    }

    @Test
    void messagesThatWereGivenUpAreRemovedInTheEndButThoseOfMoneyAreNot() {
        TenantId tenant = fixture.tenant();
        for (String kind : List.of("EVENT", "BILLING")) {
            for (int attempts : List.of(19, 20)) {
                fixture.sql("insert into plugin_message (tenant_id, plugin, kind, content, at, attempts, next_at)"
                        + " values ('" + tenant + "', 'test.said', '" + kind + "', '{}', '" + fixture.clock.instant()
                        + "', " + attempts + ", '9999-01-01')");
            }
        }
        assertThat(prune().messages()).isZero();

        fixture.clock.move(Pruning.MESSAGES_KEPT.plusSeconds(2));

        assertThat(prune().messages()).isEqualTo(1);
        assertThat(fixture.rows("select kind || ' ' || attempts from plugin_message where tenant_id = '" + tenant
                        + "' order by 1"))
                .containsExactly("BILLING 19", "BILLING 20", "EVENT 19");
    }

    @Test
    void countsOfADayAreRemovedAfterThirteenMonthsByTheJobs() {
        TenantId tenant = fixture.tenant();
        for (int days : List.of(402, 405)) {
            fixture.sql("insert into plugin_metric (tenant_id, plugin, name, day, count, total) values ('" + tenant
                    + "', 'test.counted', 'n', '"
                    + fixture.clock
                            .instant()
                            .minus(Duration.ofDays(days))
                            .toString()
                            .substring(0, 10) + "', 1, 1)");
        }

        fixture.clock.move(Duration.ofHours(2));
        fixture.plugins.run().run();

        assertThat(fixture.rows("select count(*) from plugin_metric where tenant_id = '" + tenant + "'"))
                .containsExactly("1");
    }
}
