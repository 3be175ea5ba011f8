package io.tenancy.billing.stripe;

import static io.tenancy.billing.BillingFixture.NOTE;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.param.CustomerUpdateParams;
import com.stripe.param.PaymentIntentCreateParams;
import com.stripe.param.RefundCreateParams;
import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.payment.Payment;
import io.tenancy.billing.stripe.StripeHistory.Chapter;
import io.tenancy.billing.stripe.client.CardOnFile;
import io.tenancy.billing.stripe.customer.StripeCustomer;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.test.stripe.StripeFault;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A tenant that lives through a history, at billing and at Stripe. */
final class StripeLife {

    private static final List<String> CARDS = List.of(
            "pm_card_visa",
            "pm_card_mastercard",
            "pm_card_amex",
            "pm_card_visa",
            "pm_card_refundFail",
            "pm_card_pendingRefund",
            "pm_card_chargeCustomerFail");
    private static final int GOOD = 6;
    /** Longer than what is compared again in each run. */
    static final Duration DAYS = Duration.ofDays(5);

    private static final List<StripeFault> LOST = List.of(
            StripeFault.dropAfter().times(2),
            StripeFault.truncated(),
            StripeFault.errorAfterEffect(500),
            StripeFault.errorAfterEffect(503),
            StripeFault.error(500),
            StripeFault.error(429));
    private static final Pattern CHARGE = Pattern.compile("\"latest_charge\"\\s*:\\s*\"(ch_[^\"]+)\"");

    private final StripeFixture at;
    private final StripeClient dashboard;
    final TenantId tenant;
    /** Disputes at Stripe. */
    final List<String> disputes = new ArrayList<>();

    private final List<Later> later = new ArrayList<>();
    private @Nullable String open;

    /** What happens at Stripe after days. */
    private record Later(Instant at, Runnable what) {}

    StripeLife(StripeFixture at, StripeClient dashboard) {
        this.at = at;
        this.dashboard = dashboard;
        tenant = at.tenant();
    }

    /** What begins a chapter. */
    void begin(Chapter chapter) {
        Random random = chapter.random();
        open = null;
        switch (chapter.kind()) {
            case LEAVE_CARD -> leaveCard(random, chapter.good());
            case CARDS_ON_TWO_PAGES -> leaveFirstCard(random, chapter.good());
            case CHARGE -> charge(random);
            case CHARGE_WITHOUT_ANSWER -> without(random, "/v1/payment_intents", () -> charge(random));
            case PAY_ON_PAGE -> pay(random, CARDS.get(random.nextInt(GOOD)));
            case DEBIT_ON_PAGE, DEBIT_OF_DAYS -> pay(random, "pm_usBankAccount_processing");
            case REFUND, REFUND_THAT_FAILS_LATER, REFUND_THAT_FAILS_AFTER_DAYS -> refund(random);
            case REFUND_WITHOUT_ANSWER -> without(random, "/v1/refunds", () -> refund(random));
            case DISPUTE -> paid(random).ifPresent(this::dispute);
            case OTHER_CARD_AT_STRIPE ->
                customer().ifPresent(id -> at.fake.replaceCard(id, card(random, chapter.good())));
            case CARD_DETACHED ->
                card().ifPresent(id ->
                        byHand(() -> dashboard.v1().paymentMethods().detach(id)));
            case CARD_RENEWED -> card().ifPresent(id -> at.fake.updateCard(id, 7, 2040));
            case CUSTOMER_RENAMED ->
                write(CustomerUpdateParams.builder().setName("Another").build());
            case CUSTOMER_GIVEN_AWAY ->
                write(CustomerUpdateParams.builder()
                        .putMetadata("tenancy_tenant", "0198a000-0000-7000-8000-000000000001")
                        .build());
            case CUSTOMER_DELETED ->
                customer()
                        .ifPresent(id -> byHand(() -> dashboard.v1().customers().delete(id)));
            case PAYMENT_BY_HAND -> customer().ifPresent(this::payByHand);
            case REFUND_BY_HAND -> paid(random).ifPresent(this::refundByHand);
        }
    }

