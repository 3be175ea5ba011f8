package io.tenancy.jpa.isolation.gate;

/**
 * One way around the walls between tenants that the catalog of a database shows.
 *
 * @param object what is at fault, as SQL names it, for example {@code tenancy_shared.article} or {@code role "app"}
 * @param finding what was found and why it matters, without a full stop
 * @param remedy the SQL that mends it, ending with a semicolon and runnable as it stands by the owner login (or by a
 *     superuser where PostgreSQL asks for one); or words, without a semicolon at the end, where no statement does
 */
public record Fault(String object, String finding, String remedy) {

    /** Refuses blanks: a fault that does not say what it is helps nobody at three in the morning. */
    public Fault {
        if (object.isBlank() || finding.isBlank() || remedy.isBlank()) {
            throw new IllegalArgumentException("A fault names object, finding and remedy, but was ('%s', '%s', '%s')"
                    .formatted(object, finding, remedy));
        }
    }

    /**
     * Tells whether the remedy is SQL.
     *
     * @return true when {@link #remedy()} can be executed, false when it is advice in words
     */
    public boolean hasStatement() {
        return remedy.endsWith(";");
    }
}
