package io.tenancy.spring.web;

import io.tenancy.Tenant;
import io.tenancy.context.TenantMismatchException;
import io.tenancy.servlet.RefusalWriter;
import io.tenancy.servlet.TenantFilter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses credentials that were issued for another tenant than the request is for, with 403. Register it after security.
 * Safe for many threads.
 */
public final class TenantClaimFilter extends OncePerRequestFilter {

    private static final Logger LOG = LoggerFactory.getLogger(TenantClaimFilter.class);
    private static final int LONGEST_LOGGED = 64;

    private final List<TenantClaim> claims;
    private final RefusalWriter refusals;

    /**
     * Creates the filter.
     *
     * @param claims what credentials say; all are asked
     * @param refusals tells the caller
     */
    public TenantClaimFilter(List<TenantClaim> claims, RefusalWriter refusals) {
        this.claims = List.copyOf(claims);
        this.refusals = refusals;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getAttribute(TenantFilter.TENANT_ATTRIBUTE) instanceof Tenant tenant) {
            for (TenantClaim claim : claims) {
                if (!holds(claim.of(request), tenant, request, response)) {
                    return;
                }
            }
        }
        chain.doFilter(request, response);
    }

    private boolean holds(
            TenantClaim.Claimed claimed, Tenant tenant, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String found;
        if (claimed instanceof TenantClaim.Claimed.Missing) {
            found = "names no tenant";
        } else if (claimed instanceof TenantClaim.Claimed.Named named
                && !named.tenantId().equals(tenant.id().toString())) {
            found = "was issued for tenant '" + printable(named.tenantId()) + "'";
        } else {
            return true;
        }
        TenantMismatchException refusal =
                new TenantMismatchException("A request for tenant " + tenant + " came with a token that " + found
                        + ". Get a token for this tenant, or ask at the token's own host.");
        LOG.warn("{}", refusal.getMessage());
        request.setAttribute(TenantFilter.REFUSAL_ATTRIBUTE, refusal);
        refusals.write(request, response, refusal);
        return false;
    }

    // A claim is signed, but by an issuer that may serve others too: nothing of it may break a line of the log.
    private static String printable(String text) {
        String line = text.length() > LONGEST_LOGGED ? text.substring(0, LONGEST_LOGGED) : text;
        return line.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
