package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.CmsProperties;
import jakarta.servlet.DispatcherType;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/** Who may see what, and what a page may load. */
@Configuration
@EnableMethodSecurity
public class SecurityConfiguration {

    private static final String FORMS = "form-action 'self'";

    /** Everything comes from the site itself; Bootstrap's icons are data addresses. No inline script, no inline style. */
    public static final String CONTENT_SECURITY_POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            FORMS,
            "base-uri 'none'",
            "frame-ancestors 'none'");

    @Bean
    SecurityFilterChain securityFilterChain(
            HttpSecurity http, CmsProperties properties, @Value("${tenancy.billing.stripe.api-key:}") String stripe)
            throws Exception {
        // A browser follows a form to where it is sent on to, too.
        String policyOfClinics = stripe.isEmpty()
                ? CONTENT_SECURITY_POLICY
                : CONTENT_SECURITY_POLICY.replace(FORMS, FORMS + " " + String.join(" ", properties.paymentPages()));
        return http.authorizeHttpRequests(requests -> requests
                        // The end of a stream whose session is over: decided when it began, and answered already.
                        .dispatcherTypeMatchers(DispatcherType.ASYNC)
                        .permitAll()
                        .requestMatchers("/desk/billing", "/desk/billing/**", "/desk/plugins", "/desk/plugins/**")
                        .hasRole("EDITOR")
                        .requestMatchers("/editor", "/editor/**", "/desk/**")
                        .hasAnyRole("EDITOR", "DOCTOR")
                        .requestMatchers("/actuator/health", "/actuator/health/**")
                        .permitAll()
                        .requestMatchers("/actuator/**")
                        .denyAll()
                        .anyRequest()
                        .permitAll())
                .formLogin(login -> login.loginPage("/login").defaultSuccessUrl("/editor"))
                .logout(logout -> logout.logoutSuccessUrl("/"))
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(policyOfClinics))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN))
                        .permissionsPolicyHeader(permissions ->
                                permissions.policy("camera=(), geolocation=(), microphone=(), payment=()")))
                .build();
    }

    @Bean
    PasswordEncoder passwordEncoder() {
        return new BCryptPasswordEncoder();
    }
}
