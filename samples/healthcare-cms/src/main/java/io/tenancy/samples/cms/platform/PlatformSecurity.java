package io.tenancy.samples.cms.platform;

import io.tenancy.samples.cms.CmsProperties;
import io.tenancy.samples.cms.web.LandingHost;
import io.tenancy.samples.cms.web.SecurityConfiguration;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.dao.DaoAuthenticationProvider;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/** The operator's door. Only the landing host has it, and no clinic's staff gets through. */
@Configuration
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class PlatformSecurity {

    static final String OPERATOR = "OPERATOR";

    @Bean
    @Order(1)
    SecurityFilterChain platformFilterChain(
            HttpSecurity http, LandingHost landing, CmsProperties properties, PasswordEncoder passwords)
            throws Exception {
        DaoAuthenticationProvider operators =
                new DaoAuthenticationProvider(new InMemoryUserDetailsManager(operators(properties, passwords)));
        operators.setPasswordEncoder(passwords);
        return http.securityMatcher(
                        request -> landing.is(request.getServerName()) && isPlatform(request.getRequestURI()))
                .authenticationManager(new ProviderManager(operators))
                .authorizeHttpRequests(requests -> requests.requestMatchers("/platform/login")
                        .permitAll()
                        .anyRequest()
                        .hasRole(OPERATOR))
                .formLogin(login -> login.loginPage("/platform/login").defaultSuccessUrl("/platform"))
                .logout(logout -> logout.logoutUrl("/platform/logout").logoutSuccessUrl("/"))
                .headers(headers -> headers.contentSecurityPolicy(
                                policy -> policy.policyDirectives(SecurityConfiguration.CONTENT_SECURITY_POLICY))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN))
                        .permissionsPolicyHeader(permissions ->
                                permissions.policy("camera=(), geolocation=(), microphone=(), payment=()")))
                .build();
    }

    private static boolean isPlatform(String path) {
        return path.equals("/platform") || path.startsWith("/platform/");
    }

    private static List<UserDetails> operators(CmsProperties properties, PasswordEncoder passwords) {
        String password = properties.operatorPassword();
        return password.isBlank()
                ? List.of()
                : List.of(User.withUsername(properties.operator().name())
                        .password(passwords.encode(password))
                        .roles(OPERATOR)
                        .build());
    }
}
