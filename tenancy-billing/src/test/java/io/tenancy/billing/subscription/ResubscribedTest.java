package io.tenancy.billing.subscription;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.invoice.Invoice;
import org.junit.jupiter.api.Test;

/** A tenant that comes back while its former subscription still waits for usage that comes in late. */
class ResubscribedTest {

    @Test
    void lateUsageOfAFormerSubscriptionIsChargedAndLeavesTheTenantAsItIs() {
        try (BillingFixture fixture = new BillingFixture(SubscriptionsTest.CATALOGUE)) {
            TenantId tenant = fixture.tenant();
            Subscriptions subscriptions = fixture.billing.subscriptions();
            subscriptions.start(tenant, NewSubscription.of("pro"), NOTE);
            fixture.clock.moveTo("2026-01-20T09:00:00Z");
            subscriptions.change(tenant, new SubscriptionChange.Cancel("no need", false), NOTE);
            fixture.clock.moveTo("2026-01-21T09:00:00Z");
            subscriptions.start(tenant, NewSubscription.of("starter").withTrial(0), NOTE);
            fixture.use(tenant, "api_calls", "2000", "2026-01-19T10:00:00Z");
            fixture.billing
                    .invoices()
                    .of(tenant)
                    .forEach(invoice -> fixture.billing
                            .payments()
                            .markPaid(tenant, invoice.id(), "bank-" + invoice.number(), NOTE));

            fixture.clock.moveTo(fixture.clock
                    .instant()
                    .plus(Subscriptions.DEFAULT_LATE_USAGE)
                    .minusSeconds(24 * 3_600));
            fixture.billing.run().run();

            assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.ACTIVE);
            assertThat(fixture.installation.entitlements().of(tenant).limit("users"))
                    .isEqualTo(5);
            // 1,000 calls are in a whole period; in ten of 31 days it is 322.580645161 of them.
            assertThat(fixture.billing.invoices().of(tenant))
                    .extracting(Invoice::total)
                    .contains(usd("16.77"));
        }
    }
}
