package io.tenancy.spring.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.spring.TenancyProperties;
import io.tenancy.spring.web.TenantObservationFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.web.filter.ServerHttpObservationFilter;

/** Notes the tenant on the observations of HTTP requests. */
@AutoConfiguration(after = TenancyAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ServerHttpObservationFilter.class, ObservationRegistry.class, FilterRegistrationBean.class})
@ConditionalOnBean(TenancyInstallation.class)
@ConditionalOnExpression("!'${tenancy.observations.tenant:high}'.equalsIgnoreCase('none')")
public class TenancyObservationAutoConfiguration {

    /** Order of the filter: right after the tenant is found. */
    public static final int OBSERVATION_FILTER_ORDER = -108;

    /** Made by Spring. */
    public TenancyObservationAutoConfiguration() {}

    /**
     * Notes the tenant.
     *
     * @param properties say where
     * @return the filter at {@link #OBSERVATION_FILTER_ORDER}
     */
    @Bean
    @ConditionalOnMissingBean(name = "tenantObservationFilter")
    FilterRegistrationBean<TenantObservationFilter> tenantObservationFilter(TenancyProperties properties) {
        return TenancyWebAutoConfiguration.registered(
                new TenantObservationFilter(properties.observations().tenant() == TenancyProperties.TenantKey.LOW),
                OBSERVATION_FILTER_ORDER);
    }
}
