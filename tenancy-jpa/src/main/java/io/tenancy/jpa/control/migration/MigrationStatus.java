package io.tenancy.jpa.control.migration;

import io.tenancy.TenantId;
import java.util.List;
import java.util.Map;

/**
 * How far a schema is.
 *
 * @param schema the schema
 * @param pendingStructure file names of structure scripts that did not run
 * @param pendingData file names of data scripts that did not run, by tenant; tenants without any are left out
 */
public record MigrationStatus(String schema, List<String> pendingStructure, Map<TenantId, List<String>> pendingData) {

    /** Takes copies. */
    public MigrationStatus {
        pendingStructure = List.copyOf(pendingStructure);
        pendingData = Map.copyOf(pendingData);
    }

    /**
     * Whether nothing is left to do.
     *
     * @return true when every script ran
     */
    public boolean isCurrent() {
        return pendingStructure.isEmpty() && pendingData.isEmpty();
    }
}
