package io.tenancy.spring.web;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;

/** The tenant that a JSON Web Token was issued for. */
public final class JwtTenantClaim implements TenantClaim {

    private final String claim;
    private final boolean required;

    /**
     * Creates the claim.
     *
     * @param claim name of the claim with the tenant's id
     * @param required whether a token without it is refused
     */
    public JwtTenantClaim(String claim, boolean required) {
        this.claim = claim;
        this.required = required;
    }

    @Override
    public Claimed of(HttpServletRequest request) {
        Jwt token = token(SecurityContextHolder.getContext().getAuthentication());
        if (token == null) {
            return new Claimed.Nothing();
        }
        Object value = token.getClaims().get(claim);
        if (value != null) {
            return new Claimed.Named(value.toString());
        }
        return required ? new Claimed.Missing() : new Claimed.Nothing();
    }

    private static @Nullable Jwt token(@Nullable Authentication authentication) {
        if (authentication == null) {
            return null;
        }
        if (authentication.getPrincipal() instanceof Jwt principal) {
            return principal;
        }
        return authentication.getCredentials() instanceof Jwt credentials ? credentials : null;
    }
}
