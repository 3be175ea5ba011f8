package io.tenancy.jpa.embedded.internal;

import io.tenancy.jpa.embedded.EmbeddedPostgresException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Who may remove postmaster.pid. A server killed with -9 leaves the file, and its last sessions may still be writing to
 * shared memory for a moment. PostgreSQL finds them through the file: it compares the shared memory segment named there
 * before it starts. So a file whose process is dead is left for PostgreSQL to judge. It is removed here only when the
 * process of that number lives and is certainly something else, because PostgreSQL would then refuse for ever.
 */
/** One PostgreSQL data directory ("cluster" is PostgreSQL's word), and the server that runs on it. Needs the lock. */
public final class Cluster {

    /** The superuser that {@code initdb} makes. */
    public static final String SUPERUSER = "postgres";

    /** The only address that the server listens on. */
    public static final String HOST = "127.0.0.1";

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final long NEEDED_BYTES = 150L * 1024 * 1024;
    private static final Duration INIT_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration STOP_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int CONNECT_SECONDS = 5;
    private static final int SHOWN_LOG_LINES = 15;
    private static final String INVALID_AUTHORIZATION_CLASS = "28";

    private final Path directory;
    private final ServerPrograms programs;

    /**
     * Names a data directory.
     *
     * @param directory absolute path of the data directory, whose lock is held
     * @param programs the server's programs
     */
    public Cluster(Path directory, ServerPrograms programs) {
        this.directory = directory;
        this.programs = programs;
    }

    /**
     * Makes the data directory if there is none, otherwise checks that the programs can run on it.
     *
     * @param durable whether the files must survive a power cut
     * @throws IOException when files cannot be read or written
     * @throws EmbeddedPostgresException when the directory is something else or of another version
     */
    public void prepare(boolean durable) throws IOException {
        Path version = directory.resolve("PG_VERSION");
        if (Files.exists(version)) {
            requireVersion(Files.readString(version, StandardCharsets.US_ASCII).strip());
            return;
        }
        if (Files.exists(directory) && !isEmpty(directory)) {
            throw new EmbeddedPostgresException(
                    "The embedded PostgreSQL was to use the data directory " + directory,
                    "it has files but is no PostgreSQL data directory (it has no PG_VERSION)",
                    "Nothing was changed in it. Name a directory that is empty or does not exist yet.",
                    null);
        }
        initialise(durable);
    }

    /**
     * Finds a server that already runs on this data directory, for example because the process that started it was
     * killed.
     *
     * @param deadline until when a server that starts, recovers or stops is waited for
     * @return where it listens, or empty when none runs
     * @throws IOException when files cannot be read
     * @throws EmbeddedPostgresException when one seems to run but does not answer, or refuses the password
     */
    public Optional<PostmasterPidFile> running(Deadline deadline) throws IOException {
        String lastAnswer = "no answer";
        do {
            Optional<PostmasterPidFile> claim = PostmasterPidFile.read(directory);
            Optional<ProcessHandle> process =
                    claim.flatMap(file -> ProcessHandle.of(file.pid())).filter(ProcessHandle::isAlive);
            if (claim.isEmpty() || process.isEmpty()) {
                return Optional.empty();
            }
            if (isCertainlyAnotherProgram(process.get())) {
                forget(process.get(), "is not a PostgreSQL server");
                return Optional.empty();
            }
            try {
                Path served = dataDirectoryOfServer(claim.get().port());
                if (Files.isSameFile(served, directory)) {
                    return claim;
                }
                forget(process.get(), "serves " + served);
                return Optional.empty();
            } catch (SQLException e) {
                refuseWrongPassword(process.get(), e);
                lastAnswer = String.valueOf(e.getMessage());
            }
            awaitExit(process.get(), PAUSE);
        } while (!deadline.passed());
        throw new EmbeddedPostgresException(
                "The embedded PostgreSQL found in " + directory.resolve(PostmasterPidFile.NAME)
                        + " a process that is alive, and asked it which data directory it serves",
                "it did not say within the start timeout: " + lastAnswer,
                "Wait if it is still recovering (see " + logFile() + "); otherwise end that process, or delete the file"
                        + " if the process is certainly no PostgreSQL server on this directory.",
                null);
    }

