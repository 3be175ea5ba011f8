package io.tenancy.jpa.isolation;

/** Names that the database and this SDK agree on. They are part of the stored format: they never change. */
public final class IsolationNames {

    /** The schema name that users write in native SQL and formulas; each tenant's own schema takes its place. */
    public static final String PLACEHOLDER_SCHEMA = "tenant_schema";

    /** The transaction-local setting that carries the tenant's id to the row-level security policies. */
    public static final String TENANT_SETTING = "tenancy.tenant_id";

    /** The column that row-level security compares. */
    public static final String TENANT_COLUMN = "tenant_id";

    /** Name of the one policy on each tenant-owned table. */
    public static final String POLICY = "tenancy_isolation";

    /** The schema that holds extensions and nothing else; the only one on the run-time search path. */
    public static final String EXTENSIONS_SCHEMA = "tenancy_extensions";

    /** The schema of the control plane. */
    public static final String CONTROL_SCHEMA = "tenancy_control";

    /** The schema of tenants on shared tables. */
    public static final String SHARED_SCHEMA = "tenancy_shared";

    /** The schema of a tenant in a database of its own. */
    public static final String DATABASE_SCHEMA = "tenant_data";

    /** Flyway's history of the structure migrations of one schema. */
    public static final String SCHEMA_HISTORY = "tenancy_schema_history";

    /** History of the data migrations, one row per tenant and version. */
    public static final String DATA_HISTORY = "tenancy_data_history";

    /** The table of each tenant's place in which its transactions leave messages for the platform. */
    public static final String OUTBOX = "tenancy_outbox";

    private IsolationNames() {}
}
