package io.tenancy.spring;

import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.jpa.TenancyInstallation;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is done once per tenant, as from {@code @Scheduled} methods and at start, where no request says whose work
 * it is. Safe for many threads.
 */
public final class TenantRounds {

    private static final Logger LOG = LoggerFactory.getLogger(TenantRounds.class);

    private final TenancyInstallation installation;

    /**
     * Creates the rounds.
     *
     * @param installation knows the tenants
     */
    public TenantRounds(TenancyInstallation installation) {
        this.installation = installation;
    }

    /**
     * Does the work for every tenant that may work, each in its own scope, one after the other. A failure of one tenant
     * does not stop the others.
     *
     * @param name what the work is called in messages
     * @param work the work
     * @throws TenancyException after the round, when the work failed for a tenant; each failure is logged with its cause
     *     and suppressed in the exception
     */
    public void forEachTenant(String name, TenancyInstallation.TenantWork work) {
        Map<Tenant, Exception> failures = installation.forEachTenant(work);
        if (failures.isEmpty()) {
            return;
        }
        TenancyException failed = new TenancyException("'" + name + "' failed for " + failures.size() + " tenant(s): "
                + failures.keySet().stream().map(Tenant::toString).collect(Collectors.joining(", "))
                + ". It was done for the others; see the log for each cause, then run it again.");
        failures.forEach((tenant, failure) -> {
            LOG.error("'{}' failed for tenant {}", name, tenant, failure);
            failed.addSuppressed(failure);
        });
        throw failed;
    }
}
