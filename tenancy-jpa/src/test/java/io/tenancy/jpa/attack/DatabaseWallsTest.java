package io.tenancy.jpa.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.isolation.IsolationViolationException;
import io.tenancy.jpa.attack.ClinicGroup.Belongings;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.control.StoredLogins;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.jpa.isolation.PlacementNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/**
 * The same attacks with everything above the database switched off: connections of the runtime login, or of a tenant's
 * own, straight from the driver, bound as the SDK binds the attacker. Then each wall of the database is torn down in
 * turn: what still holds above it, and that the gate tells.
 */
class DatabaseWallsTest {

    private static ClinicGroup clinics;
    private static StoredLogins logins;
    private static final Map<IsolationLevel, List<String>> BEFORE = new EnumMap<>(IsolationLevel.class);

    @BeforeAll
    static void open() {
        clinics = ClinicGroup.open();
        logins = new StoredLogins(clinics.installation().control().platform(), clinics.keys(), InstantSource.system());
        for (IsolationLevel level : IsolationLevel.values()) {
            BEFORE.put(level, clinics.everything(clinics.defender(level)));
        }
    }

    @AfterAll
    static void close() throws SQLException {
        clinics.close();
    }

    @AfterEach
    void defendersHaveExactlyWhatTheyHad() {
        for (IsolationLevel level : IsolationLevel.values()) {
            assertThat(clinics.everything(clinics.defender(level)))
                    .as("rows of the defender on %s", level)
                    .isEqualTo(BEFORE.get(level));
        }
    }

    /** A connection of the driver, in a transaction that is bound to the attacker of a level. */
    private static Connection bound(IsolationLevel level) throws SQLException {
        Tenant attacker = clinics.attacker(level);
        Connection connection = unbound(level);
        switch (level) {
            case SHARED ->
                tell(connection, IsolationNames.TENANT_SETTING, attacker.id().toString());
            case SCHEMA -> tell(connection, "role", PlacementNames.role(attacker.id()));
            case DATABASE -> {}
        }
        return connection;
    }

    private static Connection unbound(IsolationLevel level) throws SQLException {
        Tenant attacker = clinics.attacker(level);
        Login login = level == IsolationLevel.DATABASE
                ? logins.loginOf(attacker)
                : clinics.server().runtime();
        Connection connection = connect(login, attacker.placement().database());
        connection.setAutoCommit(false);
        return connection;
    }

    private static Connection connect(Login login, String database) throws SQLException {
        return ControlDatabase.dataSource(clinics.server(), login, database).getConnection();
    }

    private static void tell(Connection connection, String setting, String value) throws SQLException {
        try (PreparedStatement tell = connection.prepareStatement("select set_config(?, ?, true)")) {
            tell.setString(1, setting);
            tell.setString(2, value);
            tell.execute();
        }
    }

