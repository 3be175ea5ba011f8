package io.tenancy.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.isolation.DatabaseServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class TestPostgresTest {

    @Test
    void serverIsTheSameInTheWholeRun(TestPostgres postgres) {
        assertThat(postgres).isSameAs(TestPostgres.shared());
    }

    @Test
    void databasesAreApart() throws SQLException {
        TestDatabase first = TestPostgres.shared().createDatabase();
        TestDatabase second = TestPostgres.shared().createDatabase();
        execute(first, "create table note(body text)");
        assertThatThrownBy(() -> execute(second, "select * from note")).hasMessageContaining("note");
    }

    @Test
    void loginOwnsItsDatabaseAndIsNoSuperuser() throws SQLException {
        TestPostgres postgres = TestPostgres.shared();
        TestLogin owner = postgres.createLogin("owner");
        TestDatabase database = postgres.createDatabase(owner);
        execute(database, "create table note(body text)");
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select current_user, current_setting('is_superuser')")) {
            row.next();
            assertThat(row.getString(1)).isEqualTo(owner.user());
            assertThat(row.getString(2)).isEqualTo("off");
        }
        TestLogin runtime = postgres.createLogin("runtime");
        try (Connection connection = database.connect(runtime);
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("select * from note"))
                    .isInstanceOf(SQLException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("42501");
        }
    }

    @Test
    void droppedDatabaseIsGoneAlsoWithConnectionsOpen() throws SQLException {
        TestDatabase database = TestPostgres.shared().createDatabase();
        try (Connection open = database.connect()) {
            TestPostgres.shared().dropDatabase(database);
            assertThat(open.isValid(1)).isFalse();
        }
        assertThatThrownBy(database::connect).isInstanceOf(SQLException.class);
        TestPostgres.shared().dropDatabase(database);
    }

    @Test
    void serverOfAnInstallationIsReadyForIt() {
        DatabaseServer server = TestPostgres.shared().createServer();

        try (TenancyInstallation installation = TenancyInstallation.builder()
                .server(server)
                .secretKeys(SecretKeys.fromJson(SecretKeys.createJson()))
                .migrations("classpath:db/fixture")
                .build()) {
            installation.start();

            assertThat(installation.isolationFaults()).isEmpty();
            assertThat(TestPostgres.shared().createServer()).isNotEqualTo(server);
        }
    }

    @Test
    void prefixThatIsNoNameIsRefused() {
        assertThatThrownBy(() -> TestPostgres.shared().createLogin("x; drop"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void parameterIsADatabaseOfTheTestsOwn(TestDatabase database) throws SQLException {
        execute(database, "create table note(body text)");
    }

    private static void execute(TestDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