    /**
     * Starts the server and waits until it accepts connections.
     *
     * @param port the TCP port
     * @param settings checked settings by name
     * @param deadline until when it must accept connections
     * @return true when it runs, false when the port is taken
     * @throws IOException when files cannot be written
     * @throws EmbeddedPostgresException when it does not start for another reason than the port
     */
    public boolean start(int port, Map<String, String> settings, Deadline deadline) throws IOException {
        ServerSettings.write(directory, port, settings);
        ServerPrograms.Outcome outcome;
        String log;
        do {
            Files.deleteIfExists(logFile().resolveSibling(logFile().getFileName() + ".old"));
            if (Files.exists(logFile())) {
                Files.move(logFile(), logFile().resolveSibling(logFile().getFileName() + ".old"));
            }
            outcome = launch(deadline);
            if (outcome.exitCode() == 0) {
                return true;
            }
            log = tailOfLog();
            // Sessions of a server that was killed end by themselves once they notice; they are given until the
            // deadline.
        } while (log.contains("pre-existing shared memory block") && !deadline.passed());
        if (log.contains("could not bind")) {
            return false;
        }
        stop();
        throw new EmbeddedPostgresException(
                "The embedded PostgreSQL was started on " + directory + " at port " + port,
                "it did not come up: " + outcome.output() + " Its log says:\n" + log + "\n",
                remedy(log),
                null);
    }

    /**
     * Stops the server if it runs. Open transactions are rolled back.
     *
     * @throws IOException when files cannot be read
     * @throws EmbeddedPostgresException when it still runs afterwards
     */
    public void stop() throws IOException {
        stopBy("fast");
    }

    /**
     * Stops the server without writing back what it holds, for data that is deleted next.
     *
     * @throws IOException when files cannot be read
     * @throws EmbeddedPostgresException when it still runs afterwards
     */
    public void abandon() throws IOException {
        stopBy("immediate");
    }

    private void stopBy(String mode) throws IOException {
        if (!isRunning()) {
            return;
        }
        ServerPrograms.Outcome outcome = stop(mode);
        if (isRunning()) {
            LOG.warn("The embedded PostgreSQL did not stop in time and is stopped at once: {}", outcome.output());
            outcome = stop("immediate");
        }
        if (isRunning()) {
            throw new EmbeddedPostgresException(
                    "The embedded PostgreSQL on " + directory + " was to be stopped",
                    "it still runs: " + outcome.output(),
                    "End the process named in " + directory.resolve(PostmasterPidFile.NAME)
                            + " by hand; the data is safe and the next start recovers it.",
                    null);
        }
    }

    /**
     * The file that the server logs to.
     *
     * @return a sibling of the data directory
     */
    public Path logFile() {
        return directory.resolveSibling(directory.getFileName() + ".log");
    }

    private void initialise(boolean durable) throws IOException {
        ServerArchive.requireSpace(Objects.requireNonNull(directory.getParent()), NEEDED_BYTES);
        // The directory appears by one rename, so that a process killed meanwhile leaves no half of it.
        Path unfinished = directory.resolveSibling(directory.getFileName() + ".new");
        OwnFiles.deleteTree(unfinished);
        SuperuserPassword.create(directory);
        ServerPrograms.Outcome outcome = programs.run(
                INIT_TIMEOUT,
                "initdb",
                "--pgdata=" + unfinished,
                "--username=" + SUPERUSER,
                "--pwfile=" + SuperuserPassword.file(directory),
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                durable ? "--data-checksums" : "--no-sync");
        if (outcome.exitCode() != 0) {
            throw new EmbeddedPostgresException(
                    "The embedded PostgreSQL was to make the data directory " + directory,
                    "initdb ended with code " + outcome.exitCode() + ": " + outcome.output(),
                    remedy(outcome.output()),
                    null);
        }
        ServerSettings.include(unfinished);
        Files.deleteIfExists(directory);
        Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
    }

    private void requireVersion(String found) {
        if (!found.equals(Integer.toString(programs.majorVersion()))) {
            throw new EmbeddedPostgresException(
                    "The embedded PostgreSQL " + programs.majorVersion() + " was to start on the data directory "
                            + directory,
                    "that was made by PostgreSQL " + found,
                    "Use the io.zonky.test.postgres binaries of version " + found
                            + " to keep its data, upgrade it with pg_upgrade, or name another data directory.",
                    null);
        }
    }

    private ServerPrograms.Outcome launch(Deadline deadline) throws IOException {
        Duration left = deadline.left();
        long seconds = Math.max(1, left.toSeconds());
        return programs.run(
                left.plusSeconds(CONNECT_SECONDS),
                "pg_ctl",
                "start",
                "--wait",
                "--timeout=" + seconds,
                "--pgdata=" + directory,
                "--log=" + logFile());
    }

    private ServerPrograms.Outcome stop(String mode) throws IOException {
        return programs.run(
                STOP_TIMEOUT.plusSeconds(CONNECT_SECONDS),
                "pg_ctl",
                "stop",
                "--wait",
                "--timeout=" + STOP_TIMEOUT.toSeconds(),
                "--mode=" + mode,
                "--pgdata=" + directory);
    }

