package io.tenancy.jpa.usage;

import io.tenancy.TenancyException;
import java.sql.SQLException;

/** Words for failures of the control database. */
final class UsageFailures {

    private UsageFailures() {}

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    static TenancyException unrepaired(String metric, SQLException failure) {
        if (LOCK_NOT_AVAILABLE.equals(failure.getSQLState())) {
            return new TenancyException(
                    "The usage of '" + metric + "' was not repaired: somebody has stored usage in a transaction that is"
                            + " open for longer than two seconds, and everybody else would wait meanwhile. Try it again"
                            + " once that has ended.",
                    failure);
        }
        return unreadable("repair the usage of '" + metric + "'", failure);
    }

    static TenancyException unreadable(String tried, SQLException failure) {
        return new TenancyException(
                "The control database could not " + tried + ": " + failure.getMessage()
                        + ". Check that the server runs and that tenancy.database.platform.* can reach it.",
                failure);
    }
}
