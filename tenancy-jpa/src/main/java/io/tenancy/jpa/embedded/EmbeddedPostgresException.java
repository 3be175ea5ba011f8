package io.tenancy.jpa.embedded;

import io.tenancy.TenancyException;
import org.jspecify.annotations.Nullable;

/** The embedded PostgreSQL server could not be started, recognised or stopped. */
public final class EmbeddedPostgresException extends TenancyException {

    /** The property that names a PostgreSQL server of the user's own; with it, no embedded server is started. */
    public static final String OWN_SERVER_PROPERTY = "tenancy.database.url";

    private static final long serialVersionUID = 1L;

    /**
     * Creates the error. The message always ends with the way out that works everywhere: a server of one's own.
     *
     * @param tried what was tried, as the beginning of a sentence
     * @param found what was found instead, as the end of that sentence, without a full stop
     * @param remedy what to do, in whole sentences
     * @param cause the underlying failure, or null
     */
    public EmbeddedPostgresException(String tried, String found, String remedy, @Nullable Throwable cause) {
        super(
                tried + ", but " + found + ". " + remedy + " Or use a PostgreSQL server of your own: set the property "
                        + OWN_SERVER_PROPERTY + " to its JDBC URL.",
                cause);
    }
}
