package io.tenancy.billing.dunning;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.billing.AtOnce;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.ScriptedProvider;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.notice.BillingNotice.Kind;
import io.tenancy.billing.payment.ManualPayments;
import io.tenancy.billing.payment.PaymentResult;
import io.tenancy.billing.payment.Payments;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.billing.subscription.Standing;
import io.tenancy.billing.subscription.Subscription;
import io.tenancy.billing.subscription.SubscriptionStatus;
import io.tenancy.catalog.TenantKey;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a real control database, day by day. */
class DunningTest {

    private static final String STRICT = BillingFixture.TWO_PLANS.replace(
            "billing: {rank: 2, trial_days: 0}",
            "billing: {rank: 2, trial_days: 0, dunning: {retry_after_days: [2], remind_after_days: [1, 4, 6],"
                    + " restrict_after_days: 3, suspend_after_days: 5, cancel_after_days: 9}}");

    /** When a yearly subscription of the start is due. */
    private static final Instant DUE = Instant.parse("2026-01-24T09:00:00Z");

    static final ScriptedProvider CARDS = new ScriptedProvider();

    static BillingFixture fixture;
    static TenancyBilling billing;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture(
                STRICT,
                settings ->
                        settings.provider(new ManualPayments()).provider(CARDS).connections(8));
        billing = fixture.billing;
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void backToTheStart() {
        fixture.clock.moveTo(BillingFixture.START);
        CARDS.forget();
        fixture.forgetAll();
    }

    @AfterEach
    void theBooksAreRight() {
        assertThat(billing.ledger().faults()).isEmpty();
    }

    private static Subscription start(TenantId tenant, String plan) {
        return billing.subscriptions()
                .start(
                        tenant,
                        NewSubscription.of(plan).every(BillingInterval.YEARLY).withTrial(0),
                        NOTE);
    }

    private static TenantId withCard() {
        TenantId tenant = fixture.tenant();
        billing.accounts().use(tenant, "acme", ScriptedProvider.NAME);
        return tenant;
    }

    private static Invoice invoice(TenantId tenant) {
        return billing.invoices().of(tenant).get(0);
    }

    private static void day(int number) {
        fixture.clock.moveTo(DUE.plus(Duration.ofDays(number)));
        billing.run().run();
    }

    private static void days(int from, int to) {
        for (int number = from; number <= to; number++) {
            day(number);
        }
    }

    /** What the tenant was told of dunning, oldest first: day, kind, and the day that is named. */
    private static List<String> told(TenantId tenant) {
        List<String> told = new ArrayList<>();
        for (BillingNotice notice : billing.notices().of(tenant)) {
            if (notice.kind() != Kind.INVOICE_ISSUED
                    && notice.kind() != Kind.PAYMENT_RECEIVED
                    && notice.kind() != Kind.SUBSCRIPTION_ENDS) {
                Instant date = notice.date();
                told.add(0, dayOf(notice.at()) + " " + notice.kind() + " " + (date == null ? "-" : dayOf(date)));
            }
        }
        return told;
    }

    private static long dayOf(Instant instant) {
        return Duration.between(DUE, instant).toDays();
    }

    private static SubscriptionStatus status(TenantId tenant) {
        return billing.subscriptions().find(tenant).orElseThrow().status();
    }

