package io.tenancy.pipeline;

import io.tenancy.Tenant;
import io.tenancy.catalog.TenantKey;
import io.tenancy.catalog.TenantNotFoundException;
import io.tenancy.catalog.TenantStore;
import io.tenancy.context.Tenancy;
import io.tenancy.context.TenantMismatchException;
import io.tenancy.lifecycle.TenantGate;
import io.tenancy.resolution.ResolutionTrace;
import io.tenancy.resolution.ResolverChain;
import io.tenancy.resolution.TenantRequest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The spine: where a request goes. Resolve whose it is, load what is known of that tenant, pass the gates, bind the
 * tenant for exactly as long as the work lasts. Safe for many threads.
 */
public final class TenantPipeline {

    private final ResolverChain resolvers;
    private final TenantStore store;
    private final TenantGate[] gates;

    /**
     * Creates the pipeline.
     *
     * @param resolvers stage 1
     * @param store stage 2
     * @param gates stage 3, in their order
     */
    public TenantPipeline(ResolverChain resolvers, TenantStore store, List<? extends TenantGate> gates) {
        this.resolvers = Objects.requireNonNull(resolvers, "resolvers");
        this.store = Objects.requireNonNull(store, "store");
        this.gates = gates.toArray(new TenantGate[0]);
    }

    /**
     * Runs work for the tenant whose request it is.
     *
     * @param request the request
     * @param work the work
     * @param <T> type of the result
     * @param <X> type of the exception that the work may throw
     * @return what the work returned
     * @throws X when the work throws it
     * @throws io.tenancy.RequestRefusedException when a stage refuses the request
     */
    public <T extends @Nullable Object, X extends Exception> T call(TenantRequest request, Tenancy.Work<T, X> work)
            throws X {
        return Tenancy.callAs(pass(request, resolvers.resolve(request)), work);
    }

    /**
     * Takes a request through every stage before binding, for edges that bind themselves.
     *
     * @param request the request
     * @return whose it is
     * @throws io.tenancy.RequestRefusedException when a stage refuses the request
     */
    public AdmittedRequest admit(TenantRequest request) {
        ResolverChain.Resolved resolved = resolvers.resolve(request);
        Tenant tenant = pass(request, resolved);
        return new AdmittedRequest(
                tenant, resolved.resolver(), resolved.answer().consumedPath());
    }

    /**
     * Explains how a request would be resolved, without loading or binding anything.
     *
     * @param request the request
     * @return who was asked and what each said
     */
    public ResolutionTrace explain(TenantRequest request) {
        return resolvers.trace(request);
    }

    private Tenant pass(TenantRequest request, ResolverChain.Resolved resolved) {
        Tenant tenant = load(request, resolved);
        if (!resolved.others().isEmpty()) {
            refuseContradiction(request, resolved, tenant);
        }
        for (TenantGate gate : gates) {
            gate.check(tenant, request);
        }
        return tenant;
    }

    private Tenant load(TenantRequest request, ResolverChain.Resolved resolved) {
        Optional<Tenant> found = store.find(resolved.answer().key());
        if (found.isEmpty()) {
            throw notFound(request, resolved.answer().key());
        }
        return found.get();
    }

    private TenantNotFoundException notFound(TenantRequest request, TenantKey key) {
        return new TenantNotFoundException("No tenant for host '" + request.host() + "': the catalog has none with "
                + key + ". Asked: " + resolvers.trace(request)
                + ". Provision the tenant, or correct the address.");
    }

    private void refuseContradiction(TenantRequest request, ResolverChain.Resolved resolved, Tenant tenant) {
        for (ResolverChain.Resolved other : resolved.others()) {
            Optional<Tenant> contradicting = store.find(other.answer().key());
            if (contradicting.isEmpty() || !contradicting.get().id().equals(tenant.id())) {
                throw new TenantMismatchException("The request names two tenants: " + resolvers.trace(request)
                        + ". Send one, or leave one of the resolvers out.");
            }
        }
    }
}
