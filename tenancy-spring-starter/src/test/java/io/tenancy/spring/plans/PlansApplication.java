package io.tenancy.spring.plans;

import io.tenancy.servlet.TenantFilter;
import java.util.Map;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorViewResolver;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.servlet.ModelAndView;

@SpringBootApplication
public class PlansApplication {

    @Bean
    SecurityFilterChain security(HttpSecurity http) throws Exception {
        return http.csrf(csrf -> csrf.disable())
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    @Bean
    ErrorViewResolver refusals() {
        return (request, status, model) -> status == HttpStatus.FORBIDDEN
                ? new ModelAndView(
                        "refused", Map.of("refusal", request.getAttribute(TenantFilter.REFUSAL_ATTRIBUTE)), status)
                : null;
    }
}
