package io.tenancy.samples.cms.directory;

import io.tenancy.samples.cms.web.LandingHost;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * The pages of the host that is no clinic. Router functions are asked before annotated controllers, so a clinic's
 * front page and this one can share their path.
 */
@Configuration
class LandingRoutes {

    private static final List<String> CLINIC_PATHS = List.of(
            "/articles/**",
            "/search",
            "/login",
            "/editor/**",
            "/desk/**",
            "/api/**",
            "/brand.css",
            "/brand/**",
            "/covers/**");

    private static final List<String> PLATFORM_PATHS = List.of("/platform", "/platform/**");

    @Bean
    RouterFunction<ServerResponse> landing(ClinicDirectory directory, LandingHost host) {
        RequestPredicate onLandingHost =
                request -> host.is(request.servletRequest().getServerName());
        return RouterFunctions.route()
                .GET("/", onLandingHost, request -> page(directory))
                .GET("/clinics.css", onLandingHost, request -> stylesheet(directory))
                .add(notHere(onLandingHost, CLINIC_PATHS))
                .add(notHere(onLandingHost.negate(), PLATFORM_PATHS))
                .build();
    }

    private static RouterFunction<ServerResponse> notHere(RequestPredicate host, List<String> paths) {
        RequestPredicate elsewhere = paths.stream()
                .map(RequestPredicates::path)
                .reduce(RequestPredicate::or)
                .orElseThrow();
        return RouterFunctions.route(host.and(elsewhere), request -> {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        });
    }

    private static ServerResponse page(ClinicDirectory directory) {
        return ServerResponse.ok().render("landing/index", Map.of("clinics", directory.list()));
    }

    private static ServerResponse stylesheet(ClinicDirectory directory) {
        StringBuilder css = new StringBuilder();
        for (ClinicCard clinic : directory.list()) {
            css.append(".clinic-%s { --brand: %s; --on-brand: %s; }%n"
                    .formatted(
                            clinic.slug(),
                            clinic.primaryColour(),
                            clinic.primaryColour().readableInk()));
        }
        return ServerResponse.ok()
                .contentType(new MediaType("text", "css", StandardCharsets.UTF_8))
                .cacheControl(CacheControl.maxAge(Duration.ofMinutes(1)).cachePublic())
                .body(css.toString());
    }
}
