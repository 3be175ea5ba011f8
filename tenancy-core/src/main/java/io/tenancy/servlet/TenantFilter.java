package io.tenancy.servlet;

import io.tenancy.RequestRefusedException;
import io.tenancy.Tenant;
import io.tenancy.context.Scope;
import io.tenancy.context.spi.ContextBinder;
import io.tenancy.pipeline.AdmittedRequest;
import io.tenancy.pipeline.TenantPipeline;
import io.tenancy.resolution.TenantRequest;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Takes every request through the pipeline and binds its tenant while the rest of the chain runs. Register it for the
 * dispatcher types REQUEST, ASYNC and ERROR, before anything that touches data or security. An ASYNC or ERROR dispatch
 * keeps the tenant of the request it belongs to; a refused request's ERROR dispatch runs without a tenant.
 *
 * <p>Requests that the exemption matches (static files, health checks, the platform's own pages) run without a scope;
 * tenant-aware work in them throws.
 */
public final class TenantFilter implements Filter {

    /** Request attribute with the bound {@link Tenant}. */
    public static final String TENANT_ATTRIBUTE = "io.tenancy.tenant";

    /** Request attribute with the {@link RequestRefusedException} of a refused request. */
    public static final String REFUSAL_ATTRIBUTE = "io.tenancy.refusal";

    /** Key of the tenant's id in the logging context. */
    public static final String MDC_TENANT_ID = "tenant.id";

    /** Key of the tenant's slug in the logging context. */
    public static final String MDC_TENANT_SLUG = "tenant.slug";

    private static final Logger LOG = LoggerFactory.getLogger(TenantFilter.class);
    private static final String SEEN_ATTRIBUTE = TenantFilter.class.getName() + ".seen";

    private final TenantPipeline pipeline;
    private final Predicate<HttpServletRequest> exempt;
    private final RefusalWriter refusals;

    /**
     * Creates the filter.
     *
     * @param pipeline finds, loads and gates the tenant
     * @param exempt matches requests that belong to no tenant
     * @param refusals tells the caller
     */
    public TenantFilter(TenantPipeline pipeline, Predicate<HttpServletRequest> exempt, RefusalWriter refusals) {
        this.pipeline = Objects.requireNonNull(pipeline, "pipeline");
        this.exempt = Objects.requireNonNull(exempt, "exempt");
        this.refusals = Objects.requireNonNull(refusals, "refusals");
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse answer) {
            filter(http, answer, chain);
        } else {
            throw new ServletException("TenantFilter takes HTTP requests only, but was given " + request.getClass());
        }
    }

    private void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getAttribute(SEEN_ATTRIBUTE) != null) {
            // A later dispatch of a request that was decided already: as it was, never decided anew.
            proceed(request, response, chain, (Tenant) request.getAttribute(TENANT_ATTRIBUTE));
            return;
        }
        request.setAttribute(SEEN_ATTRIBUTE, true);
        if (exempt.test(request)) {
            proceed(request, response, chain, null);
            return;
        }
        AdmittedRequest admitted;
        try {
            admitted = pipeline.admit(view(request));
        } catch (RequestRefusedException refusal) {
            refuse(request, response, refusal);
            return;
        }
        request.setAttribute(TENANT_ATTRIBUTE, admitted.tenant());
        HttpServletRequest inner =
                admitted.consumedPath().isEmpty() ? request : new PrefixedRequest(request, admitted.consumedPath());
        proceed(inner, response, chain, admitted.tenant());
    }

    private static void proceed(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain, @Nullable Tenant tenant)
            throws IOException, ServletException {
        if (tenant == null) {
            chain.doFilter(request, response);
            return;
        }
        MDC.put(MDC_TENANT_ID, tenant.id().toString());
        MDC.put(MDC_TENANT_SLUG, tenant.slug().value());
        ContextBinder.Binding binding = ContextBinder.open(new Scope.OfTenant(tenant));
        try {
            chain.doFilter(request, response);
        } finally {
            binding.close();
            MDC.remove(MDC_TENANT_ID);
            MDC.remove(MDC_TENANT_SLUG);
        }
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, RequestRefusedException refusal)
            throws IOException {
        if (refusal.status() >= 500) {
            LOG.warn("{}", refusal.getMessage(), refusal.getCause());
        } else {
            LOG.info("{}", refusal.getMessage());
        }
        request.setAttribute(REFUSAL_ATTRIBUTE, refusal);
        refusals.write(request, response, refusal);
    }

    private static TenantRequest view(HttpServletRequest request) {
        String uri = request.getRequestURI();
        String path =
                uri.substring(Math.min(uri.length(), request.getContextPath().length()));
        return new TenantRequest(
                request.getHeader("Host"), path.isEmpty() ? "/" : path, name -> headers(request, name));
    }

    private static List<String> headers(HttpServletRequest request, String name) {
        Enumeration<String> values = request.getHeaders(name);
        return values == null || !values.hasMoreElements() ? List.of() : Collections.list(values);
    }

    /** The request as the application sees it when the tenant's name was a part of the path. */
    private static final class PrefixedRequest extends HttpServletRequestWrapper {
        private final String prefix;

        PrefixedRequest(HttpServletRequest request, String prefix) {
            super(request);
            this.prefix = prefix;
        }

        @Override
        public String getContextPath() {
            return super.getContextPath() + prefix;
        }

        @Override
        public String getServletPath() {
            String path = super.getServletPath();
            return path.startsWith(prefix) ? path.substring(prefix.length()) : path;
        }

        @Override
        public @Nullable String getPathInfo() {
            String path = super.getPathInfo();
            return path != null && path.startsWith(prefix) ? path.substring(prefix.length()) : path;
        }
    }
}
