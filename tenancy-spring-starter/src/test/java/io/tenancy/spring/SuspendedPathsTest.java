package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.resolution.TenantRequest;
import io.tenancy.spring.web.RequestedPaths;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which paths a suspended tenant reaches. */
class SuspendedPathsTest {

    private final RequestedPaths paths = new RequestedPaths(List.of("/login", "/desk/billing/**"));

    private boolean reaches(String path) {
        return paths.test(new TenantRequest("clinic.example.com", path, TenantRequest.Headers.NONE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/login", "/desk/billing", "/desk/billing/invoices/1/pay"})
    void whatIsNamedIsReached(String path) {
        assertThat(reaches(path)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/desk",
                "/desk/billings",
                "/LOGIN",
                "/desk/billing/../../articles",
                "/desk/billing/..;/..;/articles",
                "/desk/billing/%2e%2e/%2e%2e/articles",
                "/desk/billing/%2E%2e%2Farticles",
                "//login",
                "/login;x=/articles"
            })
    void whatIsNotNamedOrMayLeadElsewhereIsNotReached(String path) {
        assertThat(reaches(path)).isFalse();
    }

    @Test
    void withoutPatternsNothingIsReached() {
        assertThat(new RequestedPaths(List.of())
                        .test(new TenantRequest("clinic.example.com", "/login", TenantRequest.Headers.NONE)))
                .isFalse();
    }
}