    /** What comes of it later in the same chapter. */
    void end(Chapter chapter) {
        Random random = new Random(chapter.draw() + 1);
        String id = open;
        switch (chapter.kind()) {
            case DEBIT_ON_PAGE -> {
                if (id != null) {
                    intentOfPage(id).ifPresent(intent -> at.fake.settlePayment(intent, random.nextBoolean()));
                }
            }
            case CARDS_ON_TWO_PAGES -> leaveSecondCard(random, chapter.good());
            case DEBIT_OF_DAYS -> {
                if (id != null) {
                    boolean paid = random.nextInt(3) > 0;
                    after(() -> intentOfPage(id).ifPresent(intent -> at.fake.settlePayment(intent, paid)));
                }
            }
            case REFUND_THAT_FAILS_LATER -> failNewestRefund();
            case REFUND_THAT_FAILS_AFTER_DAYS -> after(this::failNewestRefund);
            case DISPUTE -> {
                if (id != null && random.nextInt(3) > 0) {
                    decide(id, random.nextBoolean());
                }
            }
            default -> {}
        }
    }

    private void decide(String dispute, boolean won) {
        if (won) {
            at.fake.winDispute(dispute);
        } else {
            at.fake.loseDispute(dispute);
        }
    }

    /** Billing's own run, for this tenant alone. */
    void goOn() {
        do {
            at.fixture.billing.payments().collectDue(tenant);
        } while (at.fixture.billing.dunning().runDue(tenant) > 0);
    }

    private void after(Runnable what) {
        later.add(new Later(at.fixture.clock.instant().plus(DAYS), what));
    }

    /** Whether something at Stripe ends now that began days ago. */
    boolean goesOnAtStripe() {
        List<Later> due = later.stream()
                .filter(each -> !each.at().isAfter(at.fixture.clock.instant()))
                .toList();
        due.forEach(each -> each.what().run());
        return later.removeAll(due);
    }

    private static String card(Random random, boolean good) {
        return CARDS.get(random.nextInt(good ? GOOD : CARDS.size()));
    }

