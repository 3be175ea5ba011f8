package io.tenancy.jpa.quota;

import io.tenancy.TenancyException;
import io.tenancy.quota.QuotaUnavailableException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What a failure of the control database means to a caller. */
final class QuotaFailures {

    private static final String FOREIGN_KEY = "23503";

    private QuotaFailures() {}

    static TenancyException of(String tried, SQLException failure) {
        String state = failure.getSQLState();
        if (isAway(state)) {
            return new QuotaUnavailableException(tried + " failed: " + failure.getMessage(), failure);
        }
        if (FOREIGN_KEY.equals(state)) {
            return new TenancyException(
                    tried + " failed: the catalog has no such tenant. Provision it before it is counted.", failure);
        }
        return new TenancyException(tried + " failed: " + failure.getMessage(), failure);
    }

    // No connection, too many, deadlock, stopped by an administrator or by the time limit, or broken on the way.
    private static boolean isAway(@Nullable String state) {
        if (state == null || state.length() < 2) {
            return true;
        }
        return switch (state.substring(0, 2)) {
            case "08", "40", "53", "57", "58", "25" -> true;
            default -> false;
        };
    }
}
