package io.tenancy.samples.cms.plugin;

import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.plugins.install.spi.TenantRegions;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A clinic works where its invoices go to. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class ClinicRegions {

    @Bean
    TenantRegions regionsOfClinics(ObjectProvider<TenancyBilling> billing) {
        return clinic -> billing.getObject()
                .accounts()
                .find(clinic)
                .map(account -> Set.of(account.buyer().country()));
    }
}
