package io.tenancy.cdi.internal;

import io.tenancy.entitlement.RequiresModule;
import io.tenancy.entitlement.TenantEntitlements;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lets a method run only when the bound tenant has the modules that it and its class require. */
@Interceptor
@RequiresModule("")
@Priority(Requirements.PRIORITY)
public class RequiresModuleInterceptor {

    private final Instance<TenantEntitlements> entitlements;

    /**
     * Made by the container.
     *
     * @param entitlements the application's
     */
    @Inject
    public RequiresModuleInterceptor(Instance<TenantEntitlements> entitlements) {
        this.entitlements = entitlements;
    }

    /**
     * Checks, then proceeds.
     *
     * @param call the call
     * @return what the method returned
     * @throws Exception what the method threw, or {@link io.tenancy.entitlement.ModuleNotEntitledException}
     */
    @AroundInvoke
    @Nullable Object check(InvocationContext call) throws Exception {
        Set<String> required = Requirements.of(call, RequiresModule.class, RequiresModule::value);
        TenantEntitlements service = Required.of(entitlements, TenantEntitlements.class, "@RequiresModule");
        required.forEach(service.current()::require);
        return call.proceed();
    }
}
