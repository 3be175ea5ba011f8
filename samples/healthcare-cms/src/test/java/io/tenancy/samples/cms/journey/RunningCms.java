package io.tenancy.samples.cms.journey;

import io.tenancy.jpa.embedded.EmbeddedPostgres;
import io.tenancy.samples.cms.CmsApplication;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The application in a Java process of its own, as a user starts it, so that it can be killed like one. */
final class RunningCms implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(180);
    private static final Duration STOP = Duration.ofSeconds(30);

    private final Process process;
    private final int port;
    private final Path dataDirectory;
    private final Path log;

    private RunningCms(Process process, int port, Path dataDirectory, Path log) {
        this.process = process;
        this.port = port;
        this.dataDirectory = dataDirectory;
        this.log = log;
    }

    /** Starts the application and waits until it is ready. */
    static RunningCms start(Path dataDirectory, int port, Path log, String... settings) throws IOException {
        Files.createDirectories(log.getParent());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dfile.encoding=UTF-8",
                CmsApplication.class.getName(),
                "--server.port=" + port,
                "--data-dir=" + dataDirectory));
        command.addAll(List.of(settings));
        ProcessBuilder builder = new ProcessBuilder(command);
        // By the environment: a command line may be too short for it.
        builder.environment().put("CLASSPATH", applicationClassPath());
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        RunningCms cms = new RunningCms(builder.start(), port, dataDirectory, log);
        Runtime.getRuntime().addShutdownHook(new Thread(cms.process::destroy));
        boolean ready = false;
        try {
            cms.awaitReadiness();
            ready = true;
            return cms;
        } finally {
            if (!ready) {
                cms.close();
            }
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Without the tests' own classes: the application's component scan would find them. */
    private static String applicationClassPath() {
        Path tests = Path.of(URI.create(RunningCms.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).equals(tests))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private void awaitReadiness() throws IOException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest question = HttpRequest.newBuilder(URI.create(landing() + "/actuator/health/readiness"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long deadline = System.nanoTime() + START.toNanos();
        try {
            while (!answersWith200(client, question)) {
                if (process.waitFor(200, TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("The application ended with " + process.exitValue() + ":\n" + log());
                }
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("The application was not ready after " + START + ":\n" + log());
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted while the application started", interrupted);
        }
    }

    private static boolean answersWith200(HttpClient client, HttpRequest question) throws InterruptedException {
        try {
            return client.send(question, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    String landing() {
        return "http://localhost:" + port;
    }

    String site(String clinic) {
        return "http://" + clinic + ".localhost:" + port;
    }

    /** What the application has printed so far. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Ends the process as {@code kill -9} does: it cannot do anything about it. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Ends the application in order, or by force, and with it the database server. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Path postgres = dataDirectory.resolve("postgres");
        if (Files.exists(postgres.resolve("postmaster.pid"))) {
            // The server outlived the application: taking it over is the way to stop it.
            EmbeddedPostgres.at(postgres).start().close();
        }
    }
}
