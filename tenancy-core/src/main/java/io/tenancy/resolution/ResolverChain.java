package io.tenancy.resolution;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Asks resolvers in their order. Every one is asked, so that a request which names two tenants is noticed; the first
 * that finds one wins unless another contradicts it, which the pipeline decides. Safe for many threads.
 */
public final class ResolverChain {

    private final TenantResolver[] resolvers;

    /**
     * Creates the chain.
     *
     * @param resolvers in order; not empty; names are unique
     * @throws IllegalArgumentException when empty, or two have one name
     */
    public ResolverChain(List<? extends TenantResolver> resolvers) {
        if (resolvers.isEmpty()) {
            throw new IllegalArgumentException("A resolver chain needs at least one resolver, but none was given");
        }
        Set<String> names = new HashSet<>();
        for (TenantResolver resolver : resolvers) {
            if (!names.add(resolver.name())) {
                throw new IllegalArgumentException("Two resolvers of the chain are called '" + resolver.name() + "'");
            }
        }
        this.resolvers = resolvers.toArray(new TenantResolver[0]);
    }

    /**
     * Asks until one finds a tenant, then the others for contradiction.
     *
     * @param request the request
     * @return who found which tenant
     * @throws TenantNotResolvedException when nobody found one, or the request is malformed
     */
    public Resolved resolve(TenantRequest request) {
        TenantResolver winner = null;
        Answer.Found first = null;
        List<Resolved> others = null;
        for (TenantResolver resolver : resolvers) {
            Answer answer = resolver.resolve(request);
            if (answer instanceof Answer.Malformed malformed) {
                throw refused(resolver, malformed);
            }
            if (answer instanceof Answer.Found found) {
                if (first == null) {
                    winner = resolver;
                    first = found;
                } else if (!first.key().equals(found.key())) {
                    others = others == null ? new ArrayList<>(2) : others;
                    others.add(new Resolved(resolver.name(), found, List.of()));
                }
            }
        }
        if (first == null || winner == null) {
            throw nobodyKnows(request);
        }
        return new Resolved(winner.name(), first, others == null ? List.of() : others);
    }

    // The messages are made apart, so that what every request runs through is small enough for the compiler to inline.
    private static TenantNotResolvedException refused(TenantResolver resolver, Answer.Malformed malformed) {
        return TenantNotResolvedException.malformed(
                "The " + resolver.name() + " resolver refused the request: " + malformed.reason() + ".");
    }

    private TenantNotResolvedException nobodyKnows(TenantRequest request) {
        return TenantNotResolvedException.nobodyKnows("No tenant for host '" + request.host() + "': " + trace(request)
                + ". Check the address, the base domains and the order of resolvers.");
    }

    /**
     * Asks every resolver and keeps all their answers, for diagnosis.
     *
     * @param request the request
     * @return one attempt per resolver
     */
    public ResolutionTrace trace(TenantRequest request) {
        List<ResolutionTrace.Attempt> attempts = new ArrayList<>(resolvers.length);
        for (TenantResolver resolver : resolvers) {
            attempts.add(new ResolutionTrace.Attempt(resolver.name(), resolver.resolve(request)));
        }
        return new ResolutionTrace(attempts);
    }

    /**
     * Who found which tenant.
     *
     * @param resolver name of the first resolver that found one
     * @param answer what it found
     * @param others answers with other keys, which may still mean the same tenant
     */
    public record Resolved(String resolver, Answer.Found answer, List<Resolved> others) {}
}
