package io.tenancy.servlet;

import io.tenancy.RequestRefusedException;
import io.tenancy.Tenant;
import io.tenancy.ratelimit.ConcurrencyLimiter;
import io.tenancy.ratelimit.RateLimitDecision;
import io.tenancy.ratelimit.RateLimitRequest;
import io.tenancy.ratelimit.RateLimiter;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses requests beyond the tenant's limits with 429, and tells callers in {@code RateLimit} and
 * {@code RateLimit-Policy} how they stand. Register it after {@link TenantFilter} and after whatever signs users in. A
 * request is counted once, whatever it is dispatched to later; requests without a tenant are not counted.
 *
 * <p>A request counts as running until its answer is complete: for asynchronous ones until they complete, fail or time
 * out. Safe for many threads.
 */
public final class RateLimitFilter implements Filter {

    /** Name of the header with an API key unless told otherwise. */
    public static final String DEFAULT_API_KEY_HEADER = "X-API-Key";

    private static final Logger LOG = LoggerFactory.getLogger(RateLimitFilter.class);

    private final RateLimiter limiter;
    private final ConcurrencyLimiter concurrency;
    private final String apiKeyHeader;
    private final RefusalWriter refusals;

    /**
     * Creates the filter.
     *
     * @param limiter decides
     * @param concurrency bounds what runs at once
     * @param apiKeyHeader name of the header with an API key
     * @param refusals tells the caller
     */
    public RateLimitFilter(
            RateLimiter limiter, ConcurrencyLimiter concurrency, String apiKeyHeader, RefusalWriter refusals) {
        this.limiter = Objects.requireNonNull(limiter, "limiter");
        this.concurrency = Objects.requireNonNull(concurrency, "concurrency");
        this.apiKeyHeader = Objects.requireNonNull(apiKeyHeader, "apiKeyHeader");
        this.refusals = Objects.requireNonNull(refusals, "refusals");
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getDispatcherType() == DispatcherType.REQUEST
                && request instanceof HttpServletRequest http
                && response instanceof HttpServletResponse answer
                && request.getAttribute(TenantFilter.TENANT_ATTRIBUTE) instanceof Tenant tenant) {
            filter(http, answer, chain, tenant);
        } else {
            chain.doFilter(request, response);
        }
    }

    private void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain, Tenant tenant)
            throws IOException, ServletException {
        ConcurrencyLimiter.Permit permit;
        try {
            // First, since it is nearby: what runs already is refused without costing units.
            permit = concurrency.begin(tenant.id());
        } catch (RequestRefusedException refusal) {
            refuse(request, response, refusal);
            return;
        }
        boolean continues = false;
        try {
            if (admitted(request, response, tenant)) {
                chain.doFilter(request, response);
                continues = endsLater(request, permit);
            }
        } finally {
            if (!continues) {
                permit.close();
            }
        }
    }

    private boolean admitted(HttpServletRequest request, HttpServletResponse response, Tenant tenant)
            throws IOException {
        try {
            RateLimitDecision decision = limiter.require(view(request, tenant));
            decision.headers().forEach(response::setHeader);
            return true;
        } catch (RequestRefusedException refusal) {
            refuse(request, response, refusal);
            return false;
        }
    }

    private RateLimitRequest view(HttpServletRequest request, Tenant tenant) {
        String info = request.getPathInfo();
        String path = info == null ? request.getServletPath() : request.getServletPath() + info;
        Principal user = request.getUserPrincipal();
        return new RateLimitRequest(
                tenant.id(),
                path.isEmpty() ? "/" : path,
                user == null ? null : user.getName(),
                textOf(request.getHeader(apiKeyHeader)));
    }

    private static @Nullable String textOf(@Nullable String header) {
        return header == null || header.isBlank() ? null : header;
    }

    /** Whether the request is answered on another thread, which then ends it. */
    private static boolean endsLater(HttpServletRequest request, ConcurrencyLimiter.Permit permit) {
        if (!request.isAsyncStarted()) {
            return false;
        }
        try {
            request.getAsyncContext().addListener(new End(permit));
            return true;
        } catch (IllegalStateException alreadyComplete) {
            return false;
        }
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, RequestRefusedException refusal)
            throws IOException {
        LOG.debug("{}", refusal.getMessage());
        request.setAttribute(TenantFilter.REFUSAL_ATTRIBUTE, refusal);
        refusals.write(request, response, refusal);
    }

    private record End(ConcurrencyLimiter.Permit permit) implements AsyncListener {

        @Override
        public void onComplete(AsyncEvent event) {
            permit.close();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // The container, or a listener, goes on to an error page or completes: onComplete follows.
        }

        @Override
        public void onError(AsyncEvent event) {
            permit.close();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // Begun anew by a dispatch, which forgets its listeners.
            event.getAsyncContext().addListener(this);
        }
    }
}
