package io.tenancy.jpa.control.migration;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.migration.internal.OwnerSession;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;

/** Binds the owner login itself: FORCE makes the policies bind the owner as well. */
record OwnerRunner(Function<SchemaTarget, List<TenantId>> tenantsOf) implements DataMigrationRunner {

    @Override
    public List<TenantId> tenants(SchemaTarget target) {
        return tenantsOf.apply(target);
    }

    @Override
    public void inTransaction(SchemaTarget target, TenantId tenant, Work work) throws SQLException {
        OwnerSession.inTransaction(target.owner(), target.schema(), connection -> {
            OwnerSession.bind(connection, tenant.toString());
            work.run(connection);
            return true;
        });
    }
}
