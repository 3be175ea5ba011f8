package io.tenancy.spring.actuate;

import io.tenancy.Tenant;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.isolation.gate.Fault;
import io.tenancy.pipeline.TenantPipeline;
import io.tenancy.resolution.TenantRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/** The actuator endpoint {@code tenancy}: which tenants there are, whether they are apart, and whose a host is. */
@Endpoint(id = "tenancy")
public final class TenancyEndpoint {

    private final TenancyInstallation installation;
    private final @Nullable TenantPipeline pipeline;

    /**
     * Creates the endpoint.
     *
     * @param installation knows the tenants
     * @param pipeline explains hosts; null where the application has no web edge
     */
    public TenancyEndpoint(TenancyInstallation installation, @Nullable TenantPipeline pipeline) {
        this.installation = installation;
        this.pipeline = pipeline;
    }

    /**
     * Describes the installation; asks the database.
     *
     * @return tenants, counts, faults of isolation and sizes of pools; no secrets
     */
    @ReadOperation
    public Report report() {
        List<Tenant> tenants = installation.catalog().all();
        return new Report(
                tenants.stream().map(Entry::of).toList(),
                count(tenants, tenant -> tenant.placement().isolation().name()),
                count(tenants, tenant -> tenant.status().name()),
                installation.isolationFaults(),
                new TreeMap<>(installation.isolation().poolSizes()));
    }

    /**
     * Explains whose request a request for a host would be.
     *
     * @param host a Host header
     * @return what each resolver says, in their order
     */
    @ReadOperation
    public Explanation explain(@Selector String host) {
        if (pipeline == null) {
            return new Explanation(host, List.of());
        }
        TenantRequest request = new TenantRequest(host, "/", TenantRequest.Headers.NONE);
        return new Explanation(
                request.host().name(),
                pipeline.explain(request).attempts().stream()
                        .map(Object::toString)
                        .toList());
    }

    private static Map<String, Long> count(List<Tenant> tenants, Function<Tenant, String> by) {
        return tenants.stream()
                .collect(Collectors.groupingBy(
                        tenant -> by.apply(tenant).toLowerCase(Locale.ROOT), TreeMap::new, Collectors.counting()));
    }

    /**
     * What the installation looks like.
     *
     * @param tenants every tenant that is not deleted
     * @param byIsolation how many tenants are on each isolation level
     * @param byStatus how many tenants are in each status
     * @param isolationFaults ways around the walls; empty when tenants are apart
     * @param pools open connections by pool
     */
    public record Report(
            List<Entry> tenants,
            Map<String, Long> byIsolation,
            Map<String, Long> byStatus,
            List<Fault> isolationFaults,
            Map<String, Integer> pools) {}

    /**
     * One tenant.
     *
     * @param id its id
     * @param slug its name in URLs
     * @param status where it stands
     * @param isolation how its rows are kept apart
     */
    public record Entry(String id, String slug, String status, String isolation) {
        static Entry of(Tenant tenant) {
            return new Entry(
                    tenant.id().toString(),
                    tenant.slug().value(),
                    tenant.status().name().toLowerCase(Locale.ROOT),
                    tenant.placement().isolation().name().toLowerCase(Locale.ROOT));
        }
    }

    /**
     * Whose a request is.
     *
     * @param host the host as it was understood
     * @param answers what each resolver says
     */
    public record Explanation(String host, List<String> answers) {}
}
