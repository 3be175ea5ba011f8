package io.tenancy.jpa.usage;

import io.tenancy.TenancyException;
import java.sql.SQLException;

/** Words for failures of the control database. */
final class UsageFailures {

    private UsageFailures() {}

    static TenancyException unreadable(String tried, SQLException failure) {
        return new TenancyException(
                "The control database could not " + tried + ": " + failure.getMessage()
                        + ". Check that the server runs and that tenancy.database.platform.* can reach it.",
                failure);
    }
}
