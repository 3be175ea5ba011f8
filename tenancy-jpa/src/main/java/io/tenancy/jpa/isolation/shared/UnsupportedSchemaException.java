package io.tenancy.jpa.isolation.shared;

import io.tenancy.TenancyException;
import java.util.List;

/** A schema cannot be made safe for tenants as its migrations left it. Carries every fault, not just the first. */
public final class UnsupportedSchemaException extends TenancyException {

    private static final long serialVersionUID = 1L;

    private final String schema;
    private final transient List<SchemaFault> faults;

    /**
     * Creates the error.
     *
     * @param schema the schema
     * @param faults what is wrong with it; at least one
     */
    public UnsupportedSchemaException(String schema, List<SchemaFault> faults) {
        super(describe(schema, faults));
        this.schema = schema;
        this.faults = List.copyOf(faults);
    }

    /**
     * The schema.
     *
     * @return its name
     */
    public String schema() {
        return schema;
    }

    /**
     * What is wrong.
     *
     * @return every fault, in the order of tables
     */
    public List<SchemaFault> faults() {
        return faults;
    }

    private static String describe(String schema, List<SchemaFault> faults) {
        StringBuilder text = new StringBuilder("The schema '")
                .append(schema)
                .append("' cannot keep tenants apart as its migrations left it; ")
                .append(faults.size())
                .append(faults.size() == 1 ? " fault was" : " faults were")
                .append(" found and the migration was not applied:");
        for (SchemaFault fault : faults) {
            text.append("\n - ").append(fault);
        }
        return text.toString();
    }
}
