package io.tenancy.plugins.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.plugins.KeepingPlugin;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.TestPlugin;
import io.tenancy.plugins.Wat;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.control.AuditEntry;
import io.tenancy.plugins.extension.ExtensionResult;
import io.tenancy.plugins.extension.Finding;
import io.tenancy.plugins.install.spi.BillingEvents;
import io.tenancy.plugins.pack.ExtensionPoint;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InstallationsTest {

    private static final String SCHEMA =
            "{\"type\": \"object\", \"required\": [\"level\"], \"properties\": {\"level\": {\"enum\": [\"low\", \"high\"]}}}";

    private final Set<TenantId> licensed = ConcurrentHashMap.newKeySet();
    private final Set<TenantId> german = ConcurrentHashMap.newKeySet();
    private final Set<TenantId> poor = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean registryAway = new AtomicBoolean();
    private final List<BillingEvents.Event> billed = new CopyOnWriteArrayList<>();
    private final List<PluginNotice> notices = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private PluginFixture fixture;

    @BeforeAll
    void begin() {
        fixture = new PluginFixture(builder -> builder.credentials((tenant, credential) -> {
                    if (registryAway.get()) {
                        throw new IllegalStateException("The register of licences is away");
                    }
                    return licensed.contains(tenant) && "cardiology".equals(credential.specialty());
                })
                .regions(tenant -> german.contains(tenant) ? Optional.of(Set.of("DE")) : Optional.empty())
                .policy((tenant, plugin, others) -> poor.contains(tenant) && others > 0
                        ? Optional.of("The plan lets it have one plugin.")
                        : Optional.empty())
                .billing(billed::add)
                .notices(notices::add));
    }

    @AfterAll
    void end() {
        fixture.close();
    }

    private Installations installations() {
        return fixture.plugins.installations();
    }

    private PluginInstallation install(TenantId tenant, String plugin) {
        return installations().install(tenant, plugin, PluginFixture.NOTE);
    }

    private PluginInstallation.Pending pending(TenantId tenant, String plugin) {
        return installations().find(tenant, plugin).orElseThrow().pending().orElseThrow();
    }

    private ExtensionResult call(TenantId tenant) {
        return fixture.plugins.extensions().call(tenant, ExtensionPoint.CONTENT_VALIDATE, "{}");
    }

    @Test
    void aTenantWithoutTheCredentialIsRefusedUntilItHasIt() {
        fixture.listed(TestPlugin.validator("test.licensed")
                .with("\"credentials\": [{\"kind\": \"medical_licence\", \"specialty\": \"cardiology\"}],"));
        TenantId tenant = fixture.tenant();

        PluginInstallation.Pending refused =
                install(tenant, "test.licensed").pending().orElseThrow();
        assertThat(refused.step()).isEqualTo(InstallStep.CREDENTIALS);
        assertThat(refused.refused())
                .hasValueSatisfying(why -> assertThat(why).contains("medical_licence of cardiology"));

        licensed.add(tenant);
        assertThat(installations()
                        .tryAgain(tenant, "test.licensed", PluginFixture.NOTE)
                        .isEnabled())
                .isTrue();
    }

    @Test
    void aPluginForAnotherCountryIsRefused() {
        fixture.listed(TestPlugin.validator("test.brazil").with("\"regions\": [\"BR\"],"));
        TenantId tenant = fixture.tenant();
        german.add(tenant);

        PluginInstallation.Pending refused =
                install(tenant, "test.brazil").pending().orElseThrow();

        assertThat(refused.step()).isEqualTo(InstallStep.COMPATIBILITY);
        assertThat(refused.refused())
                .hasValueSatisfying(why -> assertThat(why).contains("BR").contains("DE"));
    }

    @Test
    void aPlanThatLetsNoMoreRefuses() {
        fixture.listed(TestPlugin.validator("test.first"));
        fixture.listed(TestPlugin.validator("test.second"));
        TenantId tenant = fixture.tenant();
        poor.add(tenant);

        assertThat(install(tenant, "test.first").isEnabled()).isTrue();
        assertThat(install(tenant, "test.second").pending().orElseThrow().refused())
                .contains("The plan lets it have one plugin.");
    }

    @Test
    void withoutOneOfTheCapabilitiesAPluginIsNotEnabledAndSaysWhichIsMissing() {
        fixture.listed(TestPlugin.validator("test.greedy").asking("{\"log\": {}, \"clock\": {}}"));
        TenantId tenant = fixture.tenant();
        String digest = install(tenant, "test.greedy").pending().orElseThrow().digest();

        PluginInstallation half =
                installations().consent(tenant, "test.greedy", digest, Set.of(Capability.LOG), PluginFixture.NOTE);

        assertThat(half.isEnabled()).isFalse();
        assertThat(half.pending().orElseThrow().waitsFor())
                .contains("The tenant did not grant clock, without which the plugin is not enabled.");
        assertThat(fixture.consented(tenant, "test.greedy").isEnabled()).isTrue();
    }

    @Test
    void consentIsToThePackageThatWasShown() {
        fixture.listed(TestPlugin.validator("test.shown").asking("{\"log\": {}}"));
        TenantId tenant = fixture.tenant();
        install(tenant, "test.shown");

        assertThatThrownBy(() -> installations()
                        .consent(tenant, "test.shown", "0".repeat(64), Set.of(Capability.LOG), PluginFixture.NOTE))
                .isInstanceOf(InstallationConflictException.class);
        assertThat(pending(tenant, "test.shown").step()).isEqualTo(InstallStep.CONSENT);
    }

    @Test
    void anUpgradeThatAsksForNoMoreGoesOnByItselfAndOneThatAsksForMoreWaits() {
        TestPlugin plugin = TestPlugin.validator("test.upgrade").asking("{\"log\": {}, \"clock\": {}}");
        fixture.listed(plugin);
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.upgrade");

        fixture.listed(plugin.version("1.1.0").asking("{\"log\": {}}").module(TestPlugin.finding("rule_2", 1)));
        assertThat(install(tenant, "test.upgrade").pending()).isEmpty();
        assertThat(call(tenant).findings()).extracting(Finding::rule).containsExactly("rule_2");

        fixture.listed(plugin.version("1.2.0").module(TestPlugin.finding("rule_3", 1)));
        assertThat(install(tenant, "test.upgrade").pending())
                .hasValueSatisfying(each -> assertThat(each.step()).isEqualTo(InstallStep.CONSENT));
        assertThat(call(tenant).findings()).extracting(Finding::rule).containsExactly("rule_2");
        assertThat(installations().asked(tenant, "test.upgrade").orElseThrow().required())
                .containsExactly(Capability.CLOCK);

        fixture.consented(tenant, "test.upgrade");
        assertThat(call(tenant).findings()).extracting(Finding::rule).containsExactly("rule_3");
    }

    @Test
    void anOlderVersionIsNoUpgrade() {
        TestPlugin plugin = TestPlugin.validator("test.older");
        fixture.listed(plugin);
        fixture.listed(plugin.version("2.0.0"));
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.older");

        PluginInstallation refused = installations().install(tenant, "test.older", "1.0.0", PluginFixture.NOTE);

        assertThat(refused.pending())
                .hasValueSatisfying(each -> assertThat(each.refused())
                        .hasValueSatisfying(why -> assertThat(why).contains("older")));
        assertThat(refused.isEnabled()).isTrue();
    }

    @Test
    void whatIsPinnedStaysUntilItIsUnpinned() {
        TestPlugin plugin = TestPlugin.validator("test.pinned");
        fixture.listed(plugin);
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.pinned");
        fixture.listed(plugin.version("1.1.0"));
        installations().pin(tenant, "test.pinned", true, PluginFixture.NOTE);

        assertThatThrownBy(() -> install(tenant, "test.pinned"))
                .isInstanceOf(InstallationConflictException.class)
                .hasMessageContaining("pinned");
        installations().pin(tenant, "test.pinned", false, PluginFixture.NOTE);
        assertThat(install(tenant, "test.pinned").isEnabled()).isTrue();
    }

    @Test
    void settingsThatAreMissingAreWaitedForAndThoseThatDoNotFitAreRefused() {
        fixture.listed(TestPlugin.validator("test.settings").asking("{\"config\": {\"schema\": " + SCHEMA + "}}"));
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.settings");
        assertThat(pending(tenant, "test.settings").step()).isEqualTo(InstallStep.CONFIGURATION);

        assertThatThrownBy(() ->
                        installations().configure(tenant, "test.settings", "{\"level\":\"odd\"}", PluginFixture.NOTE))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        refused -> assertThat(refused.problems())
                                .singleElement()
                                .asString()
                                .contains("level"));

        PluginInstallation installed =
                installations().configure(tenant, "test.settings", "{\"level\":\"low\"}", PluginFixture.NOTE);
        assertThat(installed.isEnabled()).isTrue();
        assertThat(installed.config()).isEqualTo("{\"level\":\"low\"}");
    }

    @Test
    void goingBackTakesOneActionAndBringsTheSettingsOfThatTimeBack() {
        TestPlugin plugin =
                TestPlugin.validator("test.back").asking("{\"config\": {\"schema\": {\"type\": \"object\"}}}");
        fixture.listed(plugin);
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.back");
        installations().configure(tenant, "test.back", "{\"a\":1}", PluginFixture.NOTE);
        fixture.listed(plugin.version("2.0.0")
                .asking("{\"config\": {\"schema\": {\"type\": \"object\", \"required\": [\"b\"]}}}")
                .module(TestPlugin.finding("rule_2", 1)));
        install(tenant, "test.back");
        installations().configure(tenant, "test.back", "{\"b\":2}", PluginFixture.NOTE);
        assertThat(call(tenant).findings()).extracting(Finding::rule).containsExactly("rule_2");

        PluginInstallation back = installations().rollBack(tenant, "test.back", PluginFixture.NOTE);

        assertThat(back.config()).isEqualTo("{\"a\":1}");
        assertThat(back.pinned()).isTrue();
        assertThat(call(tenant).findings()).extracting(Finding::rule).containsExactly("rule_1");
        assertThatThrownBy(() -> installations().rollBack(tenant, "test.back", PluginFixture.NOTE))
                .isInstanceOf(InstallationConflictException.class);
    }

    @Test
    void aVersionThatFailsTooOftenGoesBackByItselfAndPeopleAreTold() {
        TestPlugin plugin = TestPlugin.validator("test.failing");
        fixture.listed(plugin);
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.failing");
        byte[] fails = Wat.plugin(
                "(data (i32.const 16) \"{\\\"output\\\":{}}\")",
                "(if (i32.gt_u (local.get $length) (i32.const 40)) (then (unreachable))) " + TestPlugin.answer(16, 13));
        fixture.listed(plugin.version("1.1.0").module(fails));
        install(tenant, "test.failing");

        for (int i = 0; i < 10; i++) {
            fixture.plugins
                    .extensions()
                    .call(tenant, ExtensionPoint.CONTENT_VALIDATE, "{\"text\":\"long enough to fail\"}");
        }

        assertThat(call(tenant).findings()).extracting(Finding::rule).containsExactly("rule_1");
        assertThat(installations().history(tenant, "test.failing")).last().satisfies(entry -> {
            assertThat(entry.action()).isEqualTo("roll back");
            assertThat(entry.actor()).isEqualTo("error rate");
        });
        fixture.plugins.run().run();
        assertThat(notices)
                .filteredOn(notice -> notice.plugin().equals("test.failing"))
                .singleElement()
                .satisfies(notice -> assertThat(notice.action()).isEqualTo("roll back"));
    }

    @Test
    void aPluginThatCostsSomethingIsBilledWithTheCommissionAndADearerVersionNeedsConsent() {
        TestPlugin plugin = TestPlugin.validator("test.premium").with(price("49.90"));
        fixture.listed(plugin);
        TenantId tenant = fixture.tenant();
        PluginInstallation begun = install(tenant, "test.premium");
        assertThat(begun.pending().orElseThrow().waitsFor())
                .hasValueSatisfying(waits -> assertThat(waits).contains("paying 49.90 BRL month"));
        fixture.consented(tenant, "test.premium");

        fixture.listed(plugin.version("1.1.0").with(price("59.90")));
        assertThat(install(tenant, "test.premium").pending().orElseThrow().step())
                .isEqualTo(InstallStep.CONSENT);
        fixture.consented(tenant, "test.premium");
        installations().uninstall(tenant, "test.premium", PluginFixture.NOTE);
        fixture.plugins.run().run();

        assertThat(billed)
                .filteredOn(event -> event.tenant().equals(tenant))
                .extracting(BillingEvents.Event::kind, event -> event.amount() + " of which " + event.commission())
                .containsExactly(
                        Tuple.tuple(BillingEvents.Kind.INSTALLED, "49.90 of which 14.97"),
                        Tuple.tuple(BillingEvents.Kind.PRICE_CHANGED, "59.90 of which 17.97"),
                        Tuple.tuple(BillingEvents.Kind.UNINSTALLED, "59.90 of which 17.97"));
    }

    private static String price(String amount) {
        return "\"price\": {\"amount\": \"" + amount + "\", \"currency\": \"BRL\", \"per\": \"month\"},";
    }

    @Test
    void whatCouldNotBeAskedIsTriedAgainByTheJobsFromThatStepOn() {
        fixture.listed(TestPlugin.validator("test.resumed")
                .with("\"credentials\": [{\"kind\": \"medical_licence\", \"specialty\": \"cardiology\"}],"));
        TenantId tenant = fixture.tenant();
        licensed.add(tenant);
        registryAway.set(true);
        try {
            assertThatThrownBy(() -> install(tenant, "test.resumed")).hasMessageContaining("register of licences");
        } finally {
            registryAway.set(false);
        }
        assertThat(pending(tenant, "test.resumed").step()).isEqualTo(InstallStep.CREDENTIALS);

        fixture.clock.move(java.time.Duration.ofMinutes(1));
        fixture.plugins.run().run();

        assertThat(installations().find(tenant, "test.resumed").orElseThrow().isEnabled())
                .isTrue();
        assertThat(installations().history(tenant, "test.resumed"))
                .extracting(AuditEntry::action)
                .containsOnlyOnce("step.compatibility");
    }

    @Test
    void anUninstalledPluginLeavesWhatItKeptToTheTenantAndNothingToItself() {
        fixture.listed(KeepingPlugin.of("test.leaving"));
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.leaving");
        fixture.plugins.extensions().call(tenant, ExtensionPoint.EVENT_HANDLE, "{\"a\":1}");

        PluginExport export = installations().uninstall(tenant, "test.leaving", PluginFixture.NOTE);

        assertThat(export.values()).containsOnlyKeys("k");
        assertThat(new String(export.values().get("k"), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(KeepingPlugin.kept("{\"a\":1}"));
        for (String table :
                List.of("plugin_installation", "plugin_binding", "plugin_space", "plugin_value", "plugin_metric")) {
            assertThat(fixture.rows("select count(*) from " + table + " where tenant_id = '" + tenant + "'"))
                    .as(table)
                    .containsExactly("0");
        }
    }

    @Test
    void whatAPluginKeepsIsExportedWhileItStays() {
        fixture.listed(KeepingPlugin.of("test.staying"));
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.staying");
        fixture.plugins.extensions().call(tenant, ExtensionPoint.EVENT_HANDLE, "{\"a\":1}");

        PluginExport export = installations().export(tenant, "test.staying", PluginFixture.NOTE);

        assertThat(installations().find(tenant, "test.staying").orElseThrow().isEnabled())
                .isTrue();
        assertThat(installations().history(tenant, "test.staying"))
                .extracting(AuditEntry::action)
                .endsWith("export");
        assertThat(export.values()).containsOnlyKeys("k");
        assertThat(installations()
                        .uninstall(tenant, "test.staying", PluginFixture.NOTE)
                        .json())
                .isEqualTo(export.json());
        assertThatThrownBy(() -> installations().export(tenant, "test.staying", PluginFixture.NOTE))
                .isInstanceOf(InstallationConflictException.class);
    }

    @Test
    void whatIsRevokedWhileATenantThinksAboutItDoesNotBecomeActive() {
        var stored = fixture.listed(TestPlugin.validator("test.late").asking("{\"log\": {}}"));
        TenantId tenant = fixture.tenant();
        install(tenant, "test.late");
        fixture.plugins.market().trust().revokePackage(stored.digest(), PluginFixture.NOTE);

        PluginInstallation refused = fixture.consented(tenant, "test.late");

        assertThat(refused.isEnabled()).isFalse();
        assertThat(refused.pending().orElseThrow().refused())
                .hasValueSatisfying(why -> assertThat(why).contains("revoked"));
    }

    @Test
    void manyWhoInstallTheSameAtOnceInstallItOnce() throws Exception {
        fixture.listed(TestPlugin.validator("test.crowd"));
        TenantId tenant = fixture.tenant();
        var pool = java.util.concurrent.Executors.newFixedThreadPool(6);
        try {
            List<java.util.concurrent.Future<?>> all = new java.util.ArrayList<>();
            for (int i = 0; i < 6; i++) {
                all.add(pool.submit(() -> {
                    try {
                        install(tenant, "test.crowd");
                    } catch (InstallationConflictException already) {
                        // Somebody else was faster.
                    }
                }));
            }
            for (var each : all) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
        }

        assertThat(installations().history(tenant, "test.crowd"))
                .extracting(AuditEntry::action)
                .containsExactly(
                        "install",
                        "step.compatibility",
                        "step.credentials",
                        "step.entitlement",
                        "step.verification",
                        "step.consent",
                        "step.configuration",
                        "enable");
    }
}
