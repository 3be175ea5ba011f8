package io.tenancy.plugins.install.spi;

import io.tenancy.TenantId;
import io.tenancy.plugins.pack.RequiredCredential;

/** Knows what tenants can show, such as a medical licence in cardiology. May be asked several times. */
@FunctionalInterface
public interface CredentialCheck {

    /** Nobody can show anything. */
    CredentialCheck NONE = (tenant, credential) -> false;

    /**
     * Whether a tenant can show something now.
     *
     * @param tenant who
     * @param credential what
     * @return whether it was checked and is valid
     */
    boolean holds(TenantId tenant, RequiredCredential credential);
}
