package io.tenancy.billing.run;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.ScriptedProvider;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.payment.ManualPayments;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.billing.subscription.SubscriptionChange;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens in made-up time is what happens in real time. */
class SandboxTest {

    private static final Instant END = BillingFixture.START.plus(Duration.ofDays(365));

    static final ScriptedProvider CARDS = new ScriptedProvider();

    static BillingFixture fixture;
    static TenancyBilling billing;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture(
                BillingFixture.TWO_PLANS,
                settings -> settings.provider(new ManualPayments()).provider(CARDS));
        billing = fixture.billing;
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void backToTheStart() {
        fixture.clock.moveTo(BillingFixture.START);
        fixture.forgetAll();
        CARDS.forget();
    }

    @AfterEach
    void theBooksAreRight() {
        assertThat(billing.ledger().faults()).isEmpty();
    }

    private static TenantId sandboxed() {
        TenantId tenant = fixture.tenant(ZoneId.of("Europe/Berlin"));
        billing.sandbox().enter(tenant, BillingFixture.START);
        return tenant;
    }

    private static List<String> story(TenantId tenant) {
        return billing.invoices().of(tenant).stream()
                .map(invoice -> invoice.createdAt() + " " + invoice.status() + " " + invoice.total() + " "
                        + invoice.lines().stream()
                                .map(line -> line.description() + " " + line.from() + " " + line.until())
                                .toList())
                .toList();
    }

    private static List<String> records(TenantId tenant) {
        return billing.subscriptions().records(tenant).stream()
                .map(record -> record.at() + " " + record.kind() + " " + record.status() + " " + record.monthly())
                .toList();
    }

    private static List<String> told(TenantId tenant) {
        return billing.notices().of(tenant).stream()
                .map(notice -> notice.at() + " " + notice.kind() + " " + notice.date())
                .toList();
    }

    private static void begin(TenantId tenant) {
        billing.accounts().use(tenant, "acme", ScriptedProvider.NAME);
        billing.subscriptions().start(tenant, NewSubscription.of("starter"), NOTE);
        billing.subscriptions().changeAtRenewal(tenant, new SubscriptionChange.ToPlan("pro"), NOTE);
        billing.subscriptions()
                .changeAt(tenant, Instant.parse("2026-06-01T00:00:00Z"), new SubscriptionChange.Seats(4), NOTE);
    }

    @Test
    void aYearOfMadeUpTimeIsLikeAYearOfRealTime() {
        TenantId madeUp = sandboxed();
        TenantId real = fixture.tenant(ZoneId.of("Europe/Berlin"));
        begin(madeUp);
        begin(real);

        billing.sandbox().advance(madeUp, END);
        fixture.runUntil(END.toString());

        assertThat(billing.invoices().of(madeUp)).hasSize(13);
        // In real time something takes place with the next run, up to six hours later here.
        assertThat(billing.invoices().of(madeUp).stream().map(Invoice::lines).toList())
                .isEqualTo(
                        billing.invoices().of(real).stream().map(Invoice::lines).toList());
        assertThat(records(madeUp)).isEqualTo(records(real));
        assertThat(fixture.statusOf(madeUp)).isEqualTo(fixture.statusOf(real)).isEqualTo(TenantStatus.ACTIVE);
    }

