package io.tenancy.spring.web;

import io.tenancy.Tenant;
import io.tenancy.context.TenantMismatchException;
import io.tenancy.servlet.RefusalWriter;
import io.tenancy.servlet.TenantFilter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps each HTTP session with the tenant under which it began. Register it after {@link TenantFilter} and before
 * security, so that security never reads a session of another tenant.
 *
 * <p>A session gets the tenant's id when it is made. A request that brings another tenant's session is refused with 403,
 * also where it belongs to no tenant because it asks for the base domain; the session itself stays as it is, since its
 * owner may be using it. A session that began without a tenant ends when it is brought to one, and the request goes on
 * without it. Safe for many threads.
 */
public final class TenantSessionFilter extends OncePerRequestFilter {

    /** Session attribute with the id of the session's tenant. */
    public static final String SESSION_TENANT = "io.tenancy.session.tenant";

    private static final Logger LOG = LoggerFactory.getLogger(TenantSessionFilter.class);
    private static final String FOREIGN = TenantSessionFilter.class.getName() + ".foreign";

    private final RefusalWriter refusals;
    private final Predicate<HttpServletRequest> apex;

    /**
     * Creates the filter.
     *
     * @param refusals tells the caller
     * @param apex matches exempt requests that no tenant's session may be brought to
     */
    public TenantSessionFilter(RefusalWriter refusals, Predicate<HttpServletRequest> apex) {
        this.refusals = refusals;
        this.apex = apex;
    }

    /** False: an asynchronous request makes sessions too. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    /** False: the error page of a refused request must not see the session either. */
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    @Override
    protected void doFilterNestedErrorDispatch(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        doFilterInternal(request, response, chain);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Tenant tenant = (Tenant) request.getAttribute(TenantFilter.TENANT_ATTRIBUTE);
        boolean refused = tenant == null && request.getAttribute(TenantFilter.REFUSAL_ATTRIBUTE) != null;
        if (refused || request.getAttribute(FOREIGN) != null) {
            chain.doFilter(new WithoutSession(request), response);
            return;
        }
        HttpSession session = request.getSession(false);
        Object stamp = session == null ? null : session.getAttribute(SESSION_TENANT);
        if (tenant == null) {
            if (stamp != null && apex.test(request)) {
                refuse(request, response, stamp, "the base domain");
            } else {
                chain.doFilter(request, response);
            }
            return;
        }
        String id = tenant.id().toString();
        if (session != null && stamp == null) {
            LOG.debug("A session that began without a tenant was brought to tenant {} and ended", tenant);
            session.invalidate();
        } else if (stamp != null && !stamp.equals(id)) {
            refuse(request, response, stamp, "tenant " + tenant);
            return;
        }
        chain.doFilter(new StampingRequest(request, id), response);
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, @Nullable Object stamp, String found)
            throws IOException {
        TenantMismatchException refusal = new TenantMismatchException("A session of tenant " + stamp
                + " was brought to " + found
                + ". Cookies go from one host to another only by hand or by a cookie domain"
                + " that spans tenants: look for an attack, or remove server.servlet.session.cookie.domain.");
        LOG.warn("{}", refusal.getMessage());
        request.setAttribute(FOREIGN, true);
        request.setAttribute(TenantFilter.REFUSAL_ATTRIBUTE, refusal);
        refusals.write(request, response, refusal);
    }

    /** Gives each session that it makes to the tenant. */
    private static final class StampingRequest extends HttpServletRequestWrapper {
        private final String tenant;

        StampingRequest(HttpServletRequest request, String tenant) {
            super(request);
            this.tenant = tenant;
        }

        @Override
        public HttpSession getSession() {
            return stamped(super.getSession());
        }

        @Override
        public @Nullable HttpSession getSession(boolean create) {
            HttpSession session = super.getSession(create);
            return session == null ? null : stamped(session);
        }

        private HttpSession stamped(HttpSession session) {
            if (session.isNew() && session.getAttribute(SESSION_TENANT) == null) {
                session.setAttribute(SESSION_TENANT, tenant);
            }
            return session;
        }
    }

    /** The request without the session that it must not see. */
    private static final class WithoutSession extends HttpServletRequestWrapper {
        WithoutSession(HttpServletRequest request) {
            super(request);
        }

        @Override
        public HttpSession getSession() {
            throw new IllegalStateException("The error page of a refused request has no session");
        }

        @Override
        public @Nullable HttpSession getSession(boolean create) {
            return create ? getSession() : null;
        }

        @Override
        public @Nullable String getRequestedSessionId() {
            return null;
        }
    }
}
