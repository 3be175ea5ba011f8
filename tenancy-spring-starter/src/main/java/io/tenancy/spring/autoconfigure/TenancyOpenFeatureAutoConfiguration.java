package io.tenancy.spring.autoconfigure;

import dev.openfeature.sdk.FeatureProvider;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.spring.openfeature.TenantFeatureProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/**
 * A provider for OpenFeature. The application hands it to its OpenFeatureAPI itself, under the domain of its choice.
 */
@AutoConfiguration(after = TenancyEntitlementsAutoConfiguration.class)
@ConditionalOnClass(FeatureProvider.class)
@ConditionalOnProperty(name = "tenancy.enabled", havingValue = "true", matchIfMissing = true)
public class TenancyOpenFeatureAutoConfiguration {

    /** Made by Spring. */
    public TenancyOpenFeatureAutoConfiguration() {}

    /**
     * The provider.
     *
     * @param entitlements what it answers from
     * @return a provider that is not registered anywhere yet
     */
    @Bean
    @ConditionalOnMissingBean
    TenantFeatureProvider tenantFeatureProvider(TenantEntitlements entitlements) {
        return new TenantFeatureProvider(entitlements);
    }
}
