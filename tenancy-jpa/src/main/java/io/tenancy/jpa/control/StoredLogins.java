package io.tenancy.jpa.control;

import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.catalog.CatalogUnavailableException;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.jpa.isolation.TenantLogins;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.InstantSource;
import java.util.Optional;
import javax.sql.DataSource;

/** Logins of tenants with a database of their own, encrypted in the control database. */
public final class StoredLogins implements TenantLogins {

    private final DataSource platform;
    private final SecretKeys keys;
    private final InstantSource clock;

    /**
     * Creates the store.
     *
     * @param platform the platform login's connections to the control schema
     * @param keys encrypt and decrypt
     * @param clock dates changes
     */
    public StoredLogins(DataSource platform, SecretKeys keys, InstantSource clock) {
        this.platform = platform;
        this.keys = keys;
        this.clock = clock;
    }

    @Override
    public Login loginOf(Tenant tenant) {
        return find(tenant.id())
                .orElseThrow(
                        () -> new TenancyException(
                                "Tenant " + tenant + " has a database of its own, but the control"
                                        + " database holds no login for it. Provision the tenant again; that gives it a new password."));
    }

    /**
     * The tenant's login, if there is one.
     *
     * @param tenant the tenant
     * @return the login in clear
     */
    public Optional<Login> find(TenantId tenant) {
        try (Connection connection = platform.getConnection();
                PreparedStatement query =
                        connection.prepareStatement("select login, secret from database_login where tenant_id = ?")) {
            query.setObject(1, tenant.value());
            try (ResultSet row = query.executeQuery()) {
                return row.next()
                        ? Optional.of(new Login(row.getString(1), keys.decrypt(tenant, row.getBytes(2))))
                        : Optional.empty();
            }
        } catch (SQLException failure) {
            throw new CatalogUnavailableException(
                    "The login of tenant " + tenant + " could not be read: " + failure.getMessage(), failure);
        }
    }

    /**
     * Keeps a tenant's login; replaces one that was there.
     *
     * @param tenant the tenant
     * @param login in clear
     */
    public void put(TenantId tenant, Login login) {
        try (Connection connection = platform.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "insert into database_login (tenant_id, login, secret, updated_at) values (?, ?, ?, ?)"
                                + " on conflict (tenant_id) do update set login = excluded.login,"
                                + " secret = excluded.secret, updated_at = excluded.updated_at")) {
            statement.setObject(1, tenant.value());
            statement.setString(2, login.user());
            statement.setBytes(3, keys.encrypt(tenant, login.password()));
            statement.setTimestamp(4, Timestamp.from(clock.instant()));
            statement.executeUpdate();
        } catch (SQLException failure) {
            throw new CatalogUnavailableException(
                    "The login of tenant " + tenant + " could not be kept: " + failure.getMessage(), failure);
        }
    }
}