    private static List<String> read(Connection connection, String sql) throws SQLException {
        List<String> read = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                read.add(row.getString(1));
            }
        }
        return read;
    }

    private static int change(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    private static void refusedWith(String state, Connection connection, String sql) throws SQLException {
        assertThatExceptionOfType(SQLException.class)
                .as(sql)
                .isThrownBy(() -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(sql);
                    }
                })
                .satisfies(refusal -> assertThat(refusal.getSQLState())
                        .as(refusal.getMessage())
                        .isEqualTo(state))
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("defender-"));
        connection.rollback();
    }

    private static String shared(String sql) {
        Tenant defender = clinics.defender(IsolationLevel.SHARED);
        Belongings theirs = clinics.belongings(IsolationLevel.SHARED);
        return sql.replace("$tenant", defender.id().toString())
                .replace("$patient", theirs.patient().toString())
                .replace("$tag", theirs.tag().toString())
                .replace("$visit", String.valueOf(theirs.visit()))
                .replace("$s.", IsolationNames.SHARED_SCHEMA + ".");
    }

    // --- shared tables ----------------------------------------------------------------------------------------------

    @Test
    void everySharedTableShowsTheBoundTenantsRowsOnly() throws SQLException {
        String attacker = clinics.attacker(IsolationLevel.SHARED).id().toString();
        for (String table : ClinicGroup.TABLES) {
            try (Connection connection = bound(IsolationLevel.SHARED)) {
                assertThat(read(connection, shared("select tenant_id from $s." + table)))
                        .as(table)
                        .allSatisfy(tenant -> assertThat(tenant).isEqualTo(attacker));
                assertThat(read(
                                connection,
                                shared("select count(*) from $s." + table + " where tenant_id = '$tenant'")))
                        .as(table)
                        .containsExactly("0");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update $s.patient set name = 'stolen' where id = '$patient'",
                "update $s.patient set name = 'stolen' where tenant_id = '$tenant'",
                "delete from $s.patient where id = '$patient'",
                "delete from $s.visit where id = $visit",
                "delete from $s.patient_tag where tag_id = '$tag'",
                "merge into $s.tag t using (select 1) s on t.tenant_id = '$tenant' when matched then delete",
                "update $s.patient_allergy a set allergy = 'x' from $s.patient p"
                        + " where p.tenant_id = '$tenant' and a.patient_id = p.id"
            })
    void foreignRowsAreOutOfReachOfChanges(String sql) throws SQLException {
        try (Connection connection = bound(IsolationLevel.SHARED)) {
            assertThat(change(connection, shared(sql))).isZero();
            assertThat(read(connection, shared("select name from $s.patient where id = '$patient'")))
                    .isEmpty();
            connection.commit();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "42501 insert into $s.tag (id, name, tenant_id) values (gen_random_uuid(), 'planted', '$tenant')",
                "42501 update $s.tag set tenant_id = '$tenant'",
                "42501 insert into $s.tag (id, name) values ('$tag', 'stolen') on conflict (id) do update set name = 'stolen'",
                "23505 insert into $s.tag (id, name) values ('$tag', 'stolen')",
                "23503 insert into $s.visit (id, patient_id, reason) values (99999, '$patient', 'planted')",
                "23505 insert into $s.patient_contact (patient_id, phone) values ('$patient', 'planted')",
                "23503 insert into $s.patient_allergy (patient_id, allergy) values ('$patient', 'planted')",
                "23503 insert into $s.inpatient (id, ward) values ('$patient', 'planted')",
                "23503 insert into $s.patient_tag (patient_id, tag_id) select id, '$tag' from $s.patient",
                "42501 truncate $s.patient cascade",
                "42501 alter table $s.patient disable row level security",
                "42501 alter table $s.patient no force row level security",
                "42501 drop policy tenancy_isolation on $s.patient",
                "42501 create policy mine on $s.patient using (true)",
                "42501 drop table $s.patient",
                "42501 create table $s.mine (id int)",
                "42501 create schema mine",
                "42501 create temporary table mine (id int)",
                "42501 create trigger spy after insert on $s.patient execute function $s.visits_of()",
                "42501 create function $s.spy() returns int language sql return 1",
                "42501 select setval('$s.visit_seq', 1)",
                "42501 select lo_creat(-1)",
                "42501 select lo_from_bytea(0, 'x')",
                "42501 select * from pg_catalog.pg_largeobject",
                "42501 select * from pg_catalog.pg_authid",
                "42501 select stavalues1 from pg_catalog.pg_statistic",
                "42501 select pg_read_file('postgresql.conf')",
                "42501 copy $s.tag to program 'cat'",
                "42501 copy $s.tag to '/nowhere'",
                "0A000 copy $s.tag from stdin",
                "42501 select * from tenancy_control.tenant",
                "42501 select * from $s.tenancy_schema_history",
                "42501 select * from $s.tenancy_data_history",
                "42501 set role \"$owner\"",
                "42501 set role \"$platform\"",
                "42501 set session authorization \"$owner\"",
                "42501 alter role \"$runtime\" bypassrls",
                "42501 grant \"$owner\" to \"$runtime\"",
                "42501 begin; set local row_security = off; select * from $s.patient"
            })
    void whatWouldReachPastTheRowsIsRefused(String attack) throws SQLException {
        String sql = shared(attack.substring(6))
                .replace("$owner", clinics.server().owner().user())
                .replace("$platform", clinics.server().platform().user())
                .replace("$runtime", clinics.server().runtime().user());
        try (Connection connection = bound(IsolationLevel.SHARED)) {
            refusedWith(attack.substring(0, 5), connection, sql);
        }
    }

    @Test
    void returningShowsNothingOfForeignRows() throws SQLException {
        try (Connection connection = bound(IsolationLevel.SHARED)) {
            assertThat(read(connection, shared("update $s.patient set active = active returning name")))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(name).contains("attacker-"));
            assertThat(read(connection, shared("delete from $s.tag where id = '$tag' returning name")))
                    .isEmpty();
        }
    }

    @Test
    void copyOutShowsOwnRowsOnly() throws SQLException, IOException {
        for (String source : List.of("$s.patient", "(select * from $s.patient)")) {
            try (Connection connection = bound(IsolationLevel.SHARED)) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut(shared("copy " + source + " to stdout"), out);
                assertThat(out.toString(StandardCharsets.UTF_8))
                        .contains("attacker-")
                        .doesNotContain("defender-");
            }
        }
    }

    @Test
    void viewsFunctionsAndStatisticsShowOwnRowsOnly() throws SQLException {
        try (Connection administrator = ClinicGroup.administrator(clinics.defender(IsolationLevel.SHARED))) {
            change(administrator, shared("analyze $s.patient"));
        }
        try (Connection connection = bound(IsolationLevel.SHARED)) {
            assertThat(read(connection, shared("select name from $s.patient_name")))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(name).contains("attacker-"));
            assertThat(read(connection, shared("select $s.visits_of('$patient')")))
                    .containsExactly("0");
            assertThat(read(connection, "select tablename from pg_stats where schemaname = 'tenancy_shared'"))
                    .isEmpty();
        }
    }

    /** A condition that fails on a value would tell the value, if it were tried on foreign rows. */
    @Test
    void conditionsAreNotTriedOnForeignRows() throws SQLException {
        try (Connection connection = bound(IsolationLevel.SHARED)) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> read(connection, shared("select 1 from $s.tag where name::int > 0")))
                    .withMessageContaining("attacker-")
                    .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("defender-"));
            connection.rollback();
        }
    }

    @Test
    void lockOfASharedTableShowsNothing() throws SQLException {
        try (Connection connection = bound(IsolationLevel.SHARED)) {
            assertThat(read(connection, shared("select id from $s.patient where tenant_id = '$tenant' for update")))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"select name from $s.patient", "delete from $s.patient", "update $s.tag set name = 'x'"})
    void withoutABindingSharedTablesRaise(String sql) throws SQLException {
        try (Connection connection = unbound(IsolationLevel.SHARED)) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> change(connection, shared(sql)))
                    .satisfies(failure -> assertThat(failure.getSQLState()).isIn("22P02", "42704"));
        }
    }

    @Test
    void bindingEndsWithItsTransaction() throws SQLException {
        try (Connection connection = bound(IsolationLevel.SHARED)) {
            assertThat(read(connection, shared("select name from $s.patient"))).isNotEmpty();
            connection.commit();
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> read(connection, shared("select name from $s.patient")));
        }
    }

    // --- schemas and databases of one's own -------------------------------------------------------------------------

    static Stream<String> schemasOfOthers() {
        return Stream.of("defender", IsolationNames.SHARED_SCHEMA, IsolationNames.CONTROL_SCHEMA);
    }

    private static List<String> reachingInto(String schema) {
        String quoted = "\"" + schema + "\"";
        return schema.equals(IsolationNames.CONTROL_SCHEMA)
                ? List.of("select * from " + quoted + ".tenant", "delete from " + quoted + ".tenant")
                : List.of(
                        "select * from " + quoted + ".patient",
                        "update " + quoted + ".patient set name = 'stolen'",
                        "delete from " + quoted + ".patient",
                        "insert into " + quoted + ".tag (id, name) values (gen_random_uuid(), 'planted')",
                        "truncate " + quoted + ".tag cascade",
                        "lock table " + quoted + ".tag",
                        "select * from " + quoted + ".patient_name",
                        "select " + quoted + ".visits_of(gen_random_uuid())",
                        "select nextval('" + quoted + ".visit_seq')",
                        "copy " + quoted + ".patient to stdout",
                        "select null::" + quoted + ".triage",
                        "create table " + quoted + ".mine (id int)",
                        "drop schema " + quoted + " cascade");
    }

    @ParameterizedTest
    @MethodSource("schemasOfOthers")
    void roleOfATenantEntersNoOtherSchema(String schema) throws SQLException {
        String name = schema.equals("defender")
                ? clinics.defender(IsolationLevel.SCHEMA).placement().schema()
                : schema;
        for (String sql : reachingInto(name)) {
            try (Connection connection = bound(IsolationLevel.SCHEMA)) {
                refusedWith("42501", connection, sql);
            }
        }
    }

    @Test
    void tenantOnSharedTablesEntersNoSchemaOfAnother() throws SQLException {
        for (String sql :
                reachingInto(clinics.defender(IsolationLevel.SCHEMA).placement().schema())) {
            try (Connection connection = bound(IsolationLevel.SHARED)) {
                refusedWith("42501", connection, sql);
            }
        }
    }

    @Test
    void withoutABindingNoSchemaOpens() throws SQLException {
        for (Tenant tenant :
                List.of(clinics.attacker(IsolationLevel.SCHEMA), clinics.defender(IsolationLevel.SCHEMA))) {
            for (String sql : reachingInto(tenant.placement().schema())) {
                try (Connection connection = unbound(IsolationLevel.SCHEMA)) {
                    refusedWith("42501", connection, sql);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void loginsEnterNoDatabaseButTheirs(IsolationLevel attacking) {
        Tenant attacker = clinics.attacker(attacking);
        Login login = attacking == IsolationLevel.DATABASE
                ? logins.loginOf(attacker)
                : clinics.server().runtime();
        for (IsolationLevel level : IsolationLevel.values()) {
            String database = clinics.defender(level).placement().database();
            if (!database.equals(attacker.placement().database())) {
                assertThatExceptionOfType(SQLException.class)
                        .as("%s into %s", login.user(), database)
                        .isThrownBy(() -> connect(login, database).close())
                        .satisfies(refusal -> assertThat(refusal.getSQLState()).isEqualTo("42501"));
            }
        }
    }

    @Test
    void loginOfADatabaseChangesRowsAndNothingElse() throws SQLException {
        for (String sql : List.of(
                "create table tenant_data.mine (id int)",
                "alter table tenant_data.patient add column mine int",
                "truncate tenant_data.tag cascade",
                "create schema mine",
                "select lo_creat(-1)",
                "select * from tenant_data.tenancy_schema_history",
                "set role \"" + clinics.server().owner().user() + "\"",
                "set role \""
                        + PlacementNames.login(
                                clinics.defender(IsolationLevel.DATABASE).id()) + "\"")) {
            try (Connection connection = bound(IsolationLevel.DATABASE)) {
                refusedWith("42501", connection, sql);
            }
        }
    }

    // --- one wall down ----------------------------------------------------------------------------------------------

    private interface Work {
        void run() throws SQLException;
    }

    /** Tears a wall down, looks, and puts it up again. */
    private static void without(String database, String down, String up, String found, Work look) throws SQLException {
        try (Connection administrator = ClinicGroup.administrator(clinics.defender(IsolationLevel.SHARED));
                Connection inside = database.isEmpty()
                        ? administrator
                        : ClinicGroup.administrator(clinics.defender(IsolationLevel.DATABASE))) {
            change(inside, down);
            try {
                look.run();
                assertThat(clinics.installation().isolationFaults().toString()).contains(found);
                assertThatExceptionOfType(IsolationViolationException.class)
                        .isThrownBy(() -> clinics.installation().checkIsolation());
                for (IsolationLevel level : IsolationLevel.values()) {
                    assertThatExceptionOfType(IsolationViolationException.class)
                            .as("while a wall is down, nobody on %s gets a connection", level)
                            .isThrownBy(() -> Tenancy.callAs(clinics.attacker(level), () -> {
                                clinics.installation()
                                        .dataSource()
                                        .getConnection()
                                        .close();
                                return true;
                            }));
                }
            } finally {
                change(inside, up);
                clinics.installation().checkIsolation();
            }
        }
    }

    private static List<String> namesReadBy(IsolationLevel level) {
        return namesReadBy(clinics, level);
    }

    private static List<String> namesReadBy(ClinicGroup group, IsolationLevel level) {
        return group.from(
                group.attacker(level),
                session -> session.createNativeQuery("select name from tenant_schema.patient", String.class)
                        .getResultList());
    }

    private static void ownNamesOnly(IsolationLevel level) {
        assertThat(namesReadBy(level))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(name).contains("attacker-"));
    }

    @Test
    void withoutRowLevelSecurityOnATableTheGateClosesIsolation() throws SQLException {
        without(
                "",
                shared("alter table $s.patient disable row level security"),
                shared("alter table $s.patient enable row level security"),
                "tenancy_shared.patient",
                () -> assertThat(namesReadBy(IsolationLevel.SHARED))
                        .as("nothing above the policy holds rows of one table apart; the gate must")
                        .anySatisfy(name -> assertThat(name).contains("defender-")));
    }

    @Test
    void withoutThePolicyNoRowIsSeen() throws SQLException {
        without(
                "",
                shared("drop policy tenancy_isolation on $s.patient"),
                shared("create policy tenancy_isolation on $s.patient for all to public"
                        + " using (tenant_id = current_setting('tenancy.tenant_id')::uuid)"
                        + " with check (tenant_id = current_setting('tenancy.tenant_id')::uuid)"),
                "tenancy_shared.patient",
                () -> assertThat(namesReadBy(IsolationLevel.SHARED)).isEmpty());
    }

    @Test
    void withoutForceTheRuntimeLoginIsStillHeldBecauseItOwnsNothing() throws SQLException {
        without(
                "",
                shared("alter table $s.patient no force row level security"),
                shared("alter table $s.patient force row level security"),
                "tenancy_shared.patient",
                () -> ownNamesOnly(IsolationLevel.SHARED));
    }

    @Test
    void withRightsForEverybodyOnASchemaItsNameIsStillNotInTheSql() throws SQLException {
        String schema =
                "\"" + clinics.defender(IsolationLevel.SCHEMA).placement().schema() + "\"";
        without(
                "",
                "grant usage on schema " + schema + " to public; grant select on " + schema + ".patient to public",
                "revoke usage on schema " + schema + " from public; revoke select on " + schema
                        + ".patient from public",
                clinics.defender(IsolationLevel.SCHEMA).placement().schema(),
                () -> {
                    ownNamesOnly(IsolationLevel.SCHEMA);
                    ownNamesOnly(IsolationLevel.SHARED);
                });
    }

    @Test
    void withAnInheritedRoleTheNamesInTheSqlStillHold() throws SQLException {
        String grant = "grant \""
                + PlacementNames.role(clinics.defender(IsolationLevel.SCHEMA).id()) + "\" to \""
                + clinics.server().runtime().user() + "\"";
        // The owner login made the grant, so it is the owner's grant that is changed.
        String owner = " granted by \"" + clinics.server().owner().user() + "\"";
        without(
                "",
                grant + " with inherit true" + owner,
                grant + " with inherit false" + owner,
                PlacementNames.role(clinics.defender(IsolationLevel.SCHEMA).id()),
                () -> {
                    ownNamesOnly(IsolationLevel.SCHEMA);
                    ownNamesOnly(IsolationLevel.SHARED);
                });
    }

    @Test
    void withConnectRightsOnAnotherDatabaseThePoolStillGoesToItsOwn() throws SQLException {
        String database =
                "\"" + clinics.defender(IsolationLevel.DATABASE).placement().database() + "\"";
        String login = "\""
                + PlacementNames.login(clinics.attacker(IsolationLevel.DATABASE).id()) + "\"";
        without(
                "inside",
                "grant connect on database " + database + " to " + login,
                "revoke connect on database " + database + " from " + login,
                clinics.defender(IsolationLevel.DATABASE).placement().database(),
                () -> {
                    ownNamesOnly(IsolationLevel.DATABASE);
                    try (Connection connection = connect(
                            logins.loginOf(clinics.attacker(IsolationLevel.DATABASE)),
                            clinics.defender(IsolationLevel.DATABASE)
                                    .placement()
                                    .database())) {
                        connection.setAutoCommit(false);
                        refusedWith("42501", connection, "select * from tenant_data.patient");
                    }
                });
    }

    @Test
    void withoutRolesTheNamesInTheSqlHoldSchemasApart() throws SQLException {
        try (ClinicGroup roleless = ClinicGroup.withoutSchemaRoles()) {
            List<String> names = namesReadBy(roleless, IsolationLevel.SCHEMA);
            assertThat(names).isNotEmpty().allSatisfy(name -> assertThat(name).contains("attacker-"));
            Belongings theirs = roleless.belongings(IsolationLevel.SCHEMA);
            roleless.in(
                    roleless.attacker(IsolationLevel.SCHEMA),
                    session -> assertThat(session.find(Clinic.Patient.class, theirs.patient()))
                            .isNull());
        }
    }
}