    private void leaveCard(Random random, boolean good) {
        String session = StripeFixture.idOf(at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS));
        String said = at.fake.completeCheckout(session, card(random, good));
        if (said.isEmpty() && random.nextBoolean()) {
            at.stripe.pages().returned(tenant, session);
        }
    }

    // On which of two pages a card is left first is not the order in which they were opened.
    private void leaveFirstCard(Random random, boolean good) {
        String first = StripeFixture.idOf(at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS));
        String second = StripeFixture.idOf(at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS));
        boolean inOrder = random.nextBoolean();
        at.fake.completeCheckout(inOrder ? first : second, card(random, good));
        open = inOrder ? second : first;
    }

    private void leaveSecondCard(Random random, boolean good) {
        String session = open;
        if (session != null
                && at.fake.completeCheckout(session, card(random, good)).isEmpty()) {
            at.stripe.pages().returned(tenant, session);
        }
    }

    private void charge(Random random) {
        var unused = at.invoice(tenant, 10 + random.nextInt(90) + "." + (10 + random.nextInt(90)));
        at.fixture.billing.payments().collectDue(tenant);
    }

    private void without(Random random, String path, Runnable work) {
        at.fake.inject(LOST.get(random.nextInt(LOST.size())).on("POST", path));
        try {
            work.run();
        } finally {
            at.fake.clearFaults();
        }
    }

    private void pay(Random random, String card) {
        Invoice invoice = at.invoice(tenant, 10 + random.nextInt(90) + "." + (10 + random.nextInt(90)));
        if (invoice.status() != InvoiceStatus.OPEN) {
            return;
        }
        URI page = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
        String session = StripeFixture.idOf(page);
        open = session;
        String said = at.fake.completeCheckout(session, card);
        if (said.isEmpty() && random.nextBoolean()) {
            at.stripe.pages().returned(tenant, session);
        }
    }

    private Optional<String> intentOfPage(String session) {
        Matcher found =
                Pattern.compile("\"payment_intent\"\\s*:\\s*\"(pi_[^\"]+)\"").matcher(at.fake.object(session));
        return found.find()
                ? Optional.of(found.group(1))
                        .filter(each -> at.fake.object(each).matches("(?s).*\"status\"\\s*:\\s*\"processing\".*"))
                : Optional.empty();
    }

    private void refund(Random random) {
        List<Invoice> paid = at.fixture.billing.invoices().of(tenant).stream()
                .filter(each -> each.status() == InvoiceStatus.PAID
                        && each.creditNoted().isZero())
                .sorted(Comparator.comparing(each -> each.total().minorUnits()))
                .toList();
        boolean all = random.nextBoolean();
        List<Invoice> taken = all || paid.isEmpty() ? paid : List.of(paid.get(random.nextInt(paid.size())));
        taken.forEach(each -> at.fixture.billing.invoices().annul(tenant, each.id(), NOTE));
        Money back = at.fixture.billing.payments().refundable(tenant, "USD");
        if (!back.isZero()) {
            var unused = at.fixture.billing.payments().refund(tenant, back, NOTE);
            at.fixture.billing.payments().collectDue(tenant);
        }
    }

    private void failNewestRefund() {
        List<String> made = at.fixture.transact(transaction -> Sql.list(
                transaction.connection(),
                row -> row.getString(1),
                "select object from stripe_request where tenant_id = ? and kind = 'REFUND' and object is not null"
                        + " order by amount desc, key desc",
                tenant.value()));
        for (String id : made) {
            String state = at.fake.object(id);
            if (!state.matches("(?s).*\"status\"\\s*:\\s*\"(failed|canceled)\".*")) {
                at.fake.failRefund(id, "expired_or_canceled_card");
                return;
            }
        }
    }

    /** A payment that came through Stripe, as the books have it. */
    private Optional<String> paid(Random random) {
        List<Payment> paid = at.fixture.billing.payments().of(tenant).stream()
                .filter(each ->
                        each.reference().startsWith("pi_") && !each.amount().isNegative())
                .sorted(Comparator.comparing(each -> each.amount().minorUnits()))
                .toList();
        return paid.isEmpty()
                ? Optional.empty()
                : Optional.of(paid.get(random.nextInt(paid.size())).reference());
    }

    private Optional<String> untouchedCharge(String intent) {
        Matcher found = CHARGE.matcher(at.fake.object(intent));
        return found.find()
                ? Optional.of(found.group(1)).filter(each -> {
                    String charge = at.fake.object(each);
                    return charge.matches("(?s).*\"amount_refunded\"\\s*:\\s*0\\b.*")
                            && charge.matches("(?s).*\"disputed\"\\s*:\\s*false.*");
                })
                : Optional.empty();
    }

    private void dispute(String intent) {
        untouchedCharge(intent).ifPresent(charge -> {
            String dispute = at.fake.dispute(charge, "fraudulent");
            disputes.add(dispute);
            open = dispute;
        });
    }

    private void refundByHand(String intent) {
        untouchedCharge(intent)
                .ifPresent(charge -> byHand(() -> dashboard
                        .v1()
                        .refunds()
                        .create(RefundCreateParams.builder()
                                .setPaymentIntent(intent)
                                .setAmount(300L)
                                .build())));
    }

    private void payByHand(String customer) {
        byHand(() -> dashboard
                .v1()
                .paymentIntents()
                .create(PaymentIntentCreateParams.builder()
                        .setAmount(700L)
                        .setCurrency("usd")
                        .setCustomer(customer)
                        .setPaymentMethod("pm_card_visa")
                        .setConfirm(true)
                        .setAutomaticPaymentMethods(PaymentIntentCreateParams.AutomaticPaymentMethods.builder()
                                .setEnabled(true)
                                .setAllowRedirects(
                                        PaymentIntentCreateParams.AutomaticPaymentMethods.AllowRedirects.NEVER)
                                .build())
                        .build()));
    }

    private void write(CustomerUpdateParams wanted) {
        customer().ifPresent(id -> byHand(() -> dashboard.v1().customers().update(id, wanted)));
    }

    private Optional<String> customer() {
        return at.stripe.customers().find(tenant).map(StripeCustomer::id);
    }

    private Optional<String> card() {
        return at.stripe.customers().find(tenant).map(StripeCustomer::card).map(CardOnFile::id);
    }

    /** Stripe refused what somebody wanted to do there by hand. */
    static final class RefusedByHandException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private RefusedByHandException(StripeException refused) {
            super("By hand at Stripe: " + refused.getMessage(), refused);
        }
    }

    private interface ByHand {
        Object work() throws StripeException;
    }

    private static void byHand(ByHand work) {
        try {
            var unused = work.work();
        } catch (StripeException refused) {
            throw new RefusedByHandException(refused);
        }
    }
}
