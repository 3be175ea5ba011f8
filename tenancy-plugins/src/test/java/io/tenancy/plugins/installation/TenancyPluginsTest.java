package io.tenancy.plugins.installation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.TestPlugin;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.control.AuditEntry;
import io.tenancy.plugins.extension.ExtensionResult;
import io.tenancy.plugins.extension.Finding;
import io.tenancy.plugins.extension.PluginTrace;
import io.tenancy.plugins.install.ConsentRequest;
import io.tenancy.plugins.install.InstallStep;
import io.tenancy.plugins.install.PluginExport;
import io.tenancy.plugins.install.PluginInstallation;
import io.tenancy.plugins.market.StoreQuery;
import io.tenancy.plugins.market.StoredPackage;
import io.tenancy.plugins.pack.ExtensionPoint;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TenancyPluginsTest {

    @SuppressWarnings("NullAway.Init")
    private PluginFixture fixture;

    @BeforeAll
    void begin() {
        fixture = new PluginFixture();
    }

    @AfterAll
    void end() {
        fixture.close();
    }

    @Test
    void aPluginIsPublishedListedInstalledWithConsentCalledAndUninstalled() {
        TenancyPlugins plugins = fixture.plugins;
        TenantId tenant = fixture.tenant();
        TestPlugin plugin = TestPlugin.validator("test.slice").asking("{\"log\": {}}");

        StoredPackage published = plugins.market().publish(fixture.publisher.packed(plugin), PluginFixture.NOTE);
        assertThat(published.status()).isEqualTo(StoredPackage.Status.REVIEWED);
        assertThat(published.report().orElseThrow().fuelMedian()).isPositive();
        assertThat(plugins.market().search(StoreQuery.ALL.withText("slice"), tenant))
                .isEmpty();

        plugins.market().list(published.digest(), fixture.curator, PluginFixture.NOTE);
        assertThat(plugins.market().search(StoreQuery.ALL.withText("slice"), tenant))
                .hasSize(1);

        PluginInstallation begun = plugins.installations().install(tenant, "test.slice", PluginFixture.NOTE);
        assertThat(begun.pending().orElseThrow().step()).isEqualTo(InstallStep.CONSENT);
        assertThat(plugins.extensions().plugins(tenant, ExtensionPoint.CONTENT_VALIDATE))
                .isEmpty();
        ConsentRequest asked =
                plugins.installations().asked(tenant, "test.slice").orElseThrow();
        assertThat(asked.capabilities().added())
                .singleElement()
                .satisfies(change -> assertThat(change.words()).isEqualTo("May write lines to the application's log."));

        PluginInstallation installed = plugins.installations()
                .consent(tenant, "test.slice", asked.digest(), Set.of(Capability.LOG), PluginFixture.NOTE);
        assertThat(installed.isEnabled()).isTrue();

        ExtensionResult result =
                plugins.extensions().call(tenant, ExtensionPoint.CONTENT_VALIDATE, "{\"text\":\"Buy now!\"}");
        assertThat(result.findings()).as("%s", result).extracting(Finding::rule).containsExactly("rule_1");
        assertThat(result.trace()).singleElement().satisfies(trace -> {
            assertThat(trace.outcome()).isEqualTo(PluginTrace.Outcome.RETURNED);
            assertThat(trace.fuel()).isPositive();
        });

        PluginExport export = plugins.installations().uninstall(tenant, "test.slice", PluginFixture.NOTE);
        assertThat(export.json()).contains("\"plugin\":\"test.slice\"");
        assertThat(plugins.extensions()
                        .call(tenant, ExtensionPoint.CONTENT_VALIDATE, "{}")
                        .trace())
                .isEmpty();
        assertThat(plugins.installations().history(tenant, "test.slice"))
                .extracting(AuditEntry::action)
                .containsExactly(
                        "install",
                        "step.compatibility",
                        "step.credentials",
                        "step.entitlement",
                        "step.verification",
                        "step.consent",
                        "step.consent",
                        "step.configuration",
                        "enable",
                        "uninstall");
    }
}
