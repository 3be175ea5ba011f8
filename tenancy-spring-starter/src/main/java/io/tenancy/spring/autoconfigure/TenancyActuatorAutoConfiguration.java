package io.tenancy.spring.autoconfigure;

import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.pipeline.TenantPipeline;
import io.tenancy.spring.actuate.TenancyEndpoint;
import io.tenancy.spring.actuate.TenancyHealthIndicator;
import io.tenancy.spring.actuate.UsageEndpoint;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What operators can ask: the endpoints {@code tenancy} and {@code tenancyusage}, and the health of the installation. */
@AutoConfiguration(after = {TenancyAutoConfiguration.class, TenancyWebAutoConfiguration.class})
@ConditionalOnBean(TenancyInstallation.class)
public class TenancyActuatorAutoConfiguration {

    /** Made by Spring. */
    public TenancyActuatorAutoConfiguration() {}

    /** The endpoints. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static class TenancyEndpointConfiguration {

        @Bean
        @ConditionalOnAvailableEndpoint
        @ConditionalOnMissingBean
        TenancyEndpoint tenancyEndpoint(TenancyInstallation installation, ObjectProvider<TenantPipeline> pipeline) {
            return new TenancyEndpoint(installation, pipeline.getIfAvailable());
        }

        @Bean
        @ConditionalOnAvailableEndpoint
        @ConditionalOnMissingBean
        UsageEndpoint tenancyUsageEndpoint(TenancyInstallation installation, ObjectProvider<InstantSource> clock) {
            return new UsageEndpoint(installation, clock.getIfUnique(InstantSource::system));
        }
    }

    /** The health indicator. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static class TenancyHealthConfiguration {

        @Bean
        @ConditionalOnEnabledHealthIndicator("tenancy")
        @ConditionalOnMissingBean(name = "tenancyHealthIndicator")
        TenancyHealthIndicator tenancyHealthIndicator(
                TenancyInstallation installation, ObjectProvider<InstantSource> clock) {
            return new TenancyHealthIndicator(installation, clock.getIfUnique(InstantSource::system));
        }
    }
}
