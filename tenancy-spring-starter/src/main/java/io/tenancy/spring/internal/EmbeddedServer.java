package io.tenancy.spring.internal;

import io.tenancy.Placement;
import io.tenancy.TenancyException;
import io.tenancy.jpa.control.InstallationSql;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.embedded.EmbeddedPostgres;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.spring.TenancyProperties;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Properties;

/**
 * A PostgreSQL that the application starts itself, with the three logins that the SDK needs. Beside the data directory
 * {@code d} lie {@code d.logins} with their random passwords and {@code d.keyset}, readable by the present user only.
 */
public final class EmbeddedServer implements AutoCloseable {

    /** The application's database on the embedded server. */
    public static final String DATABASE = "application";

    private final EmbeddedPostgres postgres;
    private final DatabaseServer server;

    private EmbeddedServer(EmbeddedPostgres postgres, DatabaseServer server) {
        this.postgres = postgres;
        this.server = server;
    }

    /**
     * Starts the server, or takes over the one that runs there, and makes what is missing.
     *
     * @param dataDirectory where the data lies
     * @return the running server
     * @throws io.tenancy.jpa.embedded.EmbeddedPostgresException when this machine forbids it
     * @throws TenancyException when the logins cannot be made
     */
    public static EmbeddedServer start(Path dataDirectory) {
        // Closed by the application context, after everything that uses it; shutdown hooks run in no order.
        EmbeddedPostgres postgres = EmbeddedPostgres.at(dataDirectory).stopAtShutdown(false).start();
        boolean prepared = false;
        try {
            Properties passwords = passwords(beside(dataDirectory, ".logins"));
            DatabaseServer server = new DatabaseServer(
                    Placement.PRIMARY_SERVER,
                    postgres.jdbcUrl(DATABASE),
                    login("owner", passwords),
                    login("runtime", passwords),
                    login("platform", passwords));
            try (Connection administrator = connect(postgres, "postgres")) {
                InstallationSql.run(administrator, database -> connect(postgres, database), server);
            }
            prepared = true;
            return new EmbeddedServer(postgres, server);
        } catch (SQLException | IOException failure) {
            throw new TenancyException(
                    "The embedded PostgreSQL on " + dataDirectory + " runs, but its logins could not be made: " + failure
                            + ". Check that " + beside(dataDirectory, ".logins") + " belongs to the present user, or set"
                            + " tenancy.database.url to a PostgreSQL server of your own.",
                    failure);
        } finally {
            if (!prepared) {
                postgres.close();
            }
        }
    }

    /**
     * Where an embedded server's data lies.
     *
     * @param url begins with {@value TenancyProperties#EMBEDDED}
     * @param application name of the application, for a default in the user's home
     * @return the data directory
     */
    public static Path dataDirectory(String url, String application) {
        String path = url.substring(TenancyProperties.EMBEDDED.length()).strip();
        if (path.isEmpty()) {
            String name = application.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^\\.+", "");
            return Path.of(System.getProperty("user.home"), ".tenancy", name.isEmpty() ? "application" : name, "data");
        }
        return path.startsWith("~/") ? Path.of(System.getProperty("user.home"), path.substring(2)) : Path.of(path);
    }

    /**
     * The keys that belong to the data.
     *
     * @param dataDirectory where the data lies
     * @return keys in a file beside it
     */
    public static SecretKeys keys(Path dataDirectory) {
        return SecretKeys.inFile(beside(dataDirectory, ".keyset"));
    }

    /**
     * The server and its logins.
     *
     * @return as the SDK uses it
     */
    public DatabaseServer server() {
        return server;
    }

    private static Connection connect(EmbeddedPostgres postgres, String database) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(database), postgres.superuser(), postgres.superuserPassword());
    }

    private static Login login(String purpose, Properties passwords) {
        String user = "tenancy_" + purpose;
        return new Login(user, passwords.getProperty(user));
    }

    private static Properties passwords(Path file) throws IOException {
        Properties passwords = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                passwords.load(reader);
            }
        }
        SecureRandom random = new SecureRandom();
        boolean complete = true;
        for (String purpose : new String[] {"owner", "runtime", "platform"}) {
            if (passwords.getProperty("tenancy_" + purpose) == null) {
                byte[] bytes = new byte[24];
                random.nextBytes(bytes);
                passwords.setProperty("tenancy_" + purpose, HexFormat.of().formatHex(bytes));
                complete = false;
            }
        }
        if (!complete) {
            write(passwords, file);
        }
        return passwords;
    }

    private static void write(Properties passwords, Path file) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } else {
            Files.createFile(draft);
        }
        try (Writer writer = Files.newBufferedWriter(draft, StandardCharsets.UTF_8)) {
            passwords.store(writer, "Logins of the embedded PostgreSQL beside this file");
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path beside(Path dataDirectory, String suffix) {
        Path absolute = dataDirectory.toAbsolutePath().normalize();
        return absolute.resolveSibling(absolute.getFileName() + suffix);
    }

    /** Stops the server. */
    @Override
    public void close() {
        postgres.close();
    }
}
