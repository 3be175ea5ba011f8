package io.tenancy.billing.stripe;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.SELLER;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.TenantId;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.Money;
import io.tenancy.billing.MovedClock;
import io.tenancy.billing.TestServer;
import io.tenancy.billing.account.BillingAccount;
import io.tenancy.billing.dunning.DunningCase;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.payment.ManualPayments;
import io.tenancy.billing.payment.Payment;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.payment.StripePayments;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.billing.subscription.SubscriptionPeriods;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.test.stripe.FakeStripe;
import io.tenancy.test.stripe.StripeCharge;
import io.tenancy.test.stripe.StripeFault;
import io.tenancy.usage.UsageMetric;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An installation that has only known transfers is closed, and its database is opened again with Stripe beside them: the recipe
 * "From transfers to Stripe, in a running installation" of the guide, step by step.
 */
class ManualToStripeTest {

    /** What an installation is opened with. */
    private enum Providers {
        TRANSFERS_ONLY,
        TRANSFERS_THEN_STRIPE,
        STRIPE_THEN_TRANSFERS
    }

    /** An installation as one deployment of it has it. */
    private record Deployment(
            TenancyInstallation installation,
            TenancyBilling billing,
            @Nullable TenancyStripe stripe) {

        TenancyStripe withStripe() {
            if (stripe == null) {
                throw new AssertionError("This deployment knows transfers only");
            }
            return stripe;
        }

        void close() {
            if (stripe != null) {
                stripe.close();
            }
            billing.close();
            installation.close();
        }
    }

    /** A tenant of the time when there were transfers only: one invoice is paid, two are open. */
    private record Clinic(TenantId id, Invoice paid, Invoice open, Invoice alsoOpen) {}

    /** What a tenant has. */
    private record Snapshot(
            Optional<BillingAccount> account,
            List<Invoice> invoices,
            List<Payment> payments,
            Money credit,
            List<DunningCase> dunning) {}

    private static final int CLINICS = 20;

    private static final MovedClock CLOCK = new MovedClock(BillingFixture.START);
    private static final String SECRET_KEYS = SecretKeys.createJson();
    private static final Deque<Clinic> LEFT = new ArrayDeque<>();

    private static DatabaseServer server;
    private static FakeStripe fake;
    private static Providers providers;
    private static Deployment at;
    private static Clinic untouched;
    private static Snapshot before;
    private static Snapshot after;

    @BeforeAll
    static void anInstallationThatKnowsTransfersOnlyGetsStripe() {
        server = TestServer.newDatabase();
        fake = FakeStripe.builder().seed(1).clock(CLOCK).start();
        providers = Providers.TRANSFERS_ONLY;
        at = deployed();
        at.billing().catalogue().importCatalogue(BillingFixture.TWO_PLANS, NOTE);
        for (int i = 0; i < CLINICS; i++) {
            LEFT.add(clinic("clinic-" + i));
        }
        run();
        untouched = LEFT.remove();
        before = snapshot(untouched.id());
        deploy(Providers.TRANSFERS_THEN_STRIPE);
        run();
        after = snapshot(untouched.id());
    }

    @AfterAll
    static void stop() {
        at.close();
        fake.close();
        TestServer.drop(server);
    }

    @BeforeEach
    void transfersAreFirst() {
        if (providers != Providers.TRANSFERS_THEN_STRIPE) {
            deploy(Providers.TRANSFERS_THEN_STRIPE);
        }
    }

    @AfterEach
    void theBooksAreSound() {
        fake.clearFaults();
        assertThat(at.billing().ledger().faults()).isEmpty();
    }

    private static Clinic clinic(String name) {
        TenantId id = tenant(name);
        Invoice paid = invoice(id, "20.00");
        at.billing().payments().markPaid(id, paid.id(), "first transfer of " + name, NOTE);
        return new Clinic(id, paid, invoice(id, "49.00"), invoice(id, "10.00"));
    }

    private static Snapshot snapshot(TenantId of) {
        return new Snapshot(
                at.billing().accounts().find(of),
                at.billing().invoices().of(of),
                at.billing().payments().of(of),
                credit(of),
                at.billing().dunning().of(of));
    }

