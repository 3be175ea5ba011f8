package io.tenancy.spring.web;

import io.micrometer.common.KeyValue;
import io.tenancy.Tenant;
import io.tenancy.servlet.TenantFilter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.filter.ServerHttpObservationFilter;

/** Notes the tenant on the observation of its request. Safe for many threads. */
public final class TenantObservationFilter extends OncePerRequestFilter {

    /** Key of the tenant's id. */
    public static final String KEY = "tenant.id";

    private final boolean lowCardinality;

    /**
     * Creates the filter.
     *
     * @param lowCardinality whether metrics get the tenant too, a time series for each
     */
    public TenantObservationFilter(boolean lowCardinality) {
        this.lowCardinality = lowCardinality;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        ServerHttpObservationFilter.findObservationContext(request).ifPresent(context -> {
            Object tenant = request.getAttribute(TenantFilter.TENANT_ATTRIBUTE);
            if (lowCardinality) {
                // Every meter of one name needs the same keys, so a request without a tenant says so.
                context.addLowCardinalityKeyValue(KeyValue.of(
                        KEY, tenant instanceof Tenant bound ? bound.id().toString() : "none"));
            } else if (tenant instanceof Tenant bound) {
                context.addHighCardinalityKeyValue(KeyValue.of(KEY, bound.id().toString()));
            }
        });
        chain.doFilter(request, response);
    }
}
