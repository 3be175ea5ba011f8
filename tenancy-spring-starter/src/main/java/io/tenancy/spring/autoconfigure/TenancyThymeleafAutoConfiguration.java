package io.tenancy.spring.autoconfigure;

import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.spring.thymeleaf.TenancyDialect;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.thymeleaf.dialect.AbstractProcessorDialect;

/** What the tenant's plan has, in Thymeleaf's templates. */
@AutoConfiguration(
        after = TenancyEntitlementsAutoConfiguration.class,
        beforeName = "org.springframework.boot.thymeleaf.autoconfigure.ThymeleafAutoConfiguration")
@ConditionalOnClass(AbstractProcessorDialect.class)
@ConditionalOnProperty(name = "tenancy.enabled", havingValue = "true", matchIfMissing = true)
public class TenancyThymeleafAutoConfiguration {

    /** Made by Spring. */
    public TenancyThymeleafAutoConfiguration() {}

    /**
     * The dialect.
     *
     * @param entitlements asked for when a template is rendered
     * @return attributes and an expression object
     */
    @Bean
    @ConditionalOnMissingBean
    TenancyDialect tenancyDialect(ObjectProvider<TenantEntitlements> entitlements) {
        return new TenancyDialect(entitlements::getObject);
    }
}
