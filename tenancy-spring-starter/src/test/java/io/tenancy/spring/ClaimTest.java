package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.servlet.TenantFilter;
import io.tenancy.spring.web.JwtTenantClaim;
import io.tenancy.spring.web.NegotiatingRefusalWriter;
import io.tenancy.spring.web.TenantClaimFilter;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;

class ClaimTest {

    private final Tenant tenant = new Tenant(
            TenantId.next(InstantSource.system()),
            new TenantSlug("acme"),
            "Acme",
            TenantStatus.ACTIVE,
            new Placement("primary", "app", "tenancy_shared", IsolationLevel.SHARED, 1),
            1,
            Map.of());

    @AfterEach
    void logOut() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void aTokenOfTheTenantPasses() throws Exception {
        assertThat(status(Map.of("tenant_id", tenant.id().toString()), false)).isEqualTo(200);
    }

    @Test
    void aTokenOfAnotherTenantIsRefusedWith403() throws Exception {
        assertThat(status(
                        Map.of(
                                "tenant_id",
                                TenantId.next(InstantSource.system()).toString()),
                        false))
                .isEqualTo(403);
    }

    @Test
    void aTokenThatNamesTheSlugIsRefusedBecauseSlugsChangeHands() throws Exception {
        assertThat(status(Map.of("tenant_id", "acme"), false)).isEqualTo(403);
    }

    @Test
    void aTokenWithoutTheClaimPassesUnlessTheClaimIsRequired() throws Exception {
        assertThat(status(Map.of("sub", "ada"), false)).isEqualTo(200);
        assertThat(status(Map.of("sub", "ada"), true)).isEqualTo(403);
    }

    private int status(Map<String, Object> claims, boolean required) throws Exception {
        Jwt token = Jwt.withTokenValue("token")
                .header("alg", "none")
                .claims(all -> all.putAll(claims))
                .build();
        SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken(token, token));
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
        request.setAttribute(TenantFilter.TENANT_ATTRIBUTE, tenant);
        MockHttpServletResponse response = new MockHttpServletResponse();
        new TenantClaimFilter(List.of(new JwtTenantClaim("tenant_id", required)), new NegotiatingRefusalWriter())
                .doFilter(request, response, new MockFilterChain());
        return response.getStatus();
    }
}
