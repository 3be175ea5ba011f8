package io.tenancy.jpa.embedded;

import io.tenancy.Placement;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.InstallationSql;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.embedded.internal.OwnFiles;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Base64;

/**
 * An embedded server made ready for an installation: three logins with random passwords, a database and a keyset, all
 * kept beside the data for the next start. Everything lies in one directory that only the present user can read.
 */
public final class EmbeddedInstallation implements AutoCloseable {

    /** Name of the main database. */
    public static final String DATABASE = "tenancy";

    private final EmbeddedPostgres postgres;
    private final DatabaseServer server;
    private final SecretKeys keys;

    private EmbeddedInstallation(EmbeddedPostgres postgres, DatabaseServer server, SecretKeys keys) {
        this.postgres = postgres;
        this.server = server;
        this.keys = keys;
    }

    /**
     * Starts the server on a directory, or takes over the one that runs there.
     *
     * @param directory holds everything; made where it is missing, never cleaned
     * @return the running server, ready for {@link #builder()}
     * @throws EmbeddedPostgresException when the platform forbids it; the message says what to do
     */
    public static EmbeddedInstallation at(Path directory) {
        Path root = directory.toAbsolutePath();
        // The application closes it; a shutdown hook would race with the application's own end.
        EmbeddedPostgres postgres = EmbeddedPostgres.at(root.resolve("postgres"))
                .stopAtShutdown(false)
                .start();
        try {
            DatabaseServer server = new DatabaseServer(
                    Placement.PRIMARY_SERVER,
                    postgres.jdbcUrl(DATABASE),
                    login(root, "owner"),
                    login(root, "runtime"),
                    login(root, "platform"));
            install(postgres, server);
            return new EmbeddedInstallation(postgres, server, SecretKeys.inFile(root.resolve("keyset.json")));
        } catch (IOException | SQLException failure) {
            postgres.close();
            throw new EmbeddedPostgresException(
                    "The embedded server in " + root + " was started to be made ready",
                    "that failed: " + failure.getMessage(),
                    "Check that the directory is writable.",
                    failure);
        }
    }

    private static Login login(Path root, String part) throws IOException {
        Path file = root.resolve(part + ".password");
        if (!Files.exists(file)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            Path draft = root.resolve(part + ".password.new");
            Files.deleteIfExists(draft);
            OwnFiles.makeFile(draft);
            Files.writeString(draft, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
            Files.move(draft, file);
        }
        return new Login("tenancy_" + part, Files.readString(file).strip());
    }

    private static void install(EmbeddedPostgres postgres, DatabaseServer server) throws SQLException {
        InstallationSql.Connector superuser = database -> DriverManager.getConnection(
                postgres.jdbcUrl(database), postgres.superuser(), postgres.superuserPassword());
        try (Connection administrator = superuser.connect("postgres")) {
            InstallationSql.run(administrator, superuser, server);
        }
    }

    /**
     * Begins an installation on this server.
     *
     * @return a builder with server and keys set
     */
    public TenancyInstallation.Builder builder() {
        return TenancyInstallation.builder().server(server).secretKeys(keys);
    }

    /**
     * The server as placements see it.
     *
     * @return server and logins
     */
    public DatabaseServer server() {
        return server;
    }

    /**
     * The server itself.
     *
     * @return the running server
     */
    public EmbeddedPostgres postgres() {
        return postgres;
    }

    /**
     * The keys that lie beside the data.
     *
     * @return the keys
     */
    public SecretKeys keys() {
        return keys;
    }

    /** Stops the server; the data stay. */
    @Override
    public void close() {
        postgres.close();
    }
}