    @Test
    void theDefaultPolicyTakesItsStepsDayByDay() {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        List<String> statuses = new ArrayList<>();
        for (int number = -1; number <= 31; number++) {
            day(number);
            String now = fixture.statusOf(tenant) + " " + invoice(tenant).status();
            if (statuses.isEmpty() || !statuses.get(statuses.size() - 1).endsWith(now)) {
                statuses.add(number + " " + now);
            }
        }

        assertThat(statuses)
                .containsExactly(
                        "-1 ACTIVE OPEN",
                        "0 PAST_DUE OPEN",
                        "7 RESTRICTED OPEN",
                        "14 SUSPENDED OPEN",
                        "30 SUSPENDED UNCOLLECTIBLE");
        assertThat(told(tenant))
                .containsExactly(
                        "0 PAYMENT_REMINDER 7",
                        "3 PAYMENT_REMINDER 7",
                        "7 PAYMENT_REMINDER 7",
                        "7 ACCESS_RESTRICTED 14",
                        "14 PAYMENT_REMINDER 14",
                        "14 ACCESS_SUSPENDED 30");
        assertThat(status(tenant)).isEqualTo(SubscriptionStatus.ENDED);
        assertThat(billing.dunning().of(tenant))
                .singleElement()
                .satisfies(one -> assertThat(one.over()).isTrue());
    }

    @Test
    void aPlanHasAPolicyOfItsOwn() {
        TenantId tenant = fixture.tenant();
        start(tenant, "pro");
        days(-1, 10);

        assertThat(told(tenant))
                .containsExactly(
                        "1 PAYMENT_REMINDER 3",
                        "3 ACCESS_RESTRICTED 5",
                        "4 PAYMENT_REMINDER 5",
                        "5 ACCESS_SUSPENDED 9",
                        "6 PAYMENT_REMINDER 9");
        assertThat(status(tenant)).isEqualTo(SubscriptionStatus.ENDED);
    }

    @Test
    void daysAreThoseOfTheTenantsCalendarOverAChangeOfClocks() {
        ZoneId zone = ZoneId.of("America/New_York");
        TenantId tenant = fixture.tenant(zone);
        // The clocks go forward on March 8.
        fixture.clock.moveTo("2026-02-20T15:00:00Z");
        start(tenant, "starter");
        Instant due = invoice(tenant).dueAt();
        fixture.clock.moveTo(due);
        billing.run().run();

        DunningCase first = billing.dunning().of(tenant).get(0);
        assertThat(first.startedAt()).isEqualTo(Instant.parse("2026-03-06T15:00:00Z"));
        fixture.clock.moveTo("2026-03-09T13:59:59Z");
        billing.run().run();
        assertThat(billing.dunning().of(tenant).get(0).next()).isEqualTo(new DunningStep(3, DunningAction.RETRY));
        fixture.clock.moveTo("2026-03-09T14:00:00Z");
        billing.run().run();
        DunningCase now = billing.dunning().of(tenant).get(0);
        assertThat(now.next()).isEqualTo(new DunningStep(5, DunningAction.RETRY));
        assertThat(now.nextAt())
                .isEqualTo(LocalDateTime.parse("2026-03-11T10:00").atZone(zone).toInstant());
    }

    @Test
    void aTransferIsWaitedForUntilTheInvoiceIsDue() {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        fixture.clock.moveTo(DUE.minusSeconds(1));
        billing.run().run();
        assertThat(billing.dunning().of(tenant)).isEmpty();

        fixture.clock.moveTo(DUE);
        billing.run().run();

        assertThat(billing.dunning().of(tenant)).singleElement().satisfies(one -> {
            assertThat(one.startedAt()).isEqualTo(DUE);
            assertThat(one.standing()).isEqualTo(Standing.PAST_DUE);
            assertThat(one.over()).isFalse();
        });
    }

    @Test
    void anInvoiceThatIsPaidInTimeIsNeverDunned() {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        billing.payments().markPaid(tenant, invoice(tenant).id(), "in-time", NOTE);
        days(-1, 31);

        assertThat(billing.dunning().of(tenant)).isEmpty();
        assertThat(told(tenant)).isEmpty();
    }

