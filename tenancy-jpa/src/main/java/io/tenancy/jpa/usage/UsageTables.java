package io.tenancy.jpa.usage;

import io.tenancy.jpa.isolation.IsolationNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Names of the tables, with their schema: transactions of callers may have another search path. */
final class UsageTables {

    static final String METRIC = in("usage_metric");
    static final String KEY = in("usage_key");
    static final String EVENT = in("usage_event");
    static final String CHANGE = in("usage_change");
    static final String PENDING = in("usage_pending");
    static final String REJECTED = in("usage_rejected");
    static final String ROLLUP = in("usage_rollup");
    static final String MEMBER = in("usage_member");
    static final String KEPT = in("usage_kept");
    static final String TENANT = in("tenant");

    /** Held shared by who stores, alone by who repairs. */
    static final String STORING_LOCK = "hashtext('tenancy.usage.storing')";

    private static final String LOCK_OUT =
            "select set_config('lock_timeout', '2s', true)," + " pg_advisory_xact_lock(" + STORING_LOCK + ")";

    private UsageTables() {}

    /**
     * Until the end of the transaction nobody stores usage. Whoever wants to store waits behind this one, so it does not
     * wait long for a transaction that holds usage of its own: 2 seconds, then the server says 55P03.
     */
    static void lockOutStoring(Connection connection) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(LOCK_OUT)) {
            lock.execute();
        }
    }

    static String in(String name) {
        return IsolationNames.CONTROL_SCHEMA + "." + name;
    }

    /** Replaces table names in braces, such as {@code {usage_key}}. */
    static String sql(String text) {
        return text.replaceAll("\\{(\\w+)}", IsolationNames.CONTROL_SCHEMA + ".$1");
    }
}
