package io.tenancy.jpa.quota.hibernate;

import io.tenancy.jpa.quota.TransactionalQuotas;
import org.hibernate.SharedSessionContract;

/** Takes units for what a Hibernate session's transaction makes. */
public final class HibernateQuotas {

    private HibernateQuotas() {}

    /**
     * Takes units on the session's own connection; see {@link TransactionalQuotas#consumeInTransaction}.
     *
     * @param session of the bound tenant, with a transaction begun; a stateless one will do, and so will Spring's shared one
     * @param quotas takes the units
     * @param resource what is counted
     * @param units how many
     * @throws io.tenancy.quota.QuotaExceededException when fewer units are left
     * @throws io.tenancy.quota.UnknownQuotaException when the tenant has no policy for the resource
     * @throws io.tenancy.entitlement.QuotaNotEntitledException when the tenant's plan gives nothing of the resource
     * @throws io.tenancy.quota.QuotaUnavailableException when the store cannot be reached and this node holds too few
     *     units
     * @throws IllegalStateException when no transaction was begun
     */
    public static void consumeInTransaction(
            SharedSessionContract session, TransactionalQuotas quotas, String resource, long units) {
        // Not getTransaction(): a session that a framework shares hands out no transaction, since it ends it by itself.
        if (!session.isJoinedToTransaction()) {
            throw new IllegalStateException("Units of '" + resource
                    + "' were to follow a session's transaction, but none is active. Begin one first.");
        }
        session.doWork(connection -> quotas.consumeInTransaction(connection, resource, units));
    }
}
