package io.tenancy.samples.cms.clinics;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.EntitlementQuantity;
import io.tenancy.entitlement.EntitlementValue;
import io.tenancy.entitlement.Plan;
import io.tenancy.entitlement.PlanCatalogue;
import io.tenancy.entitlement.PlanVersion;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.entitlement.JdbcEntitlementStore;
import io.tenancy.jpa.quota.TransactionalQuotas;
import io.tenancy.jpa.quota.hibernate.HibernateQuotas;
import io.tenancy.jpa.usage.UsageReports;
import io.tenancy.quota.QuotaExceededException;
import io.tenancy.quota.Quotas;
import io.tenancy.samples.cms.plan.Access;
import io.tenancy.samples.cms.plan.ClinicPlan;
import io.tenancy.samples.cms.plan.Offer;
import io.tenancy.samples.cms.plan.Resource;
import io.tenancy.usage.buffer.BufferedUsageMeter;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.hibernate.Session;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** The plan of the clinic that is bound: its limits from its entitlements, what it used from quotas and reports. */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class EntitledClinicPlan implements ClinicPlan {

    private static final String API_ACCESS = "api_access";
    private static final Duration CATALOGUE_IS_BELIEVED_FOR = Duration.ofMinutes(1);

    private final TenantEntitlements entitlements;
    private final Quotas quotas;
    private final TransactionalQuotas transactional;
    private final BufferedUsageMeter calls;
    private final UsageReports reports;
    private final EntityManager session;
    private final InstantSource clock;
    private final LoadingCache<String, PlanCatalogue> catalogue;

    EntitledClinicPlan(
            TenancyInstallation installation,
            TenantEntitlements entitlements,
            Quotas quotas,
            TransactionalQuotas transactional,
            BufferedUsageMeter calls,
            EntityManager session,
            InstantSource clock) {
        this.entitlements = entitlements;
        this.quotas = quotas;
        this.transactional = transactional;
        this.calls = calls;
        this.reports = installation.usage().reports();
        this.session = session;
        this.clock = clock;
        JdbcEntitlementStore store =
                new JdbcEntitlementStore(installation.control().platform(), clock);
        this.catalogue = Caffeine.newBuilder()
                .expireAfterWrite(CATALOGUE_IS_BELIEVED_FOR)
                .build(all -> store.catalogue().catalogue());
    }

    @Override
    public Access access() {
        return switch (Tenancy.require().status()) {
            case PAST_DUE -> Access.PAYMENT_MISSING;
            case RESTRICTED -> Access.RESTRICTED;
            default -> Access.FULL;
        };
    }

    @Override
    public boolean billed() {
        return true;
    }

    @Override
    public Optional<String> name() {
        return entitlements.current().plan().flatMap(code -> plans().plan(code)).map(Plan::name);
    }

    @Override
    public long limit(Resource resource) {
        return entitlements
                .current()
                .quantity(resource.key())
                .map(EntitlementQuantity::limit)
                .orElse(0L);
    }

    @Override
    public long used(Resource resource) {
        return quotas.usageOf(resource.key()).used();
    }

    @Override
    public void take(Resource resource) {
        try {
            HibernateQuotas.consumeInTransaction(session.unwrap(Session.class), transactional, resource.key(), 1);
        } catch (QuotaExceededException exceeded) {
            throw refusal(resource, exceeded.limit(), exceeded.used(), exceeded);
        }
    }

    @Override
    public List<Offer> offers() {
        Instant now = clock.instant();
        String own = entitlements.current().plan().orElse("");
        return plans().plans().stream()
                .filter(plan -> plan.offered() || plan.code().equals(own))
                .flatMap(plan -> plan.versionAt(now).stream()
                        .map(version -> offer(plan, version, plan.code().equals(own))))
                .toList();
    }

    private static Offer offer(Plan plan, PlanVersion version, boolean current) {
        Map<Resource, Long> limits = new EnumMap<>(Resource.class);
        for (Resource resource : Resource.values()) {
            if (version.entitlements().get(resource.key()) instanceof EntitlementValue.OfQuantity quantity) {
                limits.put(resource, quantity.limit());
            }
        }
        boolean api =
                version.entitlements().get(API_ACCESS) instanceof EntitlementValue.OfModule module && module.entitled();
        return new Offer(plan.code(), plan.name(), limits, api, current);
    }

    private PlanCatalogue plans() {
        return catalogue.get("all");
    }

    @Override
    public void countApiCall() {
        calls.record(Resource.API_CALLS.key(), 1, UUID.randomUUID().toString(), clock.instant());
    }

    @Override
    public Map<Instant, Long> callsByHour(Instant from, Instant until) {
        return values(reports.hours(Resource.API_CALLS.key(), from, until));
    }

    @Override
    public Map<Instant, Long> callsByDay(Instant from, Instant until) {
        return values(reports.days(Resource.API_CALLS.key(), from, until));
    }

    // Two days are far more than the hour after which the next value comes.
    @Override
    public OptionalLong databaseBytes() {
        Instant until = clock.instant().truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
        return reports.hours(ClinicGauges.DATABASE_BYTES, until.minus(2, ChronoUnit.DAYS), until).stream()
                .mapToLong(hour -> hour.value().longValue())
                .reduce((earlier, later) -> later);
    }

    private static Map<Instant, Long> values(List<UsageReports.Point> points) {
        Map<Instant, Long> values = new LinkedHashMap<>();
        points.forEach(point -> values.put(point.period().start(), point.value().longValue()));
        return values;
    }

    @Override
    public Object clinic() {
        return Tenancy.require().id();
    }

    @Override
    public Runnable forThisClinic(Runnable work) {
        return Tenancy.wrap(work);
    }
}