    // A server removes its file as its last act. Its process may be seen for longer where nobody collects dead
    // children, as under a Java process that is the first of a container.
    private boolean isRunning() throws IOException {
        return PostmasterPidFile.read(directory)
                .flatMap(file -> ProcessHandle.of(file.pid()))
                .filter(ProcessHandle::isAlive)
                .filter(process -> !isCertainlyAnotherProgram(process))
                .isPresent();
    }

    private static boolean isCertainlyAnotherProgram(ProcessHandle process) {
        // Empty when the system hides the programs of others, which proves nothing.
        return process.info()
                .command()
                .map(command -> !String.valueOf(Path.of(command).getFileName()).startsWith("postgres"))
                .orElse(false);
    }

    private void forget(ProcessHandle process, String found) throws IOException {
        LOG.info(
                "{} names process {}, which {}: the file is left over from a server that was killed, and is removed",
                directory.resolve(PostmasterPidFile.NAME),
                process.pid(),
                found);
        Files.deleteIfExists(directory.resolve(PostmasterPidFile.NAME));
    }

    private void refuseWrongPassword(ProcessHandle process, SQLException failure) {
        String state = failure.getSQLState();
        if (state != null && state.startsWith(INVALID_AUTHORIZATION_CLASS)) {
            throw new EmbeddedPostgresException(
                    "The embedded PostgreSQL found a running server, process " + process.pid() + ", for " + directory,
                    "it refuses the password in " + SuperuserPassword.file(directory) + ": " + failure.getMessage(),
                    "Put the right password into that file, or end that process if it serves another directory.",
                    failure);
        }
    }

    /*
     * SCRAM proves both ways: a server that does not know our password's verifier cannot complete the exchange, so a
     * stranger listening on that port is not believed.
     */
    private Path dataDirectoryOfServer(int port) throws SQLException, IOException {
        if (port == 0) {
            throw new SQLException("the server has not said its port yet");
        }
        Properties login = new Properties();
        login.setProperty("user", SUPERUSER);
        login.setProperty("password", SuperuserPassword.read(directory));
        login.setProperty("connectTimeout", Integer.toString(CONNECT_SECONDS));
        login.setProperty("socketTimeout", Integer.toString(CONNECT_SECONDS));
        login.setProperty("requireAuth", "scram-sha-256");
        try (Connection connection =
                        DriverManager.getConnection("jdbc:postgresql://" + HOST + ":" + port + "/postgres", login);
                Statement statement = connection.createStatement();
                ResultSet shown = statement.executeQuery("show data_directory")) {
            if (!shown.next()) {
                throw new SQLException("the server did not show its data directory");
            }
            return Path.of(shown.getString(1));
        }
    }

    private static void awaitExit(ProcessHandle process, Duration pause) {
        try {
            process.onExit().get(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException stillAlive) {
            LOG.trace("process {} is still alive", process.pid());
        } catch (ExecutionException e) {
            throw new IllegalStateException("Waiting for process " + process.pid() + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedPostgresException(
                    "The embedded PostgreSQL waited for process " + process.pid(),
                    "the thread was interrupted",
                    "Start again.",
                    e);
        }
    }

    private String tailOfLog() throws IOException {
        if (!Files.exists(logFile())) {
            return "";
        }
        // ISO 8859-1 accepts any byte: a log must never hide an error behind its own.
        List<String> lines = Files.readAllLines(logFile(), StandardCharsets.ISO_8859_1);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LOG_LINES), lines.size()));
    }

    private String remedy(@Nullable String said) {
        String text = said == null ? "" : said;
        if (text.contains("No space left on device")) {
            return "The disk is full: free some space.";
        }
        if (text.contains("cannot be run as root") || text.contains("cannot be run by a user with admin")) {
            return "PostgreSQL refuses to run as root or administrator: run as an ordinary user.";
        }
        if (text.contains("ermission denied")) {
            return "Files belong to another user: give " + directory + " and its siblings to the user of this process.";
        }
        if (text.contains("could not create shared memory") || text.contains("could not resize shared memory")) {
            return "Shared memory is short: in a container raise --shm-size, or lower shared_buffers.";
        }
        if (text.contains("unrecognized configuration parameter") || text.contains("invalid value for parameter")) {
            return "Correct the setting that was given with serverConfig(...).";
        }
        return "See " + logFile() + " for all of its log.";
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            return !children.iterator().hasNext();
        }
    }
}
