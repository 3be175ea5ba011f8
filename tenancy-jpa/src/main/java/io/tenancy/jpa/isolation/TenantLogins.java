package io.tenancy.jpa.isolation;

import io.tenancy.Tenant;

/** Knows the login of each tenant that has a database of its own. Implementations are safe for many threads. */
@FunctionalInterface
public interface TenantLogins {

    /**
     * The tenant's login.
     *
     * @param tenant placed in a database of its own
     * @return the login with its password in clear; keep it no longer than needed
     * @throws io.tenancy.TenancyException when there is none, or it cannot be decrypted
     */
    Login loginOf(Tenant tenant);
}