    private static Deployment deployed() {
        SubscriptionPeriods periods = new SubscriptionPeriods(CLOCK);
        TenancyInstallation installation = TenancyInstallation.builder()
                .server(server)
                .migrations("classpath:notes")
                .secretKeys(SecretKeys.fromJson(SECRET_KEYS))
                .clock(CLOCK)
                .billingPeriods(periods)
                .usageMetric(UsageMetric.sum("api_calls", "call"))
                .build()
                .start();
        TenancyBilling.Builder builder =
                TenancyBilling.builder(installation).seller(SELLER).clock(CLOCK).periods(periods);
        if (providers == Providers.TRANSFERS_ONLY) {
            return new Deployment(installation, builder.build().start(), null);
        }
        TenancyStripe stripe = TenancyStripe.builder(installation, StripeFixture.settings(fake))
                .clock(CLOCK)
                .build();
        TenancyBilling billing = (providers == Providers.STRIPE_THEN_TRANSFERS
                        ? builder.provider(stripe.provider())
                        : builder.provider(new ManualPayments()).provider(stripe.provider()))
                .build()
                .start();
        return new Deployment(installation, billing, stripe.start(billing));
    }

    private static void deploy(Providers wanted) {
        at.close();
        CLOCK.move(Duration.ofHours(1));
        providers = wanted;
        at = deployed();
    }

    private static TenantId tenant(String name) {
        TenantId id = at.installation()
                .provisioner()
                .provision(NewTenant.of(name, name, IsolationLevel.SHARED))
                .id();
        at.billing().accounts().put(id, Buyer.of(name, "DE", ZoneId.of("UTC")).withEmail(name + "@example.com"));
        return id;
    }

    private static Invoice invoice(TenantId of, String amount) {
        return at.billing().invoices().charge(of, List.of(Charge.of("Training", usd(amount), Tax.NONE)), NOTE);
    }

    private static Invoice now(Invoice invoice) {
        return at.billing().invoices().find(invoice.tenant(), invoice.id()).orElseThrow();
    }

    private static void run() {
        at.billing().run().run();
    }

    private static void use(TenantId of, String provider) {
        at.billing().accounts().use(of, SELLER.code(), provider, NOTE);
    }

    private static void leave(TenantId of, String card) {
        URI page = at.withStripe().pages().save(of, "USD", StripeFixture.WAYS);
        assertThat(fake.completeCheckout(StripeFixture.idOf(page), card)).isEmpty();
        assertThat(at.withStripe().pages().returned(of, StripeFixture.idOf(page)))
                .isTrue();
    }

    private static String providerOf(TenantId of) {
        return at.billing().accounts().find(of).map(BillingAccount::provider).orElseThrow();
    }

    private static Money credit(TenantId of) {
        return at.billing().payments().credit(of, "USD");
    }

    private static List<Long> taken(TenantId from) {
        return fake.charges().stream()
                .filter(StripeCharge::succeeded)
                .filter(each -> from.toString().equals(each.metadata().get(Ownership.TENANT)))
                .map(StripeCharge::amount)
                .toList();
    }

    /** A tenant of before that pays through Stripe from now on, and has left no card yet. */
    private static Clinic moved() {
        Clinic clinic = LEFT.remove();
        use(clinic.id(), StripePayments.NAME);
        return clinic;
    }

    /** The same, with a card from which what was open has been collected. */
    private static Clinic movedAndCollected() {
        Clinic clinic = moved();
        leave(clinic.id(), "pm_card_visa");
        run();
        return clinic;
    }

    /** A tenant that went back to transfers while it was not known what came of a charge. */
    private static Clinic backWhileACollectionIsUnderWay() {
        Clinic clinic = moved();
        at.billing().invoices().annul(clinic.id(), clinic.alsoOpen().id(), NOTE);
        leave(clinic.id(), "pm_card_visa");
        fake.inject(StripeFault.dropAfter().on("POST", "/v1/payment_intents").times(2));
        run();
        assertThat(now(clinic.open()).status()).isEqualTo(InvoiceStatus.OPEN);
        use(clinic.id(), ManualPayments.NAME);
        return clinic;
    }

    @Test
    void nothingChangesForAnybodyWhenStripeIsAddedBesideTransfers() {
        assertThat(after).isEqualTo(before);
        assertThat(before.account().map(BillingAccount::provider)).contains(ManualPayments.NAME);
        assertThat(before.invoices()).hasSize(3);
    }

