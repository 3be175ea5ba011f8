package io.tenancy.jpa.isolation.internal;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Keeps the pool from closing a connection whose server-side plan a migration made stale. The pool takes SQLSTATE 0A000
 * for a broken connection; here it is healed by preparing anew.
 */
final class StalePlans implements SQLExceptionOverride {

    /** "cached plan must not change result type" comes under feature_not_supported. */
    static final String STALE_PLAN = "0A000";

    @java.lang.Override
    public SQLExceptionOverride.Override adjudicate(SQLException failure) {
        return STALE_PLAN.equals(failure.getSQLState())
                ? SQLExceptionOverride.Override.DO_NOT_EVICT
                : SQLExceptionOverride.Override.CONTINUE_EVICT;
    }
}
