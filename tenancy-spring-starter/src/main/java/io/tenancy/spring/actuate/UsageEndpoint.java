package io.tenancy.spring.actuate;

import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.usage.UsageRecount.Difference;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * The actuator endpoint {@code tenancyusage}: counts usage again from the events, says where the roll-ups differ, and makes
 * them anew. It works in platform scope, which is recorded, and says whose usage it looked at.
 */
@WebEndpoint(id = "tenancyusage")
public final class UsageEndpoint {

    /** How far back usage is counted again unless told otherwise. */
    public static final Duration DEFAULT_REACH = Duration.ofDays(1);

    /** How many differences are listed; all are counted. */
    public static final int MAXIMUM_LISTED = 1_000;

    private final TenancyInstallation installation;
    private final InstantSource clock;

    /**
     * Creates the endpoint.
     *
     * @param installation keeps the usage
     * @param clock says until when usage is counted again unless told otherwise
     */
    public UsageEndpoint(TenancyInstallation installation, InstantSource clock) {
        this.installation = installation;
        this.clock = clock;
    }

    /**
     * Counts again and compares; changes nothing.
     *
     * @param tenant slug or id; null for every tenant
     * @param metric its name; null for every metric that is defined
     * @param from the first instant; null for {@link #DEFAULT_REACH} before the end
     * @param until the first instant after it; null for now
     * @return what was compared and where it differs ({@link Recounted}), or 400 and what is wrong ({@link Refused}) when
     *     there is no such tenant or metric, or the time cannot be counted again
     */
    @ReadOperation
    public WebEndpointResponse<Object> recount(
            @Nullable String tenant,
            @Nullable String metric,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime until) {
        Instant end = until == null ? clock.instant() : until.toInstant();
        Instant begin = from == null ? end.minus(DEFAULT_REACH) : from.toInstant();
        return answer("usage is counted again through the actuator", () -> {
            List<Tenant> tenants = tenants(tenant);
            Set<String> metrics = metrics(metric);
            List<Found> found = new ArrayList<>();
            for (Tenant each : tenants) {
                for (String name : metrics) {
                    found.addAll(
                            found(each, name, installation.usage().recount().recount(each.id(), name, begin, end)));
                }
            }
            return Recounted.of(begin, end, tenants.size(), metrics, found);
        });
    }

    /**
     * Counts again, and makes the roll-ups anew where they differ. While it does so, nobody stores usage.
     *
     * @param tenant slug or id
     * @param metric its name
     * @param from the first instant
     * @param until the first instant after it
     * @return what differed before ({@link Recounted}), nothing when nothing had to be done; or 400 and what is wrong
     *     ({@link Refused}) when there is no such tenant or metric, or the time cannot be counted again
     */
    @WriteOperation
    public WebEndpointResponse<Object> repair(String tenant, String metric, OffsetDateTime from, OffsetDateTime until) {
        Instant begin = from.toInstant();
        Instant end = until.toInstant();
        return answer("usage is repaired through the actuator", () -> {
            Tenant one = tenants(tenant).get(0);
            Set<String> metrics = metrics(metric);
            List<Found> found =
                    found(one, metric, installation.usage().recount().repair(one.id(), metric, begin, end));
            return Recounted.of(begin, end, 1, metrics, found);
        });
    }

    private static WebEndpointResponse<Object> answer(String reason, Supplier<Recounted> counting) {
        try {
            return new WebEndpointResponse<>(Tenancy.callAsPlatform(reason, counting::get));
        } catch (IllegalArgumentException refused) {
            return new WebEndpointResponse<>(
                    new Refused(String.valueOf(refused.getMessage())), WebEndpointResponse.STATUS_BAD_REQUEST);
        }
    }

    private static List<Found> found(Tenant tenant, String metric, List<Difference> differences) {
        return differences.stream()
                .map(each -> new Found(tenant.slug().value(), metric, each))
                .toList();
    }

    private List<Tenant> tenants(@Nullable String named) {
        List<Tenant> all = installation.catalog().all();
        if (named == null) {
            return all;
        }
        Predicate<Tenant> isNamed = each ->
                each.slug().value().equals(named) || each.id().toString().equals(named);
        List<Tenant> found = all.stream().filter(isNamed).toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    "No tenant has the slug or the id that was given; the endpoint 'tenancy' lists them");
        }
        return found;
    }

    private Set<String> metrics(@Nullable String named) {
        Set<String> all = new TreeSet<>(installation.usage().store().metrics().keySet());
        if (named == null) {
            return all;
        }
        if (!all.contains(named)) {
            throw new IllegalArgumentException("No usage metric has the name that was given; there are " + all);
        }
        return Set.of(named);
    }

    /**
     * What a recount came to.
     *
     * @param from the first instant
     * @param until the first instant after it; days in UTC and billing periods that they touch were compared as a whole
     * @param tenants of how many tenants
     * @param metrics of what
     * @param found how many roll-ups were not what the events say; 0 when all agree
     * @param differences the first of them, at most {@link #MAXIMUM_LISTED}
     */
    public record Recounted(
            Instant from, Instant until, int tenants, List<String> metrics, int found, List<Found> differences) {

        static Recounted of(Instant from, Instant until, int tenants, Set<String> metrics, List<Found> all) {
            return new Recounted(
                    from,
                    until,
                    tenants,
                    List.copyOf(metrics),
                    all.size(),
                    List.copyOf(all.subList(0, Math.min(MAXIMUM_LISTED, all.size()))));
        }
    }

    /**
     * One roll-up that differed.
     *
     * @param tenant slug of whose
     * @param metric of what
     * @param difference which roll-up, and by how much
     */
    public record Found(String tenant, String metric, Difference difference) {}

    /**
     * Why nothing was counted.
     *
     * @param detail what is wrong and what there is
     */
    public record Refused(String detail) {}
}
