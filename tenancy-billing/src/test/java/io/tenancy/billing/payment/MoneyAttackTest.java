package io.tenancy.billing.payment;

import static io.tenancy.billing.BillingFixture.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.billing.AtOnce;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.Money;
import io.tenancy.billing.ScriptedProvider;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.billing.subscription.SubscriptionChange;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that moves money, at random and by several at once, on one control database; the seed repeats the choices. */
class MoneyAttackTest {

    private static final Tax VAT = Tax.onTop("VAT 19 %", new BigDecimal("0.19"));
    private static final int ROUNDS = 40;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whateverIsDoneAtOnceTheBooksAreRightAndNobodyIsPaidBackMoreThanItPaid(long seed) throws Exception {
        ScriptedProvider cards = new ScriptedProvider();
        try (BillingFixture fixture = new BillingFixture(
                BillingFixture.TWO_PLANS,
                settings -> settings.provider(new ManualPayments())
                        .provider(cards)
                        .connections(8)
                        .draftFor(seed == 3 ? Duration.ofHours(1) : Duration.ZERO))) {
            Random random = new Random(seed);
            List<TenantId> tenants = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                TenantId tenant = fixture.tenant();
                tenants.add(tenant);
                if (i % 2 == 0) {
                    fixture.billing.accounts().use(tenant, "acme", ScriptedProvider.NAME);
                }
            }
            for (int round = 0; round < ROUNDS; round++) {
                List<Long> choices = random.longs(6).boxed().toList();
                for (int i = 0; i < random.nextInt(4); i++) {
                    answer(cards, random.nextInt(4));
                }
                AtOnce.Outcomes<Integer> outcomes = AtOnce.run(choices.size(), number -> () -> {
                    Random own = new Random(choices.get(number));
                    act(fixture, cards, tenants.get(own.nextInt(tenants.size())), own);
                    return number;
                });
                assertThat(outcomes.failures())
                        .as("seed %s, round %s", seed, round)
                        .allSatisfy(failure -> assertThat(failure)
                                .isInstanceOfAny(BillingException.class, IllegalArgumentException.class)
                                .isNotInstanceOf(BillingUnavailableException.class));
                fixture.clock.move(Duration.ofHours(random.nextInt(60)));
                fixture.billing.run().run();
                requireRight(fixture, tenants, "seed " + seed + ", round " + round);
            }
            assertThat(fixture.rows("select id::text from payment_dispute"))
                    .as("disputes with seed %s", seed)
                    .isNotEmpty();
        }
    }

    private static void answer(ScriptedProvider cards, int which) {
        switch (which) {
            case 0 -> cards.thenDecline(false);
            case 1 -> cards.thenPending();
            case 2 -> cards.thenMoveAndFail();
            default -> cards.thenDecline(true);
        }
    }

    private static Money amount(Random random) {
        return Money.ofMinor(1 + random.nextInt(12_000), "USD");
    }

    private static void act(BillingFixture fixture, ScriptedProvider cards, TenantId tenant, Random random) {
        TenancyBilling billing = fixture.billing;
        List<Invoice> invoices = billing.invoices().of(tenant);
        Invoice any = invoices.isEmpty() ? null : invoices.get(random.nextInt(invoices.size()));
        String key = "key-" + random.nextInt(1_000_000);
        switch (random.nextInt(26)) {
            case 0 -> billing.payments().topUp(tenant, amount(random), key, NOTE);
            case 1 -> billing.payments().grantCredit(tenant, amount(random), key, NOTE);
            case 2 -> billing.payments().refund(tenant, billing.payments().refundable(tenant, "USD"), key, NOTE);
            case 3 -> billing.payments().refund(tenant, amount(random), NOTE);
            case 4 -> billing.invoices().charge(tenant, List.of(Charge.of("Extra", amount(random), VAT)), key, NOTE);
            case 5 ->
                billing.invoices().charge(tenant, List.of(Charge.credit("Correction", amount(random), VAT)), NOTE);
            case 6 -> billing.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);
            case 7 ->
                billing.subscriptions()
                        .start(
                                tenant,
                                NewSubscription.of("starter").withTrial(0).every(BillingInterval.YEARLY),
                                NOTE);
            case 8 ->
                billing.subscriptions()
                        .change(tenant, new SubscriptionChange.ToPlan(random.nextBoolean() ? "pro" : "starter"), NOTE);
            case 9 -> billing.subscriptions().change(tenant, new SubscriptionChange.Cancel("no need", true), NOTE);
            case 10 -> billing.subscriptions().change(tenant, new SubscriptionChange.Pause(), NOTE);
            case 11 -> billing.subscriptions().change(tenant, new SubscriptionChange.Resume(), NOTE);
            case 12 -> report(billing, cards, random);
            case 13, 14, 15, 16, 17, 18 -> dispute(fixture, tenant, random);
            case 19 -> billing.payments().collectNow(tenant, NOTE);
            case 20 -> {
                if (any != null) {
                    var unused = fixture.transact(transaction -> billing.payments()
                            .receiveThrough(
                                    transaction,
                                    ScriptedProvider.NAME,
                                    tenant,
                                    any.id(),
                                    amount(random),
                                    "page-" + random.nextInt(20),
                                    NOTE));
                }
            }
            default -> {
                if (any != null) {
                    correct(billing, tenant, any, key, random);
                }
            }
        }
    }

    private static void correct(TenancyBilling billing, TenantId tenant, Invoice any, String key, Random random) {
        switch (random.nextInt(5)) {
            case 0 -> billing.payments().markPaid(tenant, any.id(), key, NOTE);
            case 1 -> billing.payments().receive(tenant, any.id(), amount(random), key, NOTE);
            case 2 -> {
                var unused = billing.invoices().annul(tenant, any.id(), NOTE);
            }
            case 3 -> {
                var unused = billing.invoices().credit(tenant, any.id(), amount(random), key, NOTE);
            }
            default -> billing.invoices().writeOff(tenant, any.id(), NOTE);
        }
    }

    /** One of few disputes of any payment begins, is won or is lost, again and again. */
    private static void dispute(BillingFixture fixture, TenantId tenant, Random random) {
        Payments payments = fixture.billing.payments();
        List<PaymentDispute> known = payments.disputes(tenant);
        if (!known.isEmpty() && random.nextBoolean()) {
            PaymentDispute one = known.get(random.nextInt(known.size()));
            boolean won = random.nextBoolean();
            var unused = fixture.transact(transaction -> won
                    ? payments.disputeWon(transaction, one.provider(), tenant, one.id(), NOTE)
                    : payments.disputeLost(transaction, one.provider(), tenant, one.id(), NOTE));
            return;
        }
        List<Payment> all = payments.of(tenant);
        if (!all.isEmpty()) {
            Payment one = all.get(random.nextInt(all.size()));
            Money amount = random.nextBoolean() ? one.amount() : amount(random);
            String id = "dispute-" + random.nextInt(30);
            var unused = fixture.transact(transaction ->
                    payments.disputed(transaction, one.provider(), tenant, one.reference(), id, amount, NOTE));
        }
    }

    /** A provider that reports by itself, late, twice, and not what it said before. */
    private static void report(TenancyBilling billing, ScriptedProvider cards, Random random) {
        if (cards.asked.isEmpty()) {
            return;
        }
        PaymentRequest request = cards.asked.get(random.nextInt(cards.asked.size()));
        UUID key = request.key();
        billing.payments()
                .finish(
                        key,
                        request.tenant(),
                        random.nextBoolean()
                                ? new PaymentResult.Succeeded("card:" + key)
                                : new PaymentResult.Declined("late", "late", false));
    }

    /** Where the money of disputes is, told apart from the books by the payments and disputes alone. */
    private static void requireDisputes(BillingFixture fixture, String when) {
        String cash = "select p.tenant_id || ' ' || sum(p.amount) from (select tenant_id, amount from payment union all"
                + " select tenant_id, -amount from payment_dispute where state <> 'WON' union all"
                + " select tenant_id, -amount from payment_attempt where kind = 'REFUND' and state in ('STARTED', 'PENDING')"
                + ") p group by tenant_id having sum(p.amount) <> 0 order by 1";
        assertThat(fixture.rows("select tenant_id || ' ' || sum(amount) from ledger_entry where account = 'CASH'"
                        + " group by tenant_id having sum(amount) <> 0 order by 1"))
                .as(when)
                .isEqualTo(fixture.rows(cash));
        assertThat(
                        fixture.rows(
                                "select d.id::text from payment_dispute d join payment p on p.id = d.payment_id"
                                        + " where d.state <> 'WON' group by d.id, p.id, p.amount having"
                                        + " (select sum(amount) from payment_dispute o where o.payment_id = p.id and o.state <> 'WON') > p.amount"))
                .as(when)
                .isEmpty();
    }

    private static void requireRight(BillingFixture fixture, List<TenantId> tenants, String when) {
        assertThat(fixture.billing.ledger().faults()).as(when).isEmpty();
        // What payers take back by themselves, also of what was paid back before, is no refund.
        assertThat(fixture.rows("select e.tenant_id || ' ' || sum(amount) from ledger_entry e join ledger_transaction t"
                        + " on t.id = e.transaction_id where account = 'CASH' and t.kind <> 'dispute'"
                        + " group by e.tenant_id having sum(amount) < 0"))
                .as(when)
                .isEmpty();
        requireDisputes(fixture, when);
        assertThat(fixture.rows("select fault from subscription where fault is not null"))
                .as(when)
                .isEmpty();
        for (TenantId tenant : tenants) {
            boolean open = fixture.billing.invoices().of(tenant).stream()
                    .anyMatch(invoice -> invoice.status() == InvoiceStatus.OPEN);
            assertThat(open && !fixture.billing.payments().credit(tenant, "USD").isZero())
                    .as("%s: credit beside an open invoice of tenant %s", when, tenant)
                    .isFalse();
        }
    }
}
