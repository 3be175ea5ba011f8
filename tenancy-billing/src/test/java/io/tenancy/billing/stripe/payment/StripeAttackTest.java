package io.tenancy.billing.stripe.payment;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.stripe.StripeFixture;
import io.tenancy.billing.stripe.TenancyStripe;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.finding.StripeFinding;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.test.stripe.StripeCharge;
import io.tenancy.test.stripe.StripeFault;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What somebody would try who wants to see a tenant charged twice, or for nothing. */
class StripeAttackTest {

    private static final String PAYMENTS = "/v1/payment_intents";
    private static final String SESSIONS = "/v1/checkout/sessions";

    private static StripeFixture at;

    @BeforeAll
    static void start() {
        at = new StripeFixture();
    }

    @AfterAll
    static void stop() {
        at.close();
    }

    @AfterEach
    void theBooksAreSound() {
        at.fake.clearFaults();
        assertThat(at.faults()).isEmpty();
    }

    // ---- asked, not done, and paid otherwise meanwhile

    @Test
    void whatWasPaidByTransferMeanwhileIsNotTakenFromTheCardByARequestThatNeverReachedStripe() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.fake.inject(StripeFault.dropBefore().on("POST", PAYMENTS).times(2));
        at.run();
        at.fixture.billing.payments().markPaid(tenant, invoice.id(), "transfer of " + tenant, NOTE);
        at.pass(Duration.ofMinutes(11));
        at.run();
        assertThat(at.taken(tenant)).isEmpty();
        assertThat(states(tenant)).containsExactly("DROPPED");
        assertThat(at.fixture.billing.dunning().of(tenant)).isEmpty();
    }

    @Test
    void whatWasPaidInPartMeanwhileIsNoDeclineAndTheRestIsTaken() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "12.00");
        at.fake.inject(StripeFault.dropBefore().on("POST", PAYMENTS).times(2));
        at.run();
        at.fixture.billing.payments().receive(tenant, invoice.id(), usd("5.00"), "part of " + tenant, NOTE);
        at.pass(Duration.ofMinutes(11));
        at.run();
        at.run();
        assertThat(states(tenant)).containsExactlyInAnyOrder("DROPPED", "SUCCEEDED");
        assertThat(at.taken(tenant)).containsExactly(700L);
        assertThat(at.fixture.billing.dunning().of(tenant)).isEmpty();
    }

    @Test
    void aClockThatIsHoursAheadOfStripesChargesNobodyTwice() {
        try (StripeFixture ahead = new StripeFixture(settings -> settings, Duration.ofHours(3))) {
            TenantId tenant = ahead.tenantWith("pm_card_visa");
            Invoice invoice = ahead.invoice(tenant, "12.00");
            ahead.fake.inject(StripeFault.errorAfterEffect(500).on("POST", PAYMENTS));
            ahead.run();
            ahead.pass(Duration.ofMinutes(11));
            ahead.run();
            assertThat(ahead.taken(tenant)).containsExactly(1200L);
            assertThat(ahead.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        }
    }

    @Test
    void whatWasTakenBackMeanwhileIsNotTakenFromTheCardByARequestThatNeverReachedStripe() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.fake.inject(StripeFault.error(500).on("POST", PAYMENTS));
        at.run();
        at.fixture.billing.invoices().annul(tenant, invoice.id(), NOTE);
        at.pass(Duration.ofDays(2));
        at.run();
        assertThat(at.taken(tenant)).isEmpty();
    }

    @Test
    void whatWasTakenAllTheSameIsBookedAlsoWhenTheInvoiceWasPaidMeanwhile() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.fake.inject(StripeFault.dropAfter().on("POST", PAYMENTS).times(2));
        at.run();
        at.fixture.billing.payments().markPaid(tenant, invoice.id(), "transfer of " + tenant, NOTE);
        at.pass(Duration.ofMinutes(11));
        at.run();
        assertThat(at.taken(tenant)).containsExactly(4900L);
        assertThat(at.credit(tenant)).isEqualTo(usd("49.00"));
    }

    // ---- a page and a card at once

    @Test
    void noPageIsOpenedWhileItIsNotKnownWhetherTheCardWasCharged() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.fake.inject(StripeFault.dropAfter().on("POST", PAYMENTS).times(2));
        at.run();
        assertThatThrownBy(() -> at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("is being collected");
        at.pass(Duration.ofMinutes(11));
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.taken(tenant)).containsExactly(4900L);
    }

    @Test
    void aPageThatIsBeingOpenedWhileTheCardIsChargedIsNotShown() throws Exception {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.fake.inject(StripeFault.latency(Duration.ofSeconds(3)).on("POST", SESSIONS));
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<URI> page = other.submit(() -> at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS));
            awaitPage(invoice);
            at.run();
            payIfShown(page);
        } finally {
            other.shutdownNow();
        }
        assertThat(at.taken(tenant)).containsExactly(4900L);
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void twoClicksAtTheSameMomentOpenNoTwoPagesThatCanBePaid() throws Exception {
        TenantId tenant = at.tenant();
        Invoice invoice = at.invoice(tenant, "49.00");
        at.stripe.customers().require(tenant);
        at.fake.inject(
                StripeFault.latency(Duration.ofSeconds(2)).on("POST", SESSIONS).times(2));
        ExecutorService others = Executors.newFixedThreadPool(2);
        try {
            Future<URI> first = others.submit(() -> at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS));
            awaitPage(invoice);
            Future<URI> second = others.submit(() -> at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS));
            payIfShown(first);
            payIfShown(second);
        } finally {
            others.shutdownNow();
        }
        assertThat(at.taken(tenant)).hasSizeLessThan(2);
    }

    private static void payIfShown(Future<URI> page) throws InterruptedException {
        try {
            String unused = at.fake.completeCheckout(StripeFixture.idOf(page.get()), "pm_card_mastercard");
        } catch (ExecutionException notShown) {
            assertThat(notShown.getCause()).isInstanceOf(BillingException.class);
        } catch (RuntimeException notOpen) {
            // The fake's own page says that it was closed.
            assertThat(notOpen).hasMessageContaining("open");
        }
    }

    private static void awaitPage(Invoice invoice) {
        while (at.fixture
                .rows("select id from stripe_checkout where invoice_id = '" + invoice.id() + "'")
                .isEmpty()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aPageWhoseCardWasTakenAwayAgainIsClosedAllTheSame() throws Exception {
        TenantId tenant = at.tenant();
        Invoice invoice = at.invoice(tenant, "49.00");
        URI page = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(page), "pm_card_visa"))
                .isEmpty();
        Matcher method = Pattern.compile("\"payment_method\"\\s*:\\s*\"(pm_[^\"]+)\"")
                .matcher(at.fake.object(charge(tenant).paymentIntent()));
        assertThat(method.find()).isTrue();
        post("/v1/payment_methods/" + method.group(1) + "/detach", "");
        assertThat(at.stripe.pages().returned(tenant, StripeFixture.idOf(page))).isTrue();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.fixture.rows(
                        "select state from stripe_checkout where session = '" + StripeFixture.idOf(page) + "'"))
                .containsExactly("COMPLETE");
    }

    @Test
    void aPaymentOnAPageThatWasGivenToAnotherTenantInTheDashboardIsNotTakenOnceMore() throws Exception {
        TenantId other = at.tenant();
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        URI page = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(page), "pm_card_mastercard"))
                .isEmpty();
        String intent = charge(tenant).paymentIntent();
        post(PAYMENTS + "/" + intent, "metadata[tenancy_tenant]=" + other);
        at.run();
        assertThat(chargesOf(invoice)).hasSize(1);
        assertThat(findings(intent)).containsExactly(FindingKind.TENANT_MISMATCH);
        post(PAYMENTS + "/" + intent, "metadata[tenancy_tenant]=" + tenant);
        at.stripe.objects().refresh(ObjectKind.INTENT, intent);
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void aPageForAnInvoiceThatWasPaidByTransferMeanwhileIsClosed() {
        TenantId tenant = at.tenant();
        Invoice paid = at.invoice(tenant, "49.00");
        Invoice partly = at.invoice(tenant, "30.00");
        Invoice open = at.invoice(tenant, "20.00");
        Invoice givenUp = at.invoice(tenant, "10.00");
        URI pageOfPaid = at.stripe.pages().pay(tenant, paid.id(), StripeFixture.WAYS);
        URI pageOfPartly = at.stripe.pages().pay(tenant, partly.id(), StripeFixture.WAYS);
        URI pageOfOpen = at.stripe.pages().pay(tenant, open.id(), StripeFixture.WAYS);
        URI pageOfGivenUp = at.stripe.pages().pay(tenant, givenUp.id(), StripeFixture.WAYS);
        at.fixture.billing.invoices().writeOff(tenant, givenUp.id(), NOTE);
        at.fixture.billing.payments().markPaid(tenant, paid.id(), "transfer of " + tenant, NOTE);
        at.fixture.billing.payments().receive(tenant, partly.id(), usd("5.00"), "part of " + tenant, NOTE);

        assertThat(at.stripe.pages().closeSettled()).isEqualTo(2);
        assertThat(at.stripe.pages().closeSettled()).isZero();

        assertThat(statusOf(pageOfPaid)).isEqualTo("expired");
        assertThat(statusOf(pageOfPartly)).isEqualTo("expired");
        assertThat(statusOf(pageOfOpen)).isEqualTo("open");
        assertThat(statusOf(pageOfGivenUp)).isEqualTo("open");
    }

    @Test
    void aPageThatWasPaidInTheMomentInWhichItsInvoiceWasPaidByTransferIsBooked() {
        TenantId tenant = at.tenant();
        Invoice invoice = at.invoice(tenant, "49.00");
        URI page = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
        at.fixture.billing.payments().markPaid(tenant, invoice.id(), "transfer of " + tenant, NOTE);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(page), "pm_card_visa"))
                .isEmpty();

        assertThat(at.stripe.pages().closeSettled()).isEqualTo(1);

        assertThat(at.credit(tenant)).isEqualTo(usd("49.00"));
        assertThat(at.stripe.pages().closeSettled()).isZero();
    }

    private static String statusOf(URI page) {
        Matcher status = Pattern.compile("\"status\"\\s*:\\s*\"(open|complete|expired)\"")
                .matcher(at.fake.object(StripeFixture.idOf(page)));
        assertThat(status.find()).isTrue();
        return status.group(1);
    }

    @Test
    void whatWasTypedLastIsChargedWhateverIsHeardOfPagesLater() {
        TenantId tenant = at.tenant();
        URI first = at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS);
        URI second = at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(first), "pm_card_visa"))
                .isEmpty();
        at.pass(Duration.ofMinutes(1));
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(second), "pm_card_mastercard"))
                .isEmpty();
        at.stripe.objects().refresh(ObjectKind.SESSION, StripeFixture.idOf(second));
        at.stripe.objects().refresh(ObjectKind.SESSION, StripeFixture.idOf(first));
        assertThat(brand(tenant)).isEqualTo("mastercard");
    }

    @Test
    void whatWasTypedLastIsChargedAlsoOnThePageThatWasOpenedFirst() {
        TenantId tenant = at.tenant();
        URI first = at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS);
        URI second = at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(second), "pm_card_mastercard"))
                .isEmpty();
        at.pass(Duration.ofMinutes(1));
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(first), "pm_card_visa"))
                .isEmpty();
        at.stripe.objects().refresh(ObjectKind.SESSION, StripeFixture.idOf(second));
        at.stripe.objects().refresh(ObjectKind.SESSION, StripeFixture.idOf(first));
        assertThat(brand(tenant)).isEqualTo("visa");
    }

    @Test
    void aCardThatWasTypedInStripesPortalAfterAPageIsKeptWhenThatPageIsHeardOf() {
        TenantId tenant = at.tenant();
        URI page = at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(page), "pm_card_visa"))
                .isEmpty();
        at.pass(Duration.ofMinutes(1));
        at.fake.replaceCard(at.stripe.customers().find(tenant).orElseThrow().id(), "pm_card_mastercard");
        at.stripe.objects().refresh(ObjectKind.SESSION, StripeFixture.idOf(page));
        assertThat(brand(tenant)).isEqualTo("mastercard");
    }

    private static String brand(TenantId tenant) {
        return String.valueOf(Objects.requireNonNull(
                        at.stripe.customers().find(tenant).orElseThrow().card())
                .brand());
    }

    @Test
    void aTenantWhoseCustomerWasDeletedAtStripeLeavesACardAsAnotherCustomerAtTheNextClick() throws Exception {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        String before = at.stripe.customers().find(tenant).orElseThrow().id();
        delete("/v1/customers/" + before);
        URI page = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(page), "pm_card_mastercard"))
                .isEmpty();
        assertThat(at.stripe.pages().returned(tenant, StripeFixture.idOf(page))).isTrue();
        assertThat(at.stripe.customers().find(tenant).orElseThrow().id()).isNotEqualTo(before);
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(findings(before)).containsExactly(FindingKind.CUSTOMER_DELETED);
    }

    @Test
    void aTenantWhoseCustomerStripeDoesNotKnowBecomesAnotherOne() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        at.fixture.sql("update stripe_customer set customer = 'cus_nobody' where tenant_id = '" + tenant + "'");
        assertThat(at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS)).isNotNull();
        assertThat(at.stripe.pages().portal(tenant, URI.create("https://app.example.com/bill")))
                .isNotNull();
    }

    @Test
    void aCustomerOnWhichAnotherTenantStandsIsNotChargedUntilThatIsPutRight() throws Exception {
        TenantId other = at.tenant();
        TenantId tenant = at.tenantWith("pm_card_visa");
        String customer = at.stripe.customers().find(tenant).orElseThrow().id();
        post("/v1/customers/" + customer, "metadata[tenancy_tenant]=" + other);
        at.stripe.objects().refresh(ObjectKind.CUSTOMER, customer);
        Invoice invoice = at.invoice(tenant, "49.00");
        at.run();
        assertThat(at.taken(tenant)).isEmpty();
        post("/v1/customers/" + customer, "metadata[tenancy_tenant]=" + tenant);
        at.stripe.objects().refresh(ObjectKind.CUSTOMER, customer);
        at.pass(Duration.ofMinutes(11));
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.fixture.billing.dunning().of(tenant)).isEmpty();
    }

    // ---- what is not as it was asked for

    @Test
    void nothingIsBookedOfAPaymentOnWhichAnotherTenantStands() throws Exception {
        TenantId other = at.tenant();
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.fake.inject(StripeFault.dropAfter().on("POST", PAYMENTS).times(2));
        at.run();
        String intent = charge(tenant).paymentIntent();
        post(PAYMENTS + "/" + intent, "metadata[tenancy_tenant]=" + other);
        at.pass(Duration.ofMinutes(11));
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(findings(intent)).containsExactly(FindingKind.TENANT_MISMATCH);
        post(PAYMENTS + "/" + intent, "metadata[tenancy_tenant]=" + tenant);
        at.pass(Duration.ofMinutes(11));
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(chargesOf(invoice)).hasSize(1);
    }

    @Test
    void nothingIsBookedOfAPaymentOfAnotherAmountThanWasAskedFor() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.fake.inject(StripeFault.dropAfter().on("POST", PAYMENTS).times(2));
        at.run();
        at.fixture.sql("update stripe_request set amount = 5000 where tenant_id = '" + tenant + "'");
        at.pass(Duration.ofMinutes(11));
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(findings(charge(tenant).paymentIntent())).containsExactly(FindingKind.AMOUNT_MISMATCH);
    }

    @Test
    void anAmountThatStripeCannotTakeIsDeclinedAndNotAskedForForEver() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.fixture
                .billing
                .invoices()
                .charge(
                        tenant,
                        List.of(Charge.of("Training", Money.of(new BigDecimal("10.001"), "KWD"), Tax.NONE)),
                        NOTE);
        at.run();
        assertThat(at.fixture.rows(
                        "select state || ' ' || code from payment_attempt where tenant_id = '" + tenant + "'"))
                .containsExactly("DECLINED amount_not_taken");
        assertThat(at.fixture.billing.dunning().of(tenant)).hasSize(1);
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
    }

    // ---- money that goes back

    @Test
    void whatWasPaidBackByHandIsNotCountedOnByARefund() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice first = paid(tenant, "30.00");
        String older = charge(tenant).paymentIntent();
        at.pass(Duration.ofHours(1));
        paid(tenant, "50.00");
        String newer = at.fake.charges().stream()
                .filter(each -> tenant.toString().equals(each.metadata().get("tenancy_tenant")))
                .map(StripeCharge::paymentIntent)
                .filter(each -> !each.equals(older))
                .findFirst()
                .orElseThrow();
        String byHand = new StripeCalls(StripeFixture.settings(at.fake))
                .refund("by hand " + newer, newer, 4000, Map.of())
                .id();
        at.stripe.objects().refresh(ObjectKind.REFUND, byHand);
        at.fixture.billing.invoices().annul(tenant, first.id(), NOTE);
        at.fixture.billing.payments().refund(tenant, usd("30.00"), "complaint", NOTE);
        at.run();
        assertThat(at.fake.refunds().stream()
                        .filter(each -> older.equals(each.paymentIntent()))
                        .toList())
                .hasSize(1);
        assertThat(at.credit(tenant)).isEqualTo(usd("0.00"));
    }

    @Test
    void aRefundFindsThePaymentThatCoversItBehindAHundredSmallerOnes() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice large = paid(tenant, "500.00");
        String intent = charge(tenant).paymentIntent();
        at.pass(Duration.ofHours(1));
        for (int i = 0; i < 101; i++) {
            var unused = at.invoice(tenant, "1.00");
        }
        at.run();
        at.fixture.billing.invoices().annul(tenant, large.id(), NOTE);
        at.fixture.billing.payments().refund(tenant, usd("500.00"), "complaint", NOTE);
        at.run();
        assertThat(at.fake.refunds().stream().filter(each -> intent.equals(each.paymentIntent())))
                .hasSize(1);
    }

    @Test
    void aDebitThatIsUnderWayIsNotSaidToBePaidAndNothingElseIsCharged() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        URI page = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(page), "pm_usBankAccount_success"))
                .isEmpty();
        assertThat(at.stripe.pages().returned(tenant, StripeFixture.idOf(page))).isFalse();
        at.run();
        assertThat(chargesOf(invoice)).isEmpty();
        assertThatThrownBy(() -> at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS))
                .isInstanceOf(BillingException.class);
    }

    @Test
    void aCustomerThatStripeDoesNotKnowAnyMoreEndsARequestInsteadOfHavingItAskedForEver() throws Exception {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.fake.inject(StripeFault.dropBefore().on("POST", PAYMENTS).times(2));
        at.run();
        delete("/v1/customers/"
                + at.stripe.customers().find(tenant).orElseThrow().id());
        at.fake.inject(StripeFault.error(404).on("GET", PAYMENTS));
        at.pass(Duration.ofMinutes(11));
        at.run();
        assertThat(states(tenant)).containsExactly("DECLINED");
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
        at.leave(tenant, "pm_card_mastercard");
        at.run();
        assertThat(at.taken(tenant)).containsExactly(4900L);
    }

    @Test
    void whatIsToBeCollectedBeforeStripeWasStartedIsAskedForSoonAfter() {
        AtomicReference<@Nullable TenancyStripe> made = new AtomicReference<>();
        try (BillingFixture fixture = new BillingFixture("", (installation, builder) -> {
            TenancyStripe adapter = TenancyStripe.builder(installation, StripeFixture.settings(at.fake))
                    .build();
            made.set(adapter);
            return builder.provider(adapter.provider());
        })) {
            TenantId tenant = fixture.tenant();
            var unused = fixture.billing
                    .invoices()
                    .charge(tenant, List.of(Charge.of("Training", usd("49.00"), Tax.NONE)), NOTE);
            fixture.billing.run().run();
            try (TenancyStripe adapter = Objects.requireNonNull(made.get()).start(fixture.billing)) {
                assertThat(adapter.customers().find(tenant)).isEmpty();
                fixture.clock.moveTo(fixture.clock.instant().plus(Duration.ofMinutes(1)));
                fixture.billing.run().run();
            }
            assertThat(fixture.rows("select state || ' ' || code from payment_attempt"))
                    .containsExactly("DECLINED no_payment_method");
        }
    }

    // ---- real money of made-up time

    @Test
    void aTenantOfTheSandboxIsShownNoPageThatMovesRealMoney() {
        try (StripeFixture live = new StripeFixture(StripeAttackTest::live)) {
            TenantId tenant = live.tenant();
            live.fixture.billing.accounts().use(tenant, "acme", "manual");
            live.fixture.billing.sandbox().enter(tenant, BillingFixture.START);
            Invoice invoice = live.invoice(tenant, "49.00");
            assertThatThrownBy(() -> live.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS))
                    .isInstanceOf(BillingException.class)
                    .hasMessageContaining("sandbox");
            assertThatThrownBy(() -> live.stripe.pages().save(tenant, "USD", StripeFixture.WAYS))
                    .isInstanceOf(BillingException.class)
                    .hasMessageContaining("sandbox");
        }
    }

    private static StripeSettings live(StripeSettings test) {
        return new StripeSettings(
                "sk_live_ofTheAttackTest",
                test.webhookSecrets(),
                test.installation(),
                test.account(),
                test.apiBase(),
                test.meterEventsBase(),
                test.connectTimeout(),
                test.readTimeout(),
                test.networkRetries());
    }

    // ---- what is looked at

    private static Invoice paid(TenantId tenant, String amount) {
        Invoice invoice = at.invoice(tenant, amount);
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        return invoice;
    }

    private static List<String> states(TenantId tenant) {
        return at.fixture.rows("select state from payment_attempt where tenant_id = '" + tenant + "'");
    }

    private static StripeCharge charge(TenantId tenant) {
        return at.fake.charges().stream()
                .filter(each -> tenant.toString().equals(each.metadata().get("tenancy_tenant")))
                .filter(StripeCharge::succeeded)
                .findFirst()
                .orElseThrow();
    }

    private static List<StripeCharge> chargesOf(Invoice invoice) {
        return at.fake.charges().stream()
                .filter(each -> invoice.id().toString().equals(each.metadata().get("tenancy_invoice")))
                .filter(StripeCharge::succeeded)
                .toList();
    }

    private static List<FindingKind> findings(String subject) {
        return at.stripe.findings().open().stream()
                .filter(each -> each.subject().equals(subject))
                .map(StripeFinding::kind)
                .toList();
    }

    /** What somebody does in Stripe's dashboard. */
    private static void post(String path, String form) throws IOException, InterruptedException {
        send(path, "POST", form);
    }

    private static void delete(String path) throws IOException, InterruptedException {
        send(path, "DELETE", "");
    }

    private static void send(String path, String method, String form) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(at.fake.apiBase() + path))
                                .header("Authorization", "Bearer " + at.fake.apiKey())
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .method(method, HttpRequest.BodyPublishers.ofString(form))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
}
