package io.tenancy.billing.subscription;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.TWO_PLANS;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.billing.AtOnce;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.catalogue.ChargeTerms;
import io.tenancy.billing.catalogue.PlanPrices;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.entitlement.CatalogueError;
import io.tenancy.entitlement.InvalidCatalogueException;
import io.tenancy.entitlement.Plan;
import io.tenancy.jpa.entitlement.CatalogueConflictException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real control database, in which nothing was imported before each test. */
class BillingCatalogueTest {

    private static BillingFixture fixture;
    private static TenancyBilling billing;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture("");
        billing = fixture.billing;
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void forget() {
        fixture.forgetAll();
        fixture.forgetCatalogue();
        fixture.clock.moveTo(BillingFixture.START);
    }

    private static void importing(String document) {
        var unused = billing.catalogue().importCatalogue(document, NOTE);
    }

    private static Invoice start(String plan) {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, NewSubscription.of(plan).withTrial(0), NOTE);
        return billing.invoices().of(tenant).get(0);
    }

    private static String withSecondVersion() {
        int at = TWO_PLANS.indexOf("  pro:");
        return TWO_PLANS.substring(0, at) + """
                |      - version: 2
                |        effective_from: 2026-02-01
                |        entitlements: {users: 7}
                |        billing:
                |          intervals: [month, year]
                |          charges:
                |            - {code: base, title: Base fee, kind: fixed, price: {month: 40, year: 400}}
                """.replace("|", "") + TWO_PLANS.substring(at);
    }

    @Test
    void importingADocumentAgainChangesNothing() {
        assertThat(billing.catalogue().importCatalogue(TWO_PLANS, NOTE).changed())
                .isTrue();
        List<String> terms = fixture.rows("select id || content from billing_terms order by id");

        assertThat(billing.catalogue().importCatalogue(TWO_PLANS, NOTE).changed())
                .isFalse();

        assertThat(fixture.rows("select id || content from billing_terms order by id"))
                .isEqualTo(terms)
                .hasSize(3);
    }

    @Test
    void aDocumentIsComparedWithWhatWasImportedLast() {
        importing(TWO_PLANS);

        assertThat(billing.catalogue().compare(TWO_PLANS)).isEmpty();
        assertThat(billing.catalogue().compare(TWO_PLANS.replace("month: 31,", "month: 32,")))
                .singleElement()
                .asString()
                .contains("plans.starter")
                .contains("31")
                .contains("32");
    }

    @Test
    void manyNodesImportADocumentOnce() throws Exception {
        AtOnce.Outcomes<Boolean> outcomes = AtOnce.run(
                4,
                number -> () ->
                        billing.catalogue().importCatalogue(TWO_PLANS, NOTE).changed());

        assertThat(outcomes.failures()).isEmpty();
        assertThat(outcomes.results()).containsExactlyInAnyOrder(true, false, false, false);
        assertThat(fixture.rows("select count(*) from billing_terms")).containsExactly("3");
    }

    @Test
    void allErrorsOfEntitlementsAndOfPricesAreToldTogether() {
        String wrong = TWO_PLANS
                .replace("users: {kind: limit", "users: {kind: limitt")
                .replace("kind: fixed, price: {month: 31, year: 310}", "kind: fixed, price: {month: -31}")
                .replace("rank: 2", "rank: second");

        assertThatThrownBy(() -> importing(wrong))
                .isInstanceOfSatisfying(
                        InvalidCatalogueException.class,
                        invalid -> assertThat(invalid.errors())
                                .extracting(CatalogueError::path)
                                .anyMatch(path -> path.startsWith("definitions.users"))
                                .anyMatch(path -> path.startsWith("plans.starter.versions[0].billing"))
                                .anyMatch(path -> path.equals("plans.pro.billing.rank")));
        assertThat(fixture.rows("select count(*) from billing_terms")).containsExactly("0");
        assertThat(fixture.rows("select count(*) from plan_catalogue_import")).containsExactly("0");
    }

    @Test
    void aPriceOfAVersionThatWasImportedIsNotEditedAndNothingElseOfTheDocumentCounts() {
        importing(TWO_PLANS);
        String edited = TWO_PLANS.replace("month: 31,", "month: 32,").replace("year: 930", "year: 931");

        assertThatThrownBy(() -> importing(edited))
                .isInstanceOfSatisfying(
                        CatalogueConflictException.class,
                        conflict -> assertThat(conflict.differences())
                                .hasSize(2)
                                .anyMatch(difference -> difference.startsWith("plans.starter.version 1.billing"))
                                .anyMatch(difference -> difference.startsWith("plans.pro.version 1.billing")));
        assertThat(start("starter").total()).isEqualTo(usd("31.00"));
        assertThat(billing.catalogue().importCatalogue(TWO_PLANS, NOTE).changed())
                .isFalse();
    }

    @Test
    void whoHasAPlanKeepsItsPriceAndWhoComesLaterHasTheNewOne() {
        importing(TWO_PLANS);
        Invoice old = start("starter");
        importing(withSecondVersion());
        assertThat(start("starter").total()).isEqualTo(usd("31.00"));

        fixture.clock.moveTo("2026-02-10T09:00:00Z");
        billing.run().run();

        assertThat(billing.invoices().of(old.tenant()))
                .extracting(Invoice::total)
                .containsExactly(usd("31.00"), usd("31.00"));
        assertThat(fixture.installation.entitlements().of(old.tenant()).limit("users"))
                .isEqualTo(5);
        Invoice fresh = start("starter");
        assertThat(fresh.total()).isEqualTo(usd("40.00"));
        assertThat(fixture.installation.entitlements().of(fresh.tenant()).limit("users"))
                .isEqualTo(7);
    }

    @Test
    void whoWantsTheNewVersionChangesToItsOwnPlan() {
        importing(withSecondVersion());
        TenantId tenant = start("starter").tenant();
        fixture.clock.moveTo("2026-02-10T09:00:00Z");

        Subscription after = billing.subscriptions().change(tenant, new SubscriptionChange.ToPlan("starter"), NOTE);

        // The period that begins at this instant was charged by the old price first.
        assertThat(billing.catalogue()
                        .prices()
                        .offer("starter", fixture.clock.instant())
                        .orElseThrow()
                        .number())
                .isEqualTo(after.plan().terms());
        assertThat(billing.invoices().of(tenant).get(0).total()).isEqualTo(usd("9.00"));
    }

    @Test
    void anAddOnWithANewPriceIsSoldForItAndWhoHasItKeepsTheOldOne() {
        importing(TWO_PLANS);
        TenantId old = start("pro").tenant();
        billing.subscriptions().change(old, new SubscriptionChange.AddOn("reports", 1), NOTE);
        importing(TWO_PLANS.replace("month: 6.20, year: 62", "month: 9.30, year: 93"));
        TenantId fresh = start("pro").tenant();
        billing.subscriptions().change(fresh, new SubscriptionChange.AddOn("reports", 1), NOTE);

        assertThat(billing.invoices().of(fresh)).extracting(Invoice::total).contains(usd("9.30"));
        fixture.clock.moveTo("2026-02-10T09:00:00Z");
        billing.run().run();
        assertThat(billing.invoices().of(old).get(0).total()).isEqualTo(usd("99.20"));
        assertThat(billing.invoices().of(fresh).get(0).total()).isEqualTo(usd("102.30"));
    }

    @Test
    void aNegotiatedPlanIsSoldToWhoNegotiatedIt() {
        importing(TWO_PLANS);
        long number = billing.catalogue()
                .negotiate("pro", "charges: [{code: base, title: Base fee, kind: fixed, price: {month: 77}}]");
        TenantId tenant = fixture.tenant();

        billing.subscriptions().start(tenant, NewSubscription.of("pro").withTerms(number), NOTE);

        assertThat(billing.invoices().of(tenant).get(0).total()).isEqualTo(usd("77.00"));
        assertThat(fixture.installation.entitlements().of(tenant).limit("users"))
                .isEqualTo(50);
        assertThat(start("pro").total()).isEqualTo(usd("93.00"));
    }

    @Test
    void aTenantIsMovedToWhatWasAgreedWithIt() {
        importing(TWO_PLANS);
        long number = billing.catalogue()
                .negotiate("pro", "charges: [{code: base, title: Base fee, kind: fixed, price: {month: 77}}]");
        TenantId tenant = start("starter").tenant();

        Subscription after =
                billing.subscriptions().change(tenant, new SubscriptionChange.ToPlan("pro", number, null, 0), NOTE);

        assertThat(after.plan().terms()).isEqualTo(number);
        assertThat(billing.invoices().of(tenant).get(0).total()).isEqualTo(usd("46.00"));
        assertThat(fixture.installation.entitlements().of(tenant).limit("users"))
                .isEqualTo(50);
    }

    @Test
    void aPlanOnRequestIsNotHadForNothingByTheNumberOfItsVersion() {
        importing(TWO_PLANS.replace(
                "add_ons:",
                "  enterprise: {name: Enterprise, versions: [{version: 1, billing: {on_request: true}}]}\nadd_ons:"));
        long number = billing.catalogue()
                .prices()
                .offer("enterprise", fixture.clock.instant())
                .orElseThrow()
                .number();
        TenantId tenant = start("starter").tenant();

        assertThatThrownBy(() -> billing.subscriptions()
                        .change(tenant, new SubscriptionChange.ToPlan("enterprise", number, null, 0), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("no price yet");
        assertThatThrownBy(() -> billing.subscriptions()
                        .start(
                                fixture.tenant(),
                                NewSubscription.of("enterprise").withTerms(number),
                                NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("negotiate");
    }

    @Test
    void negotiatedTermsAreOfTheirPlanAndAreWellFormed() {
        importing(TWO_PLANS);
        long number = billing.catalogue()
                .negotiate("pro", "charges: [{code: base, title: Base fee, kind: fixed, price: {month: 77}}]");

        assertThatThrownBy(() -> billing.subscriptions()
                        .start(fixture.tenant(), NewSubscription.of("starter").withTerms(number), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("not of plan 'starter'");
        assertThatThrownBy(() -> billing.catalogue().negotiate("gold", "charges: []"))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("no plan 'gold'");
        assertThatThrownBy(() -> billing.catalogue().negotiate("pro", "charges: [{kind: magic}]"))
                .isInstanceOf(InvalidCatalogueException.class);
        assertThatThrownBy(() -> billing.subscriptions()
                        .start(fixture.tenant(), NewSubscription.of("starter").withTerms(4711), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("4711");
    }

    @Test
    void aCatalogueThatWasImportedWithoutBillingIsCaughtUp() {
        var unused = fixture.installation.entitlementAdministration().importCatalogue(TWO_PLANS, NOTE);
        assertThat(billing.catalogue().prices().plans()).isEmpty();

        billing.catalogue().catchUp();

        assertThat(start("starter").total()).isEqualTo(usd("31.00"));
        assertThat(billing.catalogue().importCatalogue(TWO_PLANS, NOTE).changed())
                .isFalse();
    }

    @Test
    void aCatalogueThatWasImportedWithoutBillingIsCaughtUpByAnImportToo() {
        var unused = fixture.installation.entitlementAdministration().importCatalogue(TWO_PLANS, NOTE);

        assertThat(billing.catalogue().importCatalogue(TWO_PLANS, NOTE).changed())
                .isTrue();

        assertThat(start("starter").total()).isEqualTo(usd("31.00"));
    }

    @Test
    void aCatalogueWithoutPricesHindersNothing() {
        var unused = fixture.installation
                .entitlementAdministration()
                .importCatalogue("format: 1\nplans: {free: {name: Free, versions: [{version: 1}]}}\n", NOTE);

        billing.catalogue().catchUp();

        assertThatThrownBy(() -> start("free")).isInstanceOf(BillingException.class);
    }

    @Test
    void whatIsNoLongerInTheCatalogueIsNotSoldAndGoesOnForWhoHasIt() {
        importing(TWO_PLANS);
        TenantId tenant = start("starter").tenant();
        int from = TWO_PLANS.indexOf("  starter:");
        importing(TWO_PLANS.substring(0, from) + TWO_PLANS.substring(TWO_PLANS.indexOf("  pro:")));

        assertThatThrownBy(() -> start("starter"))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("no longer for sale");
        assertThat(billing.catalogue().prices().plans())
                .extracting(PlanPrices::plan)
                .containsExactly("pro");
        fixture.clock.moveTo("2026-02-10T09:00:00Z");
        billing.run().run();
        assertThat(billing.invoices().of(tenant)).hasSize(2);
    }

    @Test
    void theCodeOfAFormerPlanIsNotThatOfAnAddOnAndTheOtherWayRound() {
        importing(TWO_PLANS);
        String exchanged = TWO_PLANS
                .replace("\n  reports:\n    name", "\n  starter:\n    name")
                .replace("\n  starter:\n    name: Starter", "\n  reports:\n    name: Starter");

        assertThatThrownBy(() -> importing(exchanged))
                .isInstanceOfSatisfying(
                        CatalogueConflictException.class,
                        conflict -> assertThat(conflict.differences())
                                .contains(
                                        "plans.reports: was imported before as an add-on. Give the plan a code of its own.",
                                        "add_ons.starter: was imported before as a plan. Give the add-on a code of its own."));
    }

    @Test
    void aCatalogueThatIsImportedDuringARunIsTakenWholeOrNotAtAll() throws Exception {
        importing(TWO_PLANS);
        List<TenantId> tenants = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            TenantId tenant = start("starter").tenant();
            billing.subscriptions().changeAtRenewal(tenant, new SubscriptionChange.ToPlan("pro"), NOTE);
            tenants.add(tenant);
        }
        fixture.clock.moveTo("2026-02-10T09:00:00Z");

        AtOnce.Outcomes<Integer> outcomes = AtOnce.run(3, number -> () -> {
            if (number < 2) {
                return billing.run().run().subscriptions();
            }
            for (int i = 0; i < 10; i++) {
                importing(TWO_PLANS.replace("month: 6.20", "month: 6.2" + i));
            }
            return 0;
        });

        assertThat(outcomes.failures()).isEmpty();
        assertThat(fixture.rows("select fault from subscription where fault is not null"))
                .isEmpty();
        assertThat(tenants)
                .allSatisfy(tenant -> assertThat(billing.invoices().of(tenant))
                        .extracting(Invoice::total)
                        .containsExactly(usd("93.00"), usd("31.00")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"healthcare-cms", "developer-portal", "pharmacy", "hospital", "chat"})
    void eachPlanOfAProductIsSubscribedToAndInvoiced(String product) {
        importing(document(product));
        Prices prices = billing.catalogue().prices();
        int begun = 0;
        for (Plan plan : prices.catalogue().plans()) {
            Terms terms = prices.offer(plan.code(), fixture.clock.instant()).orElseThrow();
            if (terms.prices().onRequest()) {
                long number = billing.catalogue()
                        .negotiate(
                                plan.code(), "charges: [{code: base, title: Base, kind: fixed, price: {month: 5000}}]");
                begun += begin(NewSubscription.of(plan.code()).withTerms(number), Set.of());
                continue;
            }
            for (BillingInterval interval : terms.prices().intervals()) {
                for (String currency : terms.prices().currencies()) {
                    begun += begin(
                            NewSubscription.of(plan.code()).every(interval).in(currency), metricsOf(terms));
                }
            }
        }

        assertThat(begun).isGreaterThan(2);
        fixture.clock.move(Duration.ofDays(400));
        billing.run().runSubscriptions();
        assertThat(fixture.rows("select fault from subscription where fault is not null"))
                .isEmpty();
        assertThat(fixture.rows("select id from subscription where next_at <= '2027-02-13'"))
                .isEmpty();
        assertThat(billing.ledger().faults()).isEmpty();
    }

    private static int begin(NewSubscription wanted, Set<String> metrics) {
        TenantId tenant = fixture.tenant();
        SubscriptionPreview preview = billing.subscriptions().previewStart(tenant, wanted.withTrial(0));
        billing.subscriptions().start(tenant, wanted.withTrial(0), NOTE);
        if (!preview.lines().isEmpty()) {
            Invoice invoice = billing.invoices().of(tenant).get(0);
            assertThat(invoice.total()).as(wanted.plan()).isEqualTo(preview.total());
            assertThat(invoice.lines()).isEqualTo(preview.lines());
        }
        for (String metric : metrics) {
            fixture.use(tenant, metric, "123456", "2026-01-10T10:00:00Z");
        }
        return 1;
    }

    private static Set<String> metricsOf(Terms terms) {
        Set<String> metrics = new TreeSet<>();
        for (ChargeTerms charge : terms.prices().charges()) {
            if (charge instanceof ChargeTerms.Usage usage) {
                metrics.add(usage.metric());
            } else if (charge instanceof ChargeTerms.Percentage percentage) {
                metrics.add(percentage.metric());
            }
        }
        return metrics;
    }

    private static String document(String product) {
        try (InputStream file =
                BillingCatalogueTest.class.getResourceAsStream("/io/tenancy/billing/catalogues/" + product + ".yaml")) {
            return new String(Objects.requireNonNull(file, product).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
