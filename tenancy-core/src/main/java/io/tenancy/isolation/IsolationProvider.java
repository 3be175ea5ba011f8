package io.tenancy.isolation;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import java.sql.Connection;
import java.sql.SQLException;

/** Gives connections that reach one tenant's rows and no others. Implementations are safe for many threads. */
public interface IsolationProvider {

    /**
     * Whether tenants of this level can be reached.
     *
     * @param level the level
     * @return true when {@link #connect} works for it
     */
    boolean supports(IsolationLevel level);

    /**
     * A connection bound to the tenant until it is closed. It refuses statements on behalf of any other tenant.
     *
     * @param tenant whose rows it reaches
     * @return an open connection in auto-commit mode
     * @throws SQLException when the database cannot be reached
     * @throws IsolationViolationException when the tenant's placement cannot be isolated here
     */
    Connection connect(Tenant tenant) throws SQLException;
}
