package io.tenancy.jpa.embedded;

import io.tenancy.jpa.embedded.internal.Cluster;
import io.tenancy.jpa.embedded.internal.DataDirectoryLock;
import io.tenancy.jpa.embedded.internal.Deadline;
import io.tenancy.jpa.embedded.internal.OwnFiles;
import io.tenancy.jpa.embedded.internal.PostmasterPidFile;
import io.tenancy.jpa.embedded.internal.ServerArchive;
import io.tenancy.jpa.embedded.internal.ServerPrograms;
import io.tenancy.jpa.embedded.internal.ServerSettings;
import io.tenancy.jpa.embedded.internal.SuperuserPassword;
import io.tenancy.jpa.embedded.internal.TemporaryClusters;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server that this process started, or found running on its data directory and took over.
 *
 * <p>It listens on loopback only and admits by password only. The superuser's password is random, made together with
 * the data directory, and lies beside it in a file that only the present user can read.
 *
 * <p>Beside a lasting data directory {@code d} lie {@code d.lock}, {@code d.password} and {@code d.log}, so its parent
 * must be writable. Data survives the end of this process and of the server, however they end. A server that outlived
 * its process is found by the next start and used as it runs: at its own port and with its own settings.
 *
 * <p>All methods may be called from any thread.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    /** How long a start may take unless told otherwise, recovery after a crash included: {@value} seconds. */
    public static final long DEFAULT_START_TIMEOUT_SECONDS = 60;

    /** How many connections the server admits unless told otherwise: {@value}. */
    public static final int DEFAULT_MAX_CONNECTIONS = 200;

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final int FREE_PORT_ATTEMPTS = 5;
    private static final int HIGHEST_PORT = 65_535;

    private final Cluster cluster;
    private final DataDirectoryLock lock;
    private final Path dataDirectory;
    private final String password;
    private final int port;
    private final boolean reused;
    private final boolean temporary;
    private final Thread shutdownHook;
    private boolean closed;

    private EmbeddedPostgres(
            Cluster cluster,
            DataDirectoryLock lock,
            Path dataDirectory,
            String password,
            int port,
            boolean reused,
            Builder builder) {
        this.cluster = cluster;
        this.lock = lock;
        this.dataDirectory = dataDirectory;
        this.password = password;
        this.port = port;
        this.reused = reused;
        this.temporary = builder.dataDirectory == null;
        this.shutdownHook = new Thread(this::closeAtShutdown, "embedded-postgres-" + port + "-shutdown");
    }

    /**
     * A server on a lasting data directory, which is made when it does not exist and never cleaned.
     *
     * @param dataDirectory the data directory; empty, absent, or made by an earlier start
     * @return settings to start with
     */
    public static Builder at(Path dataDirectory) {
        return new Builder(Objects.requireNonNull(dataDirectory, "dataDirectory"));
    }

    /**
     * A server for tests: fast, without care for power cuts, its data removed at {@link #close()}. What an earlier
     * test process left because it was killed is removed at the next start.
     *
     * @return settings to start with
     */
    public static Builder temporary() {
        return new Builder(null);
    }

    /**
     * The TCP port.
     *
     * @return the port, 1 to 65535
     */
    public int port() {
        return port;
    }

    /**
     * The address that the server listens on.
     *
     * @return always {@code 127.0.0.1}
     */
    public String host() {
        return Cluster.HOST;
    }

    /**
     * The JDBC URL of a database on this server.
     *
     * @param database name of the database, as it is, not encoded
     * @return a URL without user and password
     */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + host() + ":" + port + "/" + URLEncoder.encode(database, StandardCharsets.UTF_8);
    }

    /**
     * The superuser's name.
     *
     * @return the name
     */
    public String superuser() {
        return Cluster.SUPERUSER;
    }

    /**
     * The superuser's password. Keep it out of logs.
     *
     * @return the password
     */
    public String superuserPassword() {
        return password;
    }

    /**
     * Where the data lies.
     *
     * @return absolute path of the data directory
     */
    public Path dataDirectory() {
        return dataDirectory;
    }

    /**
     * Whether the server was found running.
     *
     * @return true when it outlived the process that started it and was taken over, false when it was started now
     */
    public boolean reused() {
        return reused;
    }

    /**
     * Stops the server, whether it was started or taken over, and gives the data directory free. Open transactions are
     * rolled back. A second call does nothing.
     *
     * @throws EmbeddedPostgresException when the server cannot be stopped
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        removeShutdownHook();
        try (lock) {
            if (temporary) {
                cluster.abandon();
                TemporaryClusters.delete(dataDirectory);
            } else {
                cluster.stop();
            }
        } catch (IOException e) {
            throw failed("stopped", dataDirectory, e);
        }
    }

    @Override
    public String toString() {
        return "EmbeddedPostgres[" + host() + ":" + port + ", " + dataDirectory + (reused ? ", reused]" : "]");
    }

    private void closeAtShutdown() {
        try {
            close();
        } catch (RuntimeException e) {
            LOG.warn("The embedded PostgreSQL on {} could not be stopped at shutdown", dataDirectory, e);
        }
    }

    private void removeShutdownHook() {
        if (Thread.currentThread() == shutdownHook) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException shuttingDown) {
            LOG.trace("the hook runs already", shuttingDown);
        }
    }

    private static EmbeddedPostgresException failed(String verb, @Nullable Path directory, IOException cause) {
        String where = directory == null ? "a temporary directory" : directory.toString();
        return new EmbeddedPostgresException(
                "The embedded PostgreSQL on " + where + " was to be " + verb,
                "a file could not be used: " + cause,
                "Check that the directory and its parent exist, have space, and belong to the user of this process.",
                cause);
    }

    /** Settings of a server that is about to start. Not thread-safe; one builder starts one server. */
    public static final class Builder {

        private final @Nullable Path dataDirectory;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private @Nullable Integer port;
        private @Nullable Duration startTimeout;
        private @Nullable Path binariesDirectory;
        private @Nullable Boolean stopAtShutdown;

        private Builder(@Nullable Path dataDirectory) {
            this.dataDirectory = dataDirectory;
        }

        /**
         * Sets the TCP port. By default, and with 0, any free port is taken. A server found running keeps its own.
         *
         * @param value 0 to 65535
         * @return this builder
         * @throws IllegalArgumentException when the value is out of range
         * @throws IllegalStateException when the port was set before
         */
        public Builder port(int value) {
            requireUnset(port, "port");
            if (value < 0 || value > HIGHEST_PORT) {
                throw new IllegalArgumentException("port was " + value + " but must be 0 to " + HIGHEST_PORT);
            }
            port = value;
            return this;
        }

        /**
         * Sets how long the start may take, recovery after a crash included. By default
         * {@value EmbeddedPostgres#DEFAULT_START_TIMEOUT_SECONDS} seconds.
         *
         * @param value one second or more
         * @return this builder
         * @throws IllegalArgumentException when the value is shorter than a second
         * @throws IllegalStateException when the timeout was set before
         */
        public Builder startTimeout(Duration value) {
            requireUnset(startTimeout, "startTimeout");
            if (value.compareTo(Duration.ofSeconds(1)) < 0) {
                throw new IllegalArgumentException("startTimeout was " + value + " but must be a second or more");
            }
            startTimeout = value;
            return this;
        }

        /**
         * Sets a server setting, for example {@code max_connections}, as in {@code postgresql.conf}. A server found
         * running keeps the settings it was started with.
         *
         * @param name name of the setting; those that decide who may connect from where are refused
         * @param value its value, not quoted
         * @return this builder
         * @throws IllegalArgumentException when the name is no setting's or refused, or the value has control
         *     characters
         * @throws IllegalStateException when this setting was set before
         */
        public Builder serverConfig(String name, String value) {
            ServerSettings.check(name, value);
            requireUnset(settings.get(name), name);
            settings.put(name, value);
            return this;
        }

        /**
         * Sets where the server's programs are unpacked to, once for all servers of the same version. By default a
         * directory {@code .cache/io.tenancy/postgresql} in the user's home.
         *
         * @param value a directory that nobody else can write to, on a file system that lets programs run
         * @return this builder
         * @throws IllegalStateException when the directory was set before
         */
        public Builder binariesDirectory(Path value) {
            requireUnset(binariesDirectory, "binariesDirectory");
            binariesDirectory = value;
            return this;
        }

        /**
         * Sets whether the server is stopped when the Java process ends in an orderly way without
         * {@link EmbeddedPostgres#close()}; true by default. Set it to false where a container closes the server after
         * everything that uses it, because shutdown hooks run in no order.
         *
         * @param value whether to stop it
         * @return this builder
         * @throws IllegalStateException when this was set before
         */
        public Builder stopAtShutdown(boolean value) {
            requireUnset(stopAtShutdown, "stopAtShutdown");
            stopAtShutdown = value;
            return this;
        }

        /**
         * Starts the server, or takes over the one that runs on the data directory.
         *
         * @return the server, accepting connections
         * @throws EmbeddedPostgresException when this platform, the data directory or another process forbids it
         */
        public EmbeddedPostgres start() {
            try {
                // First of all: a start without programs leaves no directory behind.
                ServerPrograms programs = ServerPrograms.probe(ServerArchive.unpack(binariesDirectory));
                Path directory = resolvedDirectory();
                DataDirectoryLock lock = DataDirectoryLock.take(directory);
                boolean started = false;
                try {
                    EmbeddedPostgres server = start(directory, lock, programs);
                    started = true;
                    return server;
                } finally {
                    if (!started) {
                        lock.close();
                        if (dataDirectory == null) {
                            TemporaryClusters.delete(directory);
                        }
                    }
                }
            } catch (IOException e) {
                throw failed("started", dataDirectory, e);
            }
        }

        private EmbeddedPostgres start(Path directory, DataDirectoryLock lock, ServerPrograms programs)
                throws IOException {
            if (dataDirectory == null) {
                TemporaryClusters.deleteAbandoned(programs);
            }
            Cluster cluster = new Cluster(directory, programs);
            cluster.prepare(dataDirectory != null);
            String password = SuperuserPassword.read(directory);
            Deadline deadline = Deadline.after(
                    startTimeout == null ? Duration.ofSeconds(DEFAULT_START_TIMEOUT_SECONDS) : startTimeout);
            Optional<PostmasterPidFile> running = cluster.running(deadline);
            int usedPort = running.isPresent() ? running.get().port() : launch(cluster, directory, deadline);
            EmbeddedPostgres server =
                    new EmbeddedPostgres(cluster, lock, directory, password, usedPort, running.isPresent(), this);
            if (stopAtShutdown == null || stopAtShutdown) {
                Runtime.getRuntime().addShutdownHook(server.shutdownHook);
            }
            LOG.info("Embedded PostgreSQL {} {}", running.isPresent() ? "found running:" : "started:", server);
            return server;
        }

        private int launch(Cluster cluster, Path directory, Deadline deadline) throws IOException {
            int wanted = port == null ? 0 : port;
            int attempts = wanted == 0 ? FREE_PORT_ATTEMPTS : 1;
            int tried = wanted;
            for (int attempt = 0; attempt < attempts; attempt++) {
                tried = wanted == 0 ? freePort() : wanted;
                if (cluster.start(tried, effectiveSettings(), deadline)) {
                    return tried;
                }
            }
            throw new EmbeddedPostgresException(
                    "The embedded PostgreSQL on " + directory + " was to listen at " + Cluster.HOST + ":" + tried,
                    "that port is taken by another process or not allowed",
                    "End that process, or choose another port (0 for any free one).",
                    null);
        }

        private Map<String, String> effectiveSettings() {
            Map<String, String> effective = new LinkedHashMap<>();
            effective.put("max_connections", Integer.toString(DEFAULT_MAX_CONNECTIONS));
            effective.put("timezone", "UTC");
            if (dataDirectory == null) {
                effective.put("fsync", "off");
                effective.put("synchronous_commit", "off");
                effective.put("full_page_writes", "off");
                effective.put("shared_buffers", "32MB");
            }
            effective.putAll(settings);
            return effective;
        }

        private Path resolvedDirectory() throws IOException {
            if (dataDirectory == null) {
                return TemporaryClusters.create();
            }
            Path absolute = dataDirectory.toAbsolutePath().normalize();
            Path parent = absolute.getParent();
            Path name = absolute.getFileName();
            if (parent == null || name == null) {
                throw new IOException(absolute + " is the root of a file system and cannot be a data directory");
            }
            if (!Files.exists(parent)) {
                OwnFiles.makeDirectory(parent);
            }
            // One real path for one directory, so that two names for it find the same lock.
            return Files.exists(absolute)
                    ? absolute.toRealPath()
                    : parent.toRealPath().resolve(name);
        }

        private static int freePort() throws IOException {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(Cluster.HOST))) {
                return socket.getLocalPort();
            }
        }

        private static void requireUnset(@Nullable Object present, String name) {
            if (present != null) {
                throw new IllegalStateException(name + " was set before, to " + present);
            }
        }
    }
}