    @Test
    void whoPaysByTransferIsNotKnownToStripe() {
        assertThat(at.withStripe().customers().find(untouched.id())).isEmpty();
        assertThat(fake.requests())
                .filteredOn(
                        each -> each.parameters().containsValue(untouched.id().toString()))
                .isEmpty();
    }

    @Test
    void newAccountsGoOnPayingByTransferWhileThatIsTheFirstProvider() {
        assertThat(providerOf(tenant("new-beside-stripe"))).isEqualTo(ManualPayments.NAME);
    }

    @Test
    void aTransferForAnInvoiceOfBeforeIsTakenInAsEver() {
        Clinic clinic = LEFT.remove();
        at.billing().payments().markPaid(clinic.id(), clinic.open().id(), "second of " + clinic.id(), NOTE);

        assertThat(now(clinic.open()).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void whoIsMovedIsNotDunnedForWhatIsNotCollectedYet() {
        Clinic clinic = moved();
        run();

        assertThat(now(clinic.open()).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(at.billing().dunning().of(clinic.id())).isEmpty();
    }

    @Test
    void whatIsOpenIsCollectedOnceATenantThatWasMovedLeavesItsCard() {
        Clinic clinic = movedAndCollected();

        assertThat(now(clinic.open()).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(now(clinic.alsoOpen()).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(taken(clinic.id())).containsExactlyInAnyOrder(4900L, 1000L);
    }

    @Test
    void othersGoOnAsTheyWereWhenOneTenantIsMoved() {
        Snapshot of = snapshot(LEFT.getLast().id());
        movedAndCollected();

        assertThat(snapshot(LEFT.getLast().id())).isEqualTo(of);
    }

    @Test
    void aTransferThatComesAllTheSameIsCreditWhereTheCardHasPaid() {
        Clinic clinic = movedAndCollected();
        at.billing()
                .payments()
                .receive(clinic.id(), clinic.open().id(), usd("49.00"), "late transfer of " + clinic.id(), NOTE);

        assertThat(credit(clinic.id())).isEqualTo(usd("49.00"));
        assertThat(now(clinic.open()).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void aTransferThatComesBeforeTheCardIsLeftPaysAndIsNotCollectedToo() {
        Clinic clinic = moved();
        at.billing()
                .payments()
                .receive(clinic.id(), clinic.open().id(), usd("49.00"), "early transfer of " + clinic.id(), NOTE);
        leave(clinic.id(), "pm_card_visa");
        run();

        assertThat(now(clinic.open()).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(taken(clinic.id())).containsExactly(1000L);
    }

    @Test
    void creditOfATransferPaysTheNextInvoiceBeforeTheCardDoes() {
        Clinic clinic = movedAndCollected();
        at.billing()
                .payments()
                .receive(clinic.id(), clinic.open().id(), usd("49.00"), "another transfer of " + clinic.id(), NOTE);
        Invoice next = invoice(clinic.id(), "60.00");
        run();

        assertThat(now(next).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(taken(clinic.id())).containsExactlyInAnyOrder(4900L, 1000L, 1100L);
    }

    @Test
    void whatOnlyTransfersPaidIsNotPaidBackThroughStripe() {
        Clinic clinic = paidByTransferAndMoved();
        at.billing().payments().refund(clinic.id(), usd("20.00"), "complaint", NOTE);
        run();

        assertThat(fake.requests())
                .filteredOn(each -> each.path().equals("/v1/refunds"))
                .isEmpty();
        assertThat(credit(clinic.id())).isEqualTo(usd("20.00"));
    }

    @Test
    void whatOnlyTransfersPaidIsPaidBackByTransferOnceItsTenantIsBackThere() {
        Clinic clinic = paidByTransferAndMoved();
        use(clinic.id(), ManualPayments.NAME);
        at.billing().payments().refund(clinic.id(), usd("20.00"), "complaint", NOTE);
        run();

        assertThat(credit(clinic.id())).isEqualTo(usd("0.00"));
    }

    private static Clinic paidByTransferAndMoved() {
        Clinic clinic = moved();
        for (Invoice each : List.of(clinic.open(), clinic.alsoOpen())) {
            at.billing().payments().markPaid(clinic.id(), each.id(), "transfer for " + each.id(), NOTE);
        }
        leave(clinic.id(), "pm_card_visa");
        at.billing().invoices().annul(clinic.id(), clinic.paid().id(), NOTE);
        return clinic;
    }

    @Test
    void aSubscriptionThatBeganWithTransfersIsRenewedByCard() {
        Clinic clinic = LEFT.remove();
        at.billing().subscriptions().start(clinic.id(), NewSubscription.of("pro"), NOTE);
        use(clinic.id(), StripePayments.NAME);
        leave(clinic.id(), "pm_card_visa");
        run();
        CLOCK.move(Duration.ofDays(32));
        run();

        assertThat(at.billing().invoices().of(clinic.id()))
                .hasSize(5)
                .allMatch(each -> each.status() == InvoiceStatus.PAID);
        assertThat(taken(clinic.id())).containsExactlyInAnyOrder(4900L, 1000L, 9300L, 9300L);
    }

    @Test
    void newAccountsPayByCardOnceStripeIsTheFirstProvider() {
        deploy(Providers.STRIPE_THEN_TRANSFERS);

        assertThat(providerOf(tenant("new-with-stripe"))).isEqualTo(StripePayments.NAME);
    }

    @Test
    void whoPaysByTransferStaysWithThatWhenStripeIsTheFirstProvider() {
        Clinic clinic = LEFT.remove();
        deploy(Providers.STRIPE_THEN_TRANSFERS);
        run();

        assertThat(providerOf(clinic.id())).isEqualTo(ManualPayments.NAME);
        assertThat(now(clinic.open()).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(taken(clinic.id())).isEmpty();
    }

    @Test
    void aRequestThatIsUnderWayAtStripeEndsThereWhenItsTenantGoesBackToTransfers() {
        Clinic clinic = backWhileACollectionIsUnderWay();
        CLOCK.move(Duration.ofMinutes(11));
        run();

        assertThat(now(clinic.open()).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.billing().payments().of(clinic.id()))
                .filteredOn(each -> clinic.open().id().equals(each.invoice()))
                .singleElement()
                .satisfies(each -> assertThat(each.provider()).isEqualTo(StripePayments.NAME));
        assertThat(taken(clinic.id())).containsExactly(4900L);
    }

    @Test
    void aRequestThatIsUnderWayAtStripeEndsThereAlsoAfterTheNextDeployment() {
        Clinic clinic = backWhileACollectionIsUnderWay();
        deploy(Providers.TRANSFERS_THEN_STRIPE);
        run();

        assertThat(now(clinic.open()).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(taken(clinic.id())).containsExactly(4900L);
    }

    @Test
    void aTransferForWhatIsUnderWayAtStripeIsCreditOnceThatHasComeToItsEnd() {
        Clinic clinic = backWhileACollectionIsUnderWay();
        at.billing().payments().markPaid(clinic.id(), clinic.open().id(), "meanwhile of " + clinic.id(), NOTE);
        CLOCK.move(Duration.ofMinutes(11));
        run();

        assertThat(taken(clinic.id())).containsExactly(4900L);
        assertThat(credit(clinic.id())).isEqualTo(usd("49.00"));
    }

    @Test
    void whatComesAfterATenantWentBackIsNotCollectedFromItsCard() {
        Clinic clinic = movedAndCollected();
        use(clinic.id(), ManualPayments.NAME);
        Invoice next = invoice(clinic.id(), "15.00");
        run();

        assertThat(now(next).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(taken(clinic.id())).containsExactlyInAnyOrder(4900L, 1000L);
    }

    @Test
    void whatIsPaidOnAPageThatWasOpenWhenItsTenantWentBackIsBooked() {
        Clinic clinic = moved();
        URI page = at.withStripe().pages().pay(clinic.id(), clinic.open().id(), StripeFixture.WAYS);
        use(clinic.id(), ManualPayments.NAME);
        assertThat(fake.completeCheckout(StripeFixture.idOf(page), "pm_card_visa"))
                .isEmpty();
        at.withStripe().pages().returned(clinic.id(), StripeFixture.idOf(page));
        run();

        assertThat(now(clinic.open()).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(now(clinic.alsoOpen()).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(taken(clinic.id())).containsExactly(4900L);
    }
}
