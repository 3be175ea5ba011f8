package io.tenancy.spring.autoconfigure;

import io.micrometer.context.ContextRegistry;
import io.tenancy.spring.context.TenantScopeAccessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/** Carries the tenant to task executors, {@code @Async}, asynchronous requests and Reactor. */
@AutoConfiguration
@ConditionalOnClass(ContextRegistry.class)
@ConditionalOnProperty(name = "tenancy.enabled", havingValue = "true", matchIfMissing = true)
public class TenancyContextAutoConfiguration {

    /** Made by Spring. */
    public TenancyContextAutoConfiguration() {}

    /**
     * The accessor, registered for every snapshot of this process. Registering again replaces it by its like.
     *
     * @return the accessor
     */
    @Bean
    @ConditionalOnMissingBean
    TenantScopeAccessor tenantScopeAccessor() {
        TenantScopeAccessor accessor = new TenantScopeAccessor();
        ContextRegistry.getInstance().registerThreadLocalAccessor(accessor);
        return accessor;
    }
}
