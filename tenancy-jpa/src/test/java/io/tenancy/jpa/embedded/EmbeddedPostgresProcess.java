package io.tenancy.jpa.embedded;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Another Java process with an embedded server, to be killed. */
final class EmbeddedPostgresProcess implements AutoCloseable {

    private static final String READY = "ready ";

    private final Process process;
    private final String answer;

    private EmbeddedPostgresProcess(Process process, String answer) {
        this.process = process;
        this.answer = answer;
    }

    /** Starts a server there that writes the row and then stays. */
    static EmbeddedPostgresProcess start(Path directory, String row) throws IOException {
        return run(entry -> true, builder -> {}, directory.toString(), row);
    }

    static EmbeddedPostgresProcess startTemporary() throws IOException {
        return run(entry -> true, builder -> {}, "", "row");
    }

    static EmbeddedPostgresProcess run(
            Predicate<String> classPathEntry, java.util.function.Consumer<ProcessBuilder> change, String... arguments)
            throws IOException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(classPathEntry)
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                classPath,
                                EmbeddedPostgresProcess.class.getName()),
                        Arrays.stream(arguments))
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        change.accept(builder);
        Process process = builder.start();
        StringBuilder said = new StringBuilder();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line;
        while ((line = output.readLine()) != null) {
            if (line.startsWith(READY)) {
                return new EmbeddedPostgresProcess(process, line.substring(READY.length()));
            }
            said.append(line).append('\n');
        }
        return new EmbeddedPostgresProcess(process, said.toString());
    }

    /** What the process wrote when it ended by itself, or the data directory of its server. */
    String answer() {
        return answer;
    }

    long pid() {
        return process.pid();
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    public static void main(String[] arguments) throws Exception {
        EmbeddedPostgres server = arguments[0].isEmpty()
                ? EmbeddedPostgres.temporary().start()
                : EmbeddedPostgres.at(Path.of(arguments[0])).start();
        try (Connection connection = DriverManager.getConnection(
                        server.jdbcUrl("postgres"), server.superuser(), server.superuserPassword());
                Statement statement = connection.createStatement()) {
            statement.execute("create table if not exists note(body text)");
            statement.execute("insert into note values ('" + arguments[1] + "')");
        }
        System.out.println(READY + server.dataDirectory());
        // Ends with its parent, should that be killed.
        while (System.in.read() >= 0) {}
    }
}