    @Test
    void dunningTakesPlaceDayByDay() {
        TenantId tenant = sandboxed();
        billing.subscriptions().start(tenant, NewSubscription.of("starter").withTrial(0), NOTE);

        billing.sandbox().advance(tenant, Instant.parse("2026-02-08T00:00:00Z"));

        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.SUSPENDED);
        assertThat(told(tenant))
                .filteredOn(each -> each.contains(BillingNotice.Kind.ACCESS_RESTRICTED.name()))
                .containsExactly("2026-01-31T09:00:00Z ACCESS_RESTRICTED 2026-02-07T09:00:00Z");
        billing.sandbox().advance(tenant, Instant.parse("2026-03-30T00:00:00Z"));
        assertThat(story(tenant)).last().asString().contains("UNCOLLECTIBLE");
    }

    @Test
    void aCardIsTriedAgainInMadeUpTimeAndTheProviderKnowsThatItIs() {
        TenantId tenant = sandboxed();
        billing.accounts().use(tenant, "acme", ScriptedProvider.NAME);
        billing.subscriptions().start(tenant, NewSubscription.of("starter").withTrial(0), NOTE);
        CARDS.thenDecline(false).thenDecline(false);

        billing.sandbox().advance(tenant, Instant.parse("2026-01-14T00:00:00Z"));

        assertThat(CARDS.asked).hasSize(3).allMatch(request -> request.sandbox());
        assertThat(billing.invoices().of(tenant).get(0).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void draftsBecomeFinalInMadeUpTime() {
        TenancyBilling drafting = fixture.another(settings -> settings.draftFor(Duration.ofDays(2)));
        TenantId tenant = sandboxed();
        drafting.subscriptions().start(tenant, NewSubscription.of("starter").withTrial(0), NOTE);
        drafting.sandbox().advance(tenant, Instant.parse("2026-01-12T08:59:59Z"));
        assertThat(billing.invoices().of(tenant).get(0).status()).isEqualTo(InvoiceStatus.DRAFT);

        drafting.sandbox().advance(tenant, Instant.parse("2026-01-12T09:00:00Z"));

        assertThat(billing.invoices().of(tenant).get(0).number()).isEqualTo("SANDBOX-2026-000001");
    }

    @Test
    void realTimeMovesNothingInTheSandbox() {
        TenantId tenant = sandboxed();
        billing.subscriptions().start(tenant, NewSubscription.of("starter").withTrial(0), NOTE);

        fixture.clock.moveTo(END);
        billing.run().run();

        assertThat(billing.invoices().of(tenant)).hasSize(1);
        assertThat(billing.dunning().of(tenant)).isEmpty();
    }

    @Test
    void noReportCountsIt() {
        TenantId tenant = sandboxed();
        billing.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);
        billing.sandbox().advance(tenant, END);

        assertThat(billing.revenue().currencies()).isEmpty();
        assertThat(billing.revenue().at("USD", END).monthly()).isEqualTo(usd("0.00"));
        assertThat(billing.revenue().waterfall("USD", BillingFixture.START, END).closing())
                .isEqualTo(usd("0.00"));
        assertThat(billing.ledger().balancesAt(END)).isEmpty();
    }

    @Test
    void whoWasBilledDoesNotEnter() {
        TenantId subscribed = fixture.tenant();
        billing.subscriptions().start(subscribed, NewSubscription.of("starter"), NOTE);
        TenantId charged = fixture.tenant();
        var unused = billing.invoices().charge(charged, List.of(Charge.of("Setup", usd("1.00"), Tax.NONE)), NOTE);
        TenantId toppedUp = fixture.tenant();
        billing.payments().topUp(toppedUp, usd("1.00"), "before-the-sandbox", NOTE);

        for (TenantId tenant : List.of(subscribed, charged, toppedUp)) {
            assertThatThrownBy(() -> billing.sandbox().enter(tenant, BillingFixture.START))
                    .isInstanceOf(BillingException.class)
                    .hasMessageContaining("was billed already");
        }
        TenantId tenant = sandboxed();
        assertThatThrownBy(() -> billing.sandbox().enter(tenant, BillingFixture.START))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("in the sandbox already");
        assertThatThrownBy(() -> billing.sandbox().enter(TenantId.next(fixture.clock), BillingFixture.START))
                .isInstanceOf(BillingException.class);
    }

    @Test
    void madeUpTimeOnlyAdvancesAndRealTimeNever() {
        TenantId tenant = sandboxed();

        assertThatThrownBy(() -> billing.sandbox().advance(tenant, BillingFixture.START.minusSeconds(1)))
                .isInstanceOf(BillingException.class);
        assertThatThrownBy(() -> billing.sandbox().advance(fixture.tenant(), END))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("not in the sandbox");
        billing.sandbox().advance(tenant, BillingFixture.START);
    }
}
