package io.tenancy.plugins.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.TestPlugin;
import io.tenancy.plugins.Wat;
import io.tenancy.plugins.control.AuditEntry;
import io.tenancy.plugins.install.spi.BillingEvents;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.market.StoredPackage;
import io.tenancy.plugins.pack.ExtensionPoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What was so when an installation began, and is not any more when it ends, or later. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InstallationConditionsTest {

    private static final String LICENCE = "\"credentials\": [{\"kind\": \"medical_licence\"}],";

    private final Set<TenantId> licensed = ConcurrentHashMap.newKeySet();
    private final Map<TenantId, Integer> most = new ConcurrentHashMap<>();
    private final Map<String, Runnable> meanwhile = new ConcurrentHashMap<>();
    private final List<BillingEvents.Event> billed = new CopyOnWriteArrayList<>();
    private final List<PluginNotice> notices = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private PluginFixture fixture;

    @BeforeAll
    void begin() {
        fixture = new PluginFixture(builder -> builder.credentials((tenant, credential) -> licensed.contains(tenant))
                .policy((tenant, plugin, others) -> {
                    Optional.ofNullable(meanwhile.remove(plugin.id())).ifPresent(Runnable::run);
                    return others < most.getOrDefault(tenant, Integer.MAX_VALUE)
                            ? Optional.empty()
                            : Optional.of("The plan lets it have " + most.get(tenant) + ".");
                })
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

    private boolean isEnabled(TenantId tenant, String plugin) {
        return installations().find(tenant, plugin).orElseThrow().isEnabled();
    }

    private void laterRun() {
        fixture.clock.move(Installations.CHECKED_EVERY);
        fixture.plugins.run().run();
    }

    @Test
    void aPlanThatLetsOneMoreLetsOneOfTwoThatWereBegunAtOnce() {
        fixture.listed(TestPlugin.validator("test.one").asking("{\"log\": {}}"));
        fixture.listed(TestPlugin.validator("test.two").asking("{\"log\": {}}"));
        TenantId tenant = fixture.tenant();
        most.put(tenant, 1);
        install(tenant, "test.one");
        install(tenant, "test.two");

        assertThat(fixture.consented(tenant, "test.one").isEnabled()).isTrue();
        PluginInstallation second = fixture.consented(tenant, "test.two");

        assertThat(second.isEnabled()).isFalse();
        assertThat(second.pending().orElseThrow().refused()).contains("The plan lets it have 1.");
    }

    @Test
    void whatBecomesActiveWhileThePlanIsAskedForAnotherCounts() {
        fixture.listed(TestPlugin.validator("test.fast").asking("{\"log\": {}}"));
        fixture.listed(TestPlugin.validator("test.slow").asking("{\"log\": {}}"));
        TenantId tenant = fixture.tenant();
        most.put(tenant, 1);
        install(tenant, "test.fast");
        install(tenant, "test.slow");
        meanwhile.put("test.slow", () -> fixture.consented(tenant, "test.fast"));

        PluginInstallation slow = fixture.consented(tenant, "test.slow");

        assertThat(isEnabled(tenant, "test.fast")).isTrue();
        assertThat(slow.isEnabled()).isFalse();
        assertThat(slow.pending().orElseThrow().refused()).contains("The plan lets it have 1.");
    }

    @Test
    void aLicenceThatExpiredWhileTheTenantThoughtAboutItKeepsThePluginOut() {
        fixture.listed(TestPlugin.validator("test.thought").with(LICENCE).asking("{\"log\": {}}"));
        TenantId tenant = fixture.tenant();
        licensed.add(tenant);
        install(tenant, "test.thought");
        licensed.remove(tenant);

        PluginInstallation refused = fixture.consented(tenant, "test.thought");

        assertThat(refused.isEnabled()).isFalse();
        assertThat(refused.pending().orElseThrow().refused())
                .hasValueSatisfying(why -> assertThat(why).contains("medical_licence"));
    }

    @Test
    void whoHasNoLicenceAnyMoreDoesNotEnableThePluginAgain() {
        fixture.listed(TestPlugin.validator("test.again").with(LICENCE));
        TenantId tenant = fixture.tenant();
        licensed.add(tenant);
        install(tenant, "test.again");
        installations().disable(tenant, "test.again", PluginFixture.NOTE);
        licensed.remove(tenant);

        assertThatThrownBy(() -> installations().enable(tenant, "test.again", PluginFixture.NOTE))
                .isInstanceOf(InstallationConflictException.class)
                .hasMessageContaining("medical_licence");
        assertThat(isEnabled(tenant, "test.again")).isFalse();
    }

    @Test
    void aLicenceThatExpiresTakesThePluginAwayWithinTheHourAndPeopleAreTold() {
        fixture.listed(TestPlugin.validator("test.expired").with(LICENCE));
        TenantId tenant = fixture.tenant();
        licensed.add(tenant);
        install(tenant, "test.expired");
        laterRun();
        assertThat(isEnabled(tenant, "test.expired")).isTrue();

        licensed.remove(tenant);
        laterRun();

        assertThat(isEnabled(tenant, "test.expired")).isFalse();
        assertThat(installations().history(tenant, "test.expired"))
                .last()
                .extracting(AuditEntry::action, AuditEntry::actor)
                .containsExactly("disable", "conditions");
        assertThat(notices)
                .filteredOn(notice -> notice.plugin().equals("test.expired"))
                .singleElement()
                .satisfies(notice -> assertThat(notice.why()).contains("medical_licence"));
    }

    @Test
    void aRegisterThatIsAwayTakesNothingAwayAndIsAskedAgainWithTheNextRound() {
        fixture.listed(TestPlugin.validator("test.unknown"));
        fixture.listed(TestPlugin.validator("test.known").with(LICENCE));
        TenantId tenant = fixture.tenant();
        licensed.add(tenant);
        install(tenant, "test.unknown");
        install(tenant, "test.known");
        licensed.remove(tenant);
        meanwhile.put("test.unknown", () -> {
            throw new IllegalStateException("The register of plans is away");
        });

        laterRun();

        assertThat(isEnabled(tenant, "test.unknown")).isTrue();
        assertThat(isEnabled(tenant, "test.known")).isFalse();
    }

    @Test
    void aPlanWithFewerLeavesThePluginsThatWereThereFirst() {
        fixture.listed(TestPlugin.validator("test.b_first"));
        fixture.listed(TestPlugin.validator("test.a_second"));
        TenantId tenant = fixture.tenant();
        most.put(tenant, 2);
        install(tenant, "test.b_first");
        fixture.clock.move(Duration.ofSeconds(1));
        install(tenant, "test.a_second");

        most.put(tenant, 1);
        laterRun();

        assertThat(isEnabled(tenant, "test.b_first")).isTrue();
        assertThat(isEnabled(tenant, "test.a_second")).isFalse();
        assertThatThrownBy(() -> installations().enable(tenant, "test.a_second", PluginFixture.NOTE))
                .isInstanceOf(InstallationConflictException.class)
                .hasMessageContaining("The plan lets it have 1.");
    }

    @Test
    void whoHasNoLicenceAnyMoreDoesNotGetAPluginBackByGoingBack() {
        TestPlugin plugin = TestPlugin.validator("test.backdoor").with(LICENCE);
        fixture.listed(plugin);
        TenantId tenant = fixture.tenant();
        licensed.add(tenant);
        install(tenant, "test.backdoor");
        fixture.listed(plugin.version("1.1.0"));
        install(tenant, "test.backdoor");
        installations().disable(tenant, "test.backdoor", PluginFixture.NOTE);
        licensed.remove(tenant);

        assertThatThrownBy(() -> installations().rollBack(tenant, "test.backdoor", PluginFixture.NOTE))
                .isInstanceOf(InstallationConflictException.class)
                .hasMessageContaining("medical_licence");
        assertThat(isEnabled(tenant, "test.backdoor")).isFalse();

        licensed.add(tenant);
        assertThat(installations()
                        .rollBack(tenant, "test.backdoor", PluginFixture.NOTE)
                        .isEnabled())
                .isTrue();
    }

    @Test
    void anUpgradeThatWantsToBeAskedSomewhereElseTooNeedsConsent() {
        TestPlugin plugin = TestPlugin.validator("test.creeping").at("{\"event.handle\": \"work\"}");
        fixture.listed(plugin);
        TenantId tenant = fixture.tenant();
        assertThat(install(tenant, "test.creeping").isEnabled()).isTrue();
        fixture.listed(plugin.version("1.1.0").at("{\"event.handle\": \"work\", \"content.transform\": \"work\"}"));

        PluginInstallation waits = install(tenant, "test.creeping");

        assertThat(waits.pending().orElseThrow().waitsFor())
                .hasValueSatisfying(why -> assertThat(why).contains("content.transform"));
        assertThat(fixture.plugins.extensions().plugins(tenant, ExtensionPoint.CONTENT_TRANSFORM))
                .isEmpty();
        assertThat(installations().asked(tenant, "test.creeping").orElseThrow().points())
                .containsExactly(ExtensionPoint.CONTENT_TRANSFORM);

        fixture.consented(tenant, "test.creeping");
        assertThat(fixture.plugins.extensions().plugins(tenant, ExtensionPoint.CONTENT_TRANSFORM))
                .hasSize(1);
        assertThat(installations().history(tenant, "test.creeping"))
                .filteredOn(entry -> entry.action().equals("step.consent"))
                .last()
                .satisfies(entry -> assertThat(entry.detail()).contains("content.transform"));
    }

    @Test
    void whatIsWithdrawnWhileATenantThinksAboutItDoesNotBecomeActive() {
        StoredPackage stored = fixture.listed(TestPlugin.validator("test.gone").asking("{\"log\": {}}"));
        TenantId tenant = fixture.tenant();
        install(tenant, "test.gone");
        fixture.plugins.market().withdraw(stored.digest(), PluginFixture.NOTE);

        PluginInstallation refused = fixture.consented(tenant, "test.gone");

        assertThat(refused.isEnabled()).isFalse();
        assertThat(refused.pending().orElseThrow().refused())
                .hasValueSatisfying(why -> assertThat(why).contains("WITHDRAWN"));
    }

    @Test
    void whatIsPinnedWhileAnUpgradeWaitsStaysWhereItIs() {
        TestPlugin plugin = TestPlugin.validator("test.held");
        StoredPackage first = fixture.listed(plugin);
        TenantId tenant = fixture.tenant();
        install(tenant, "test.held");
        StoredPackage next = fixture.listed(plugin.version("1.1.0").asking("{\"log\": {}}"));
        install(tenant, "test.held");

        installations().pin(tenant, "test.held", true, PluginFixture.NOTE);

        assertThatThrownBy(
                        () -> installations().consent(tenant, "test.held", next.digest(), Set.of(), PluginFixture.NOTE))
                .isInstanceOf(InstallationConflictException.class);
        assertThat(installations().find(tenant, "test.held")).hasValueSatisfying(each -> {
            assertThat(each.active()).contains(first.digest());
            assertThat(each.pending()).isEmpty();
            assertThat(each.pinned()).isTrue();
        });
    }

    @Test
    void whatIsGivenUpBeforeItWasEverActiveIsNotThere() {
        fixture.listed(TestPlugin.validator("test.never").asking("{\"log\": {}}"));
        TenantId tenant = fixture.tenant();
        install(tenant, "test.never");
        installations().secrets().put(tenant, "test.never", "token", "s3cret", PluginFixture.NOTE);

        installations().cancel(tenant, "test.never", PluginFixture.NOTE);

        assertThat(installations().find(tenant, "test.never")).isEmpty();
        assertThat(installations().of(tenant)).isEmpty();
        assertThat(installations().secrets().names(tenant, "test.never")).isEmpty();
        assertThat(installations().history(tenant, "test.never"))
                .extracting(AuditEntry::action)
                .contains("install", "cancel");
    }

    @Test
    void secretsThatWereEnteredAfterAPluginWasUninstalledAreNotThereWhenItComesBack() {
        fixture.listed(TestPlugin.validator("test.back_again"));
        TenantId tenant = fixture.tenant();
        install(tenant, "test.back_again");
        installations().uninstall(tenant, "test.back_again", PluginFixture.NOTE);
        installations().secrets().put(tenant, "test.back_again", "token", "s3cret", PluginFixture.NOTE);

        install(tenant, "test.back_again");

        assertThat(installations().secrets().names(tenant, "test.back_again")).isEmpty();
    }

    private static String price(String amount, String per) {
        return "\"price\": {\"amount\": \"" + amount + "\", \"currency\": \"BRL\", \"per\": \"" + per + "\"},";
    }

    private List<Tuple> billed(TenantId tenant) {
        fixture.plugins.run().run();
        return billed.stream()
                .filter(event -> event.tenant().equals(tenant))
                .map(event -> Tuple.tuple(event.kind(), event.amount() + " " + event.per(), event.paidBefore()))
                .toList();
    }

    @Test
    void whatIsPaidOnceIsPaidOnceAlsoWhenThePluginIsInstalledAgain() {
        fixture.listed(TestPlugin.validator("test.once").with(price("90.00", "once")));
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.once");
        installations().uninstall(tenant, "test.once", PluginFixture.NOTE);

        PluginInstallation again = install(tenant, "test.once");

        assertThat(again.isEnabled()).as("it asks for no price again").isTrue();
        assertThat(billed(tenant))
                .containsExactly(
                        Tuple.tuple(BillingEvents.Kind.INSTALLED, "90.00 once", false),
                        Tuple.tuple(BillingEvents.Kind.UNINSTALLED, "90.00 once", false),
                        Tuple.tuple(BillingEvents.Kind.INSTALLED, "90.00 once", true));
        assertThat(billed.get(billed.size() - 1).commission()).isZero();
    }

    @Test
    void goingBackToWhatWasPaidOnceEndsTheSubscriptionAndCostsNothing() {
        TestPlugin plugin = TestPlugin.validator("test.mixed").with(price("90.00", "once"));
        fixture.listed(plugin);
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.mixed");
        fixture.listed(plugin.version("2.0.0").with(price("9.00", "month")));
        fixture.installed(tenant, "test.mixed");

        installations().rollBack(tenant, "test.mixed", PluginFixture.NOTE);

        assertThat(billed(tenant))
                .containsExactly(
                        Tuple.tuple(BillingEvents.Kind.INSTALLED, "90.00 once", false),
                        Tuple.tuple(BillingEvents.Kind.PRICE_CHANGED, "9.00 month", false),
                        Tuple.tuple(BillingEvents.Kind.PRICE_CHANGED, "90.00 once", true));
    }

    @Test
    void aVersionThatFailsAndCannotGoBackIsDisabled() {
        TestPlugin plugin = TestPlugin.validator("test.no_way_back");
        StoredPackage first = fixture.listed(plugin);
        TenantId tenant = fixture.tenant();
        install(tenant, "test.no_way_back");
        fixture.listed(plugin.version("1.1.0")
                .module(Wat.plugin(
                        "(data (i32.const 16) \"{\\\"output\\\":{}}\")",
                        "(if (i32.gt_u (local.get $length) (i32.const 40)) (then (unreachable))) "
                                + TestPlugin.answer(16, 13))));
        install(tenant, "test.no_way_back");
        fixture.sql("delete from plugin_package where digest = '" + first.digest() + "'");

        try (TenancyPlugins other = fixture.another(builder -> builder)) {
            for (int i = 0; i < 10; i++) {
                other.extensions().call(tenant, ExtensionPoint.CONTENT_VALIDATE, "{\"text\":\"long enough to fail\"}");
            }
        }

        assertThat(isEnabled(tenant, "test.no_way_back")).isFalse();
    }
}