    @Test
    void aCardIsTriedAgainOnTheDaysOfThePolicyAndTheThirdTryPays() {
        TenantId tenant = withCard();
        start(tenant, "starter");
        CARDS.thenDecline(false).thenDecline(false).thenDecline(false);
        List<String> tries = new ArrayList<>();
        for (int number = -14; number <= -4; number++) {
            int before = CARDS.asked.size();
            day(number);
            if (CARDS.asked.size() > before) {
                tries.add((number + 14) + " " + invoice(tenant).status() + " " + fixture.statusOf(tenant));
            }
        }

        assertThat(tries).containsExactly("0 OPEN PAST_DUE", "1 OPEN PAST_DUE", "3 OPEN PAST_DUE", "5 PAID ACTIVE");
        assertThat(CARDS.asked).extracting(request -> request.key()).doesNotHaveDuplicates();
        assertThat(billing.dunning().of(tenant))
                .singleElement()
                .satisfies(one -> assertThat(one.over()).isTrue());
    }

    @Test
    void afterAHardDeclineTheStepsGoOnWithoutTries() {
        TenantId tenant = withCard();
        start(tenant, "starter");
        CARDS.thenDecline(true);
        days(-14, 0);

        assertThat(CARDS.asked).hasSize(1);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.SUSPENDED);
    }

    @Test
    void nothingIsDunnedWhileAPaymentIsPending() {
        TenantId tenant = withCard();
        start(tenant, "starter");
        for (int i = 0; i < 100; i++) {
            CARDS.thenPending();
        }
        days(-14, 6);
        assertThat(billing.dunning().of(tenant)).isEmpty();
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.ACTIVE);

        billing.payments()
                .finish(CARDS.asked.get(0).key(), tenant, new PaymentResult.Declined("returned", "came back", true));

        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.PAST_DUE);
    }

    @Test
    void aPaymentThatIsPendingForEverHoldsDunningUpForAsLongAsADirectDebitMayTake() {
        TenantId tenant = withCard();
        start(tenant, "starter");
        for (int i = 0; i < 100; i++) {
            CARDS.thenPending();
        }
        assertThat(Dunning.LONGEST_WAIT).isEqualTo(Duration.ofDays(21));
        days(-14, 7);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.PAST_DUE);

        // Seven days after it began, and not before.
        days(8, 13);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.PAST_DUE);
        day(14);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.RESTRICTED);
        assertThat(CARDS.asked)
                .extracting(request -> request.key())
                .containsOnly(CARDS.asked.get(0).key());

        UUID key = CARDS.asked.get(0).key();
        billing.payments().finish(key, tenant, new PaymentResult.Succeeded("debit-" + key));
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.ACTIVE);
        assertThat(invoice(tenant).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void whatIsPendingWhenAnInvoiceIsGivenUpIsStillTakenIn() {
        TenantId tenant = withCard();
        start(tenant, "starter");
        for (int i = 0; i < 100; i++) {
            CARDS.thenPending();
        }
        days(-14, 37);
        assertThat(invoice(tenant).status()).isEqualTo(InvoiceStatus.UNCOLLECTIBLE);

        UUID key = CARDS.asked.get(0).key();
        billing.payments().finish(key, tenant, new PaymentResult.Succeeded("debit-" + key));

        assertThat(invoice(tenant).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(billing.payments().credit(tenant, "USD").isZero()).isTrue();
    }

    @Test
    void accessDoesNotLessenWhileAnotherTryIsPending() {
        TenantId tenant = withCard();
        start(tenant, "starter");
        CARDS.thenDecline(false).thenDecline(false).thenDecline(false);
        for (int i = 0; i < 100; i++) {
            CARDS.thenPending();
        }
        days(-14, -4);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.PAST_DUE);

        UUID last = CARDS.asked.get(CARDS.asked.size() - 1).key();
        billing.payments().finish(last, tenant, new PaymentResult.Declined("no", "no", false));

        // Day 10 after the first decline: what was due on day 7 takes place now.
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.RESTRICTED);
    }

    @Test
    void afterALongDowntimeACardIsTriedOnceMoreBeforeTheSubscriptionEnds() {
        TenantId tenant = withCard();
        start(tenant, "starter");
        CARDS.thenDecline(false);
        day(-14);

        day(40);

        assertThat(invoice(tenant).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.ACTIVE);
    }

    @ParameterizedTest
    @CsvSource({"0, PAST_DUE", "6, PAST_DUE", "7, RESTRICTED", "13, RESTRICTED", "14, SUSPENDED", "29, SUSPENDED"})
    void aPaymentAtEachStageGivesAccessBackAtOnceInThisNodeToo(int number, TenantStatus before) {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        days(0, number);
        assertThat(cached(tenant)).isEqualTo(before);

        billing.payments().markPaid(tenant, invoice(tenant).id(), "late-" + number, NOTE);

        assertThat(cached(tenant)).isEqualTo(TenantStatus.ACTIVE);
        assertThat(status(tenant)).isEqualTo(SubscriptionStatus.ACTIVE);
        assertThat(told(tenant).stream().filter(each -> each.contains("ACCESS_RESTORED")))
                .hasSize(before == TenantStatus.PAST_DUE ? 0 : 1);
        days(number + 1, 31);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.ACTIVE);
    }

    /** As requests of this node see it, with its cache. */
    private static TenantStatus cached(TenantId tenant) {
        return fixture.installation
                .tenants()
                .find(new TenantKey.ById(tenant))
                .orElseThrow()
                .status();
    }

    @Test
    void whatWasGrantedIsGoneAtOnceWhenTheSubscriptionEnds() {
        TenantId tenant = fixture.tenant();
        start(tenant, "pro");
        days(0, 8);
        assertThat(fixture.installation.entitlements().of(tenant).limit("users"))
                .isEqualTo(50);

        day(9);

        assertThat(fixture.installation.entitlements().of(tenant).keys()).isEmpty();
    }

    @Test
    void whatIsGivenUpIsNoCredit() {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        days(0, 31);

        assertThat(billing.payments().credit(tenant, "USD")).isEqualTo(usd("0.00"));
        assertThat(billing.invoices().of(tenant)).hasSize(1);
    }

    @Test
    void aPaymentAfterItWasGivenUpIsTakenButBeginsNothingAgain() {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        days(0, 31);

        billing.payments().markPaid(tenant, invoice(tenant).id(), "much-too-late", NOTE);

        assertThat(invoice(tenant).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(status(tenant)).isEqualTo(SubscriptionStatus.ENDED);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.SUSPENDED);
    }

    @Test
    void ofTwoUnpaidInvoicesTheWorseOneCounts() {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        Invoice first = invoice(tenant);
        day(-8);
        Invoice second =
                billing.invoices().charge(tenant, List.of(Charge.of("Training", usd("50.00"), Tax.NONE)), NOTE);
        days(0, 8);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.RESTRICTED);

        billing.payments().markPaid(tenant, first.id(), "the-first", NOTE);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.PAST_DUE);
        assertThat(told(tenant)).last().asString().isEqualTo("8 ACCESS_RESTORED 8");
        billing.payments().markPaid(tenant, second.id(), "the-second", NOTE);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.ACTIVE);
    }

    @Test
    void aPaymentOfTheLesserInvoiceLeavesTheWorseOneInForce() {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        day(-8);
        Invoice second =
                billing.invoices().charge(tenant, List.of(Charge.of("Training", usd("50.00"), Tax.NONE)), NOTE);
        days(0, 8);

        billing.payments().markPaid(tenant, second.id(), "the-lesser", NOTE);

        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.RESTRICTED);
        assertThat(told(tenant)).noneMatch(each -> each.contains("ACCESS_RESTORED"));
    }

    @Test
    void aChargeBesideTheSubscriptionThatIsNeverPaidEndsIt() {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        billing.payments().markPaid(tenant, invoice(tenant).id(), "the-subscription", NOTE);
        Invoice training =
                billing.invoices().charge(tenant, List.of(Charge.of("Training", usd("50.00"), Tax.NONE)), NOTE);
        days(0, 31);

        assertThat(billing.invoices().find(tenant, training.id()).orElseThrow().status())
                .isEqualTo(InvoiceStatus.UNCOLLECTIBLE);
        assertThat(status(tenant)).isEqualTo(SubscriptionStatus.ENDED);
    }

    @Test
    void anInvoiceThatIsTakenBackOrGivenUpByTheOperatorIsNotDunnedAnyMore() {
        TenantId one = fixture.tenant();
        TenantId other = fixture.tenant();
        start(one, "starter");
        start(other, "starter");
        days(0, 8);

        var unused = billing.invoices().annul(one, invoice(one).id(), NOTE);
        billing.invoices().writeOff(other, invoice(other).id(), NOTE);

        assertThat(fixture.statusOf(one)).isEqualTo(TenantStatus.ACTIVE);
        assertThat(fixture.statusOf(other)).isEqualTo(TenantStatus.ACTIVE);
        days(9, 31);
        assertThat(fixture.statusOf(one)).isEqualTo(TenantStatus.ACTIVE);
        assertThat(fixture.statusOf(other)).isEqualTo(TenantStatus.ACTIVE);
    }

    @ParameterizedTest
    @CsvSource({"SUSPENDED", "MAINTENANCE"})
    void whatTheOperatorStoppedStaysStoppedThroughAllOfIt(TenantStatus operators) {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        fixture.installation.setStatus(tenant, operators);
        for (int number : List.of(0, 7, 14, 15)) {
            day(number);
            assertThat(fixture.statusOf(tenant)).as("day %s", number).isEqualTo(operators);
        }

        billing.payments().markPaid(tenant, invoice(tenant).id(), "stopped-" + operators, NOTE);

        assertThat(fixture.statusOf(tenant)).isEqualTo(operators);
        assertThat(status(tenant)).isEqualTo(SubscriptionStatus.ACTIVE);
    }

    @Test
    void aTenantThatTheOperatorLetsWorkAgainIsBillingsAgain() {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        fixture.installation.setStatus(tenant, TenantStatus.MAINTENANCE);
        day(0);
        fixture.installation.setStatus(tenant, TenantStatus.ACTIVE);

        days(1, 7);

        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.RESTRICTED);
    }

    @Test
    void twoNodesTakeEachStepOnce() throws Exception {
        List<TenantId> tenants = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            tenants.add(fixture.tenant());
            start(tenants.get(i), "starter");
        }
        for (int number : List.of(0, 1, 3, 5, 7, 14, 30)) {
            fixture.clock.moveTo(DUE.plus(Duration.ofDays(number)));
            AtOnce.Outcomes<Integer> outcomes =
                    AtOnce.run(4, node -> () -> billing.dunning().runDue());
            assertThat(outcomes.failures()).isEmpty();
            billing.run().run();
        }

        for (TenantId tenant : tenants) {
            assertThat(told(tenant))
                    .containsExactly(
                            "0 PAYMENT_REMINDER 7",
                            "3 PAYMENT_REMINDER 7",
                            "7 PAYMENT_REMINDER 7",
                            "7 ACCESS_RESTRICTED 14",
                            "14 PAYMENT_REMINDER 14",
                            "14 ACCESS_SUSPENDED 30");
            assertThat(invoice(tenant).status()).isEqualTo(InvoiceStatus.UNCOLLECTIBLE);
        }
    }

    @Test
    void aStepThatFailsHalfwayIsUndoneAndTakenLaterAndHoldsUpNoOther() {
        TenantId tenant = fixture.tenant();
        TenantId other = fixture.tenant();
        start(tenant, "starter");
        start(other, "starter");
        days(0, 6);
        fixture.sql(
                "create function fail_for_one() returns trigger language plpgsql as $$ begin"
                        + " if new.tenant_id = '" + tenant
                        + "' then raise exception 'planted'; end if; return new; end $$;"
                        + " create trigger planted before insert on billing_notice for each row execute function fail_for_one()");
        try {
            day(7);
            assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.PAST_DUE);
            assertThat(fixture.statusOf(other)).isEqualTo(TenantStatus.RESTRICTED);
        } finally {
            fixture.sql("drop trigger planted on billing_notice; drop function fail_for_one()");
        }

        billing.run().run();

        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.RESTRICTED);
        assertThat(told(tenant)).endsWith("7 PAYMENT_REMINDER 7", "7 ACCESS_RESTRICTED 14");
    }

    @Test
    void whatADeletedTenantOwesIsGivenUpAtTheEndAndItsSubscriptionEnds() {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        fixture.installation.setStatus(tenant, TenantStatus.DELETED);

        days(0, 31);

        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.DELETED);
        assertThat(invoice(tenant).status()).isEqualTo(InvoiceStatus.UNCOLLECTIBLE);
        assertThat(status(tenant)).isEqualTo(SubscriptionStatus.ENDED);
    }

    @Test
    void whatATenantOwesThatIsErasedIsGivenUpAtTheEndToo() {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        fixture.sql("delete from tenant where id = '" + tenant + "'");

        days(0, 31);

        assertThat(invoice(tenant).status()).isEqualTo(InvoiceStatus.UNCOLLECTIBLE);
        assertThat(status(tenant)).isEqualTo(SubscriptionStatus.ENDED);
        assertThat(fixture.rows("select fault from subscription where tenant_id = '" + tenant + "'"))
                .containsExactly((String) null);
    }

    @Test
    void aPaymentIsTakenInWhereTheSubscriptionCannotBeRun() {
        TenantId tenant = fixture.tenant();
        start(tenant, "starter");
        day(7);
        // Its renewal fails, as it would with a seller that is no longer configured.
        fixture.clock.moveTo("2027-01-10T09:00:00Z");
        fixture.sql("create function fail_for_one() returns trigger language plpgsql as $$ begin"
                + " if new.tenant_id = '" + tenant + "' then raise exception 'planted'; end if; return new; end $$;"
                + " create trigger planted before insert on invoice for each row execute function fail_for_one()");
        try {
            billing.payments().markPaid(tenant, invoice(tenant).id(), "in-spite", NOTE);
        } finally {
            fixture.sql("drop trigger planted on invoice; drop function fail_for_one()");
        }

        assertThat(invoice(tenant).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.ACTIVE);
        fixture.clock.move(Payments.ASK_AGAIN);
        billing.run().run();
        assertThat(billing.invoices().of(tenant)).hasSize(2);
    }

    @Test
    void anotherWayToPayIsTriedThoughTheCardWasDeclinedForGoodAndTriedAgainByThePolicy() {
        TenantId tenant = withCard();
        CARDS.thenDecline(true);
        start(tenant, "pro");
        days(-14, -12);
        int before = CARDS.asked.size();
        CARDS.thenDecline(false);

        int collected = fixture.transact(
                transaction -> billing.payments().collectAgain(transaction, ScriptedProvider.NAME, tenant));
        billing.run().run();
        assertThat(collected).isEqualTo(1);
        assertThat(CARDS.asked).hasSize(before + 1);
        assertThat(invoice(tenant).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(fixture.rows("select retries::text from dunning where tenant_id = '" + tenant + "'"))
                .containsExactly("true");
    }

    @Test
    void anotherWayToPayGivesAccessBackAtOnce() {
        TenantId tenant = withCard();
        CARDS.thenDecline(true);
        start(tenant, "pro");
        days(-14, -8);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.SUSPENDED);
        int before = CARDS.asked.size();
        CARDS.forget();

        assertThat(billing.payments().collectNow(tenant, NOTE)).isEqualTo(1);
        billing.payments().collectDue();

        assertThat(before).isEqualTo(1);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.ACTIVE);
        assertThat(invoice(tenant).status()).isEqualTo(InvoiceStatus.PAID);
    }
}
