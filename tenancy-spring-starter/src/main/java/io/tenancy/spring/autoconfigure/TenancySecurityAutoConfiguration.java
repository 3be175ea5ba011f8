package io.tenancy.spring.autoconfigure;

import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.servlet.TenantFilter;
import io.tenancy.spring.TenancyProperties;
import io.tenancy.spring.web.JwtTenantClaim;
import jakarta.servlet.DispatcherType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.configuration.WebSecurityCustomizer;
import org.springframework.security.oauth2.jwt.Jwt;

/** Spring Security beside tenancy: tokens stay with their tenant, and refusals keep their status. */
@AutoConfiguration(after = TenancyAutoConfiguration.class, before = TenancyWebAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(WebSecurityCustomizer.class)
@ConditionalOnBean(TenancyInstallation.class)
public class TenancySecurityAutoConfiguration {

    /** Made by Spring. */
    public TenancySecurityAutoConfiguration() {}

    /**
     * Leaves the error page of a refused request to whoever asked. Security would otherwise ask a visitor of an unknown
     * host to log in, and turn 404 into a redirect.
     *
     * @return exempts error dispatches of refused requests, and nothing else
     */
    @Bean
    @ConditionalOnMissingBean(name = "tenancyRefusalsAreSeen")
    WebSecurityCustomizer tenancyRefusalsAreSeen() {
        return security -> security.ignoring()
                .requestMatchers(request -> request.getDispatcherType() == DispatcherType.ERROR
                        && request.getAttribute(TenantFilter.REFUSAL_ATTRIBUTE) != null);
    }

    /** Tokens. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Jwt.class)
    static class TenancyJwtConfiguration {

        @Bean
        @ConditionalOnMissingBean
        JwtTenantClaim jwtTenantClaim(TenancyProperties properties) {
            return new JwtTenantClaim(
                    properties.web().jwtClaim(), properties.web().jwtClaimRequired());
        }
    }
}
