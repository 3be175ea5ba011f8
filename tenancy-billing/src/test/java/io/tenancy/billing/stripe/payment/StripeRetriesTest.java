package io.tenancy.billing.stripe.payment;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.stripe.StripeFixture;
import io.tenancy.test.stripe.StripeFault;
import io.tenancy.test.stripe.StripeRefund;
import io.tenancy.test.stripe.StripeRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With the retries that stripe-java makes by itself, as it is shipped; other tests go without, to see each request. */
class StripeRetriesTest {

    private static final String CHARGES = "/v1/payment_intents";
    private static final int RETRIES = 2;
    /** Each may be sent twice by Java's own client where no answer comes. */
    private static final int ALL = (RETRIES + 1) * 2;
    /** Shorter than the answers that come late here. */
    private static final Duration READ = Duration.ofSeconds(1);

    private static StripeFixture at;

    @BeforeAll
    static void start() {
        at = new StripeFixture(settings -> settings.waiting(Duration.ofSeconds(2), READ, RETRIES));
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

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatStripeFailedAtIsAskedForAgainAtOnceWithTheSameKey(boolean happened) {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "12.00");
        int before = keys().size();
        at.fake.inject((happened ? StripeFault.errorAfterEffect(503) : StripeFault.error(503)).on("POST", CHARGES));
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.taken(tenant)).containsExactly(1200L);
        List<String> asked = keys().subList(before, keys().size());
        assertThat(asked).hasSizeGreaterThan(1);
        assertThat(asked).containsOnly(asked.get(0));
    }

    static List<StripeFault> faults() {
        return List.of(
                StripeFault.dropAfter().times(2),
                StripeFault.dropAfter().times(ALL),
                StripeFault.dropBefore().times(ALL),
                StripeFault.truncated(),
                StripeFault.truncated().times(ALL),
                StripeFault.latency(READ.multipliedBy(2)),
                StripeFault.errorAfterEffect(500).times(ALL),
                StripeFault.error(500).times(ALL),
                StripeFault.error(429).times(ALL));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whateverBecomesOfTheAnswersATenantIsChargedOnce(StripeFault fault) {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "12.00");
        at.fake.inject(fault.on("POST", CHARGES));
        at.run();
        at.fake.clearFaults();
        at.pass(Duration.ofMinutes(11));
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.taken(tenant)).containsExactly(1200L);
    }

    @Test
    void aRefundWhoseAnswersAreLostIsPaidBackOnce() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "30.00");
        at.run();
        at.fixture.billing.invoices().annul(tenant, invoice.id(), NOTE);
        at.fixture.billing.payments().refund(tenant, usd("30.00"), "complaint", NOTE);
        int before = at.fake.refunds().size();
        at.fake.inject(StripeFault.dropAfter().on("POST", "/v1/refunds").times(ALL));
        at.run();
        at.pass(Duration.ofMinutes(11));
        at.run();
        assertThat(at.fake.refunds().subList(before, at.fake.refunds().size()))
                .extracting(StripeRefund::amount)
                .containsExactly(3000L);
        assertThat(at.credit(tenant)).isEqualTo(usd("0.00"));
    }

    @Test
    void aTenantBecomesOneCustomerWhateverStripeFailedAt() {
        TenantId tenant = at.tenant();
        at.fake.inject(StripeFault.errorAfterEffect(503).on("POST", "/v1/customers"));
        String customer = at.stripe.customers().require(tenant);
        assertThat(at.stripe.customers().require(tenant)).isEqualTo(customer);
        assertThat(at.fake.events())
                .filteredOn(each ->
                        each.type().equals("customer.created") && each.json().contains(tenant.toString()))
                .hasSize(1);
    }

    private static List<String> keys() {
        return at.fake.requests().stream()
                .filter(each -> each.method().equals("POST") && each.path().equals(CHARGES))
                .map(StripeRequest::idempotencyKey)
                .toList();
    }
}
