package io.tenancy.jpa.isolation.shared;

/**
 * One thing in a schema that would let tenants reach each other, or that cannot work for many tenants at once.
 *
 * @param object what is at fault, for example {@code table tenancy_shared.country}
 * @param found what was found there
 * @param remedy what to change in the migration scripts
 */
public record SchemaFault(String object, String found, String remedy) {

    /** The fault as one sentence per part. */
    @Override
    public String toString() {
        return object + ": " + found + ". " + remedy + ".";
    }
}
