package io.tenancy.jpa;

import io.tenancy.Tenant;
import io.tenancy.jpa.control.JdbcTenantStore;
import io.tenancy.jpa.control.provisioning.TenantProvisioner;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.PostgresIsolationProvider;
import io.tenancy.jpa.isolation.gate.Fault;
import io.tenancy.lifecycle.TenantGate;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Keeps every schema of the installation migrated and checked. */
final class Schemas implements TenantProvisioner.SchemaPreparation {

    Schemas(
            Map<String, DatabaseServer> servers,
            DatabaseServer primary,
            JdbcTenantStore catalog,
            PostgresIsolationProvider isolation,
            String migrations,
            Set<String> globalTables,
            boolean schemaRole,
            boolean acceptLargeObjects) {}

    void migrateAll() {}

    void requireIsolation() {}

    List<Fault> faults() {
        return List.of();
    }

    TenantGate gate() {
        return tenant -> {};
    }

    @Override
    public void migrate(Tenant tenant) {}

    @Override
    public void takeOver(Tenant tenant) {}

    @Override
    public void removeRows(Tenant tenant) {}
}
