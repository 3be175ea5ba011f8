package io.tenancy.jpa.quota;

import io.tenancy.context.TenantMismatchException;
import io.tenancy.jpa.isolation.internal.TenantConnection;
import io.tenancy.jpa.isolation.internal.TransactionCompletion;
import io.tenancy.quota.QuotaReservation;
import io.tenancy.quota.QuotaReservationExpiredException;
import io.tenancy.quota.Quotas;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Units that follow a tenant's transaction: counted as used when it commits, given back when it is rolled back, also to a
 * savepoint that was set through JDBC before they were taken. It does not matter who ends the transaction: plain JDBC,
 * Hibernate and Spring all end it on the connection. Safe for many threads.
 *
 * <p>When the answer to a commit is lost, the units count as used. So do those of a transaction that was ended in a text
 * of several statements or on the driver's own connection; a recount repairs both. {@code ROLLBACK TO} in SQL gives
 * nothing back before the transaction ends. A transaction that waits for units may not be ended in SQL.
 */
public final class TransactionalQuotas {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionalQuotas.class);

    private final Quotas quotas;

    /**
     * Creates the facade.
     *
     * @param quotas takes the units
     */
    public TransactionalQuotas(Quotas quotas) {
        this.quotas = Objects.requireNonNull(quotas, "quotas");
    }

    /**
     * Takes units for what the running transaction makes. Take them before making it.
     *
     * @param connection of the bound tenant, given by the installation, with a transaction open
     * @param resource what is counted
     * @param units how many
     * @throws io.tenancy.quota.QuotaExceededException when fewer units are left
     * @throws io.tenancy.quota.UnknownQuotaException when the tenant has no policy for the resource
     * @throws io.tenancy.entitlement.QuotaNotEntitledException when the tenant's plan gives nothing of the resource
     * @throws io.tenancy.quota.QuotaUnavailableException when the store cannot be reached and this node holds too few
     *     units
     * @throws IllegalArgumentException when the number of units is out of bounds, or the connection is not one of the
     *     installation's
     * @throws IllegalStateException when the connection is in auto-commit mode
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws TenantMismatchException when the connection is another tenant's
     * @throws SQLException when the connection is closed
     */
    public void consumeInTransaction(Connection connection, String resource, long units) throws SQLException {
        if (!connection.isWrapperFor(TenantConnection.class)) {
            throw new IllegalArgumentException("Units of '" + resource + "' were to follow a transaction, but "
                    + connection.getClass().getName()
                    + " is no connection of a tenant. Use one of TenancyInstallation.dataSource(), or reserve(...) and"
                    + " commit by hand.");
        }
        TenantConnection tenants = connection.unwrap(TenantConnection.class);
        QuotaReservation reservation = quotas.reserve(resource, units);
        boolean joined = false;
        try {
            tenants.onCompletion(new Units(reservation, resource, tenants));
            joined = true;
        } finally {
            if (!joined) {
                reservation.release();
            }
        }
    }

    private record Units(QuotaReservation reservation, String resource, TenantConnection connection)
            implements TransactionCompletion {

        @Override
        public void beforeCommit() throws SQLException {
            if (!reservation.isLive()) {
                throw new SQLTransactionRollbackException(
                        "The transaction of tenant " + connection.tenant() + " took " + reservation.units()
                                + " units of '" + resource
                                + "' so long ago, while the control database did not answer, that others may have got"
                                + " them since. Roll it back and try it again.",
                        "40000");
            }
        }

        @Override
        public void committed() {
            try {
                reservation.commit();
            } catch (QuotaReservationExpiredException late) {
                LOG.error("A transaction took longer to commit than its units were kept; recount '{}'", resource, late);
            }
        }

        @Override
        public void rolledBack() {
            reservation.release();
        }

        @Override
        public void unknown() {
            LOG.warn(
                    "Whether a transaction of tenant {} was committed is not known; its {} units of '{}' count as used"
                            + " until a recount",
                    connection.tenant(),
                    reservation.units(),
                    resource);
            committed();
        }
    }
}
