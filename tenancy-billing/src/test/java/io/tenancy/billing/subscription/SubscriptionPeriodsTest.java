package io.tenancy.billing.subscription;

import static io.tenancy.billing.BillingFixture.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingFixture;
import io.tenancy.usage.UsagePeriod;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Against a real control database. */
class SubscriptionPeriodsTest {

    @Test
    void everyHourOfAYearIsInOnePeriodWhenSubscriptionsFollowEachOtherWithTrials() {
        try (BillingFixture fixture = new BillingFixture(SubscriptionsTest.CATALOGUE)) {
            TenantId tenant = fixture.tenant();
            var subscriptions = fixture.billing.subscriptions();
            SubscriptionChange end = new SubscriptionChange.Cancel("no need", true);
            subscriptions.start(tenant, NewSubscription.of("starter"), NOTE);
            fixture.clock.moveTo("2026-01-12T10:20:30Z");
            subscriptions.change(tenant, end, NOTE);
            fixture.clock.moveTo("2026-01-15T11:00:01Z");
            subscriptions.start(tenant, NewSubscription.of("pro"), NOTE);
            fixture.clock.moveTo("2026-03-20T01:02:03Z");
            subscriptions.change(tenant, end, NOTE);
            fixture.clock.moveTo("2026-05-01T09:59:59Z");
            subscriptions.start(tenant, NewSubscription.of("starter"), NOTE);
            fixture.clock.moveTo("2026-05-02T08:00:00Z");

            UsagePeriod period = fixture.periods.of(tenant, Instant.parse("2025-12-01T00:00:00Z"));
            for (Instant hour = period.start();
                    hour.isBefore(Instant.parse("2027-01-01T00:00:00Z"));
                    hour = hour.plus(Duration.ofHours(1))) {
                UsagePeriod its = fixture.periods.of(tenant, hour);
                if (!its.equals(period)) {
                    assertThat(its.start()).isEqualTo(period.until()).isEqualTo(hour);
                    period = its;
                }
                assertThat(hour).isBetween(its.start(), its.until().minusSeconds(1));
            }
        }
    }
}
