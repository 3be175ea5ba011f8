package io.tenancy.spring.entitlement;

import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.spring.entitlement.internal.HandlerRequirements;
import io.tenancy.spring.entitlement.internal.RequirementSource;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Refuses a request to a controller before its body is read and its parameters are bound, when the tenant's plan lacks
 * what the method or its class requires. Safe for many threads.
 */
public final class EntitlementHandlerInterceptor implements HandlerInterceptor {

    private final HandlerRequirements requirements;
    private final ObjectProvider<TenantEntitlements> entitlements;

    /**
     * Creates the interceptor.
     *
     * @param entitlements knows the tenant's plan
     */
    public EntitlementHandlerInterceptor(ObjectProvider<TenantEntitlements> entitlements) {
        this.requirements = new HandlerRequirements(new RequirementSource());
        this.entitlements = entitlements;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method) {
            requirements.check(
                    method.getMethod(),
                    method.getBeanType(),
                    () -> entitlements.getObject().current());
        }
        return true;
    }
}
