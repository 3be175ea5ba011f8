package io.tenancy.samples.cms.plugin;

import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.plugins.install.spi.CredentialCheck;
import io.tenancy.plugins.install.spi.TenantRegions;
import io.tenancy.samples.cms.CmsProperties;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the platform knows of clinics that want plugins. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class WhatIsKnownOfClinics {

    private static final String LICENCE = "medical_licence";

    /** A clinic works where its invoices go to. */
    @Bean
    TenantRegions regionsOfClinics(ObjectProvider<TenancyBilling> billing) {
        return clinic -> billing.getObject()
                .accounts()
                .find(clinic)
                .map(account -> Set.of(account.buyer().country()));
    }

    /** In the demonstration every clinic has shown its licence to practise, and nothing beyond that. */
    @Bean
    CredentialCheck credentialsOfClinics(CmsProperties properties) {
        return (clinic, credential) ->
                properties.demoCredentials() && credential.kind().equals(LICENCE) && credential.specialty() == null;
    }
}
