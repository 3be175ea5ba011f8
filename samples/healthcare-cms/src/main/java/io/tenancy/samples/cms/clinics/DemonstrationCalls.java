package io.tenancy.samples.cms.clinics;

import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.quota.Quotas;
import io.tenancy.samples.cms.CmsProperties;
import io.tenancy.samples.cms.plan.Resource;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.buffer.BufferedUsageMeter;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** Two weeks of calls for the charts of a demonstration clinic, as its app would have made them. */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class DemonstrationCalls {

    private static final int HOURS = 13 * 24;
    private static final int MORNING = 6;
    private static final int NIGHT = 22;
    private static final int BUSIEST = 7;

    private final TenantEntitlements entitlements;
    private final BufferedUsageMeter meter;
    private final Quotas quotas;
    private final CmsProperties properties;
    private final InstantSource clock;

    DemonstrationCalls(
            TenantEntitlements entitlements,
            BufferedUsageMeter meter,
            Quotas quotas,
            CmsProperties properties,
            InstantSource clock) {
        this.entitlements = entitlements;
        this.meter = meter;
        this.quotas = quotas;
        this.properties = properties;
        this.clock = clock;
    }

    /**
     * Records them for the bound clinic, unless it has no API or this is no demonstration.
     *
     * @param zone where people are awake by day
     */
    void tell(ZoneId zone) {
        if (!properties.demoCredentials() || !entitlements.current().allows("api_access")) {
            return;
        }
        Tenant clinic = Tenancy.require();
        SplittableRandom random = new SplittableRandom(clinic.slug().value().hashCode());
        Instant thisHour = clock.instant().truncatedTo(ChronoUnit.HOURS);
        YearMonth month = YearMonth.from(thisHour.atZone(ZoneOffset.UTC));
        List<UsageEvent> events = new ArrayList<>();
        long ofThisMonth = 0;
        for (int ago = 1; ago <= HOURS; ago++) {
            Instant hour = thisHour.minus(ago, ChronoUnit.HOURS);
            int ofDay = hour.atZone(zone).getHour();
            int calls = ofDay >= MORNING && ofDay < NIGHT ? random.nextInt(BUSIEST) : random.nextInt(2);
            for (int call = 0; call < calls; call++) {
                events.add(UsageEvent.record(
                        clinic.id(),
                        meter.source(),
                        "demonstration-" + hour + "-" + call,
                        Resource.API_CALLS.key(),
                        BigDecimal.ONE,
                        hour,
                        Map.of()));
            }
            ofThisMonth += YearMonth.from(hour.atZone(ZoneOffset.UTC)).equals(month) ? calls : 0;
        }
        meter.record(events);
        if (ofThisMonth > 0) {
            quotas.consume(Resource.API_CALLS.key(), ofThisMonth);
        }
    }
}
