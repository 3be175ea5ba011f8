package io.tenancy.jpa.control.migration;

import static io.tenancy.jpa.isolation.shared.TestDatabase.ALPHA;
import static io.tenancy.jpa.isolation.shared.TestDatabase.BETA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.IsolationLevel;
import io.tenancy.TenantId;
import io.tenancy.jpa.isolation.shared.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaMigratorTest {

    private static final String TABLES = "create extension if not exists citext;\n"
            + "create table room (id bigserial primary key, name citext not null unique);\n"
            + "create table currency (code text primary key);\n"
            + "insert into currency values ('EUR');";

    @TempDir
    private Path folder;

    private final List<TenantId> tenants = new ArrayList<>(List.of(ALPHA, BETA));
    private final DataMigrationRunner runner = DataMigrationRunner.asOwner(target -> List.copyOf(tenants));
    private TestDatabase database;

    @BeforeEach
    void freshDatabase() throws SQLException {
        database = TestDatabase.withSchema("tenancy_shared");
    }

    private void script(String name, String sql) throws IOException {
        Files.writeString(folder.resolve(name), sql);
    }

    private SchemaTarget target(IsolationLevel level) {
        return new SchemaTarget(
                database.ownerSource(), "tenancy_shared", level, TestDatabase.RUNTIME, Set.of("currency"));
    }

    private SchemaMigrator migrator(boolean sharedInUse) {
        MigrationScripts scripts = MigrationScripts.scan(
                List.of("filesystem:" + folder), getClass().getClassLoader());
        return new SchemaMigrator(scripts, sharedInUse, InstantSource.system());
    }

    private MigrationResult migrate() {
        return migrator(true).migrate(target(IsolationLevel.SHARED), runner);
    }

    private void rooms() throws IOException {
        script("V1__rooms.sql", TABLES);
        script("D2__first_room.sql", "insert into room (name) values ('Lobby');");
        script("V3__rename.sql", "alter table room rename column name to title;");
    }

    @Test
    void versionsOfBothKindsRunInOneOrder() throws Exception {
        rooms();
        assertThat(migrate()).isEqualTo(new MigrationResult(2, 2));
        assertThat(database.as(ALPHA, "select title from room")).containsExactly("Lobby");
        assertThat(database.as(BETA, "select count(*) from room")).containsExactly("1");
        assertThat(migrate()).isEqualTo(new MigrationResult(0, 0));
    }

    @Test
    void theSameScriptsServeASchemaOfItsOwn() throws Exception {
        rooms();
        tenants.remove(BETA);
        SchemaTarget target = target(IsolationLevel.SCHEMA);
        assertThat(migrator(true).migrate(target, runner)).isEqualTo(new MigrationResult(2, 1));
        assertThat(database.withoutTenant("select title from room")).containsExactly("Lobby");
        assertThatThrownBy(() -> database.withoutTenant("select * from tenancy_data_history"))
                .hasMessageContaining("permission denied");
    }

    @Test
    void aTenantThatJoinsLaterGetsItsRows() throws Exception {
        rooms();
        script("D2__first_room.sql", "insert into room values (default, 'Lobby');");
        tenants.remove(BETA);
        migrate();
        tenants.add(BETA);
        assertThat(migrator(true).status(target(IsolationLevel.SHARED), runner).pendingData())
                .containsOnlyKeys(BETA);
        assertThat(migrate()).isEqualTo(new MigrationResult(0, 1));
        assertThat(migrator(true).status(target(IsolationLevel.SHARED), runner).isCurrent())
                .isTrue();
    }

    @Test
    void aFailureAtOneTenantLeavesTheOthersDoneAndIsResumed() throws Exception {
        script("V1__rooms.sql", TABLES);
        migrate();
        database.as(BETA, "insert into room (name) values ('Lobby')");
        script("D2__first_room.sql", "select 1;\ninsert into room (name) values ('Lobby');");
        assertThatThrownBy(this::migrate)
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("D2__first_room.sql failed at line 2")
                .hasMessageContaining(BETA.toString());
        assertThat(database.as(ALPHA, "select count(*) from room")).containsExactly("1");
        database.as(BETA, "delete from room");
        assertThat(migrate()).isEqualTo(new MigrationResult(0, 1));
    }

    @Test
    void aFailedStructureScriptLeavesNothing() throws Exception {
        script("V1__rooms.sql", TABLES);
        script("V2__bad.sql", "create table extra (id uuid primary key);\nalter table nowhere add column x int;");
        assertThatThrownBy(this::migrate)
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("V2__bad.sql failed at line 2")
                .hasMessageContaining("tenancy_shared");
        assertThat(database.asOwner("select to_regclass('extra') is null and to_regclass('room') is not null"))
                .containsExactly("t");
        script("V2__bad.sql", "create table extra (id uuid primary key);");
        assertThat(migrate().structureScripts()).isEqualTo(1);
    }

    @Test
    void anUnsupportedTableRollsItsVersionBackAndNamesScriptAndTable() throws Exception {
        script("V1__rooms.sql", TABLES);
        script("V2__natural.sql", "create table country (code text primary key);");
        assertThatThrownBy(this::migrate)
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("V2__natural.sql")
                .hasMessageContaining("country");
        assertThat(database.asOwner("select to_regclass('country') is null")).containsExactly("t");
    }

    @Test
    void refusalOfATableThatMayBeGlobalNamesThePropertyAndTheSettingInCode() throws Exception {
        script("V1__natural.sql", "create table country (code text primary key);");
        assertThatThrownBy(this::migrate)
                .hasMessageContaining("tenancy.isolation.global-tables")
                .hasMessageContaining("TenancyInstallation.Builder.globalTables");
    }

    @Test
    void refusalOfRowsThatMayBeGlobalNamesThePropertyAndTheSettingInCode() throws Exception {
        script("V1__rows.sql", "create table room (id uuid primary key);\ninsert into room values ('" + ALPHA + "');");
        assertThatThrownBy(this::migrate)
                .hasMessageContaining("tenancy.isolation.global-tables")
                .hasMessageContaining("TenancyInstallation.Builder.globalTables");
    }

    @Test
    void structureScriptsThatChangeRowsAreRefusedBeforeAnythingRuns() throws Exception {
        script("V1__rooms.sql", TABLES + "\nupdate room set name = 'x';");
        script("V2__index.sql", "create index concurrently i on room (name);");
        script("D3__ddl.sql", "create table y (id uuid);\ninsert into currency values ('BRL');\ncommit;");
        assertThatThrownBy(this::migrate)
                .hasMessageContaining("V1__rooms.sql, line 5")
                .hasMessageContaining("data script (D<version>__name.sql)")
                .hasMessageContaining("V2__index.sql, line 1")
                .hasMessageContaining("D3__ddl.sql, line 1")
                .hasMessageContaining("D3__ddl.sql, line 2")
                .hasMessageContaining("D3__ddl.sql, line 3");
        assertThat(database.asOwner("select to_regclass('room') is null")).containsExactly("t");
    }

    @Test
    void indexesMayBeBuiltConcurrentlyWhereNoTableIsShared() throws Exception {
        script("V1__rooms.sql", TABLES);
        script("V2__index.sql", "create index concurrently i on room (name);");
        tenants.remove(BETA);
        assertThat(migrator(false)
                        .migrate(target(IsolationLevel.SCHEMA), runner)
                        .structureScripts())
                .isEqualTo(2);
    }

    @Test
    void aUniqueKeyOfALaterVersionIsCheckedPerTenant() throws Exception {
        script("V1__t.sql", "create table t (id bigserial primary key, a text, b text);");
        migrate();
        database.as(ALPHA, "insert into t (a, b) values ('x', 'y')");
        database.as(BETA, "insert into t (a, b) values ('x', 'y')");
        script(
                "V2__unique.sql",
                "alter table t add constraint t_a unique (a);\ncreate unique index t_b on t (lower(b));");
        migrate();
        assertThatThrownBy(() -> database.as(ALPHA, "insert into t (a) values ('x')"))
                .hasMessageContaining("t_a");
        script("V3__drop.sql", "alter table t drop constraint t_a;\ndrop index t_b;");
        migrate();
    }

    @Test
    void aReferenceOfALaterVersionIsCheckedForAllTenants() throws Exception {
        script("V1__t.sql", "create table k (id uuid primary key); create table t (id uuid primary key, k_id uuid);");
        migrate();
        database.as(BETA, "insert into t values (gen_random_uuid(), gen_random_uuid())");
        script("V2__fk.sql", "alter table t add constraint fk foreign key (k_id) references k (id);");
        assertThatThrownBy(this::migrate).hasMessageContaining("violates foreign key constraint");
        database.as(BETA, "delete from t");
        migrate();
        assertThat(database.asOwner(
                        "select count(*) from pg_class where relname in ('k', 't') and relforcerowsecurity"))
                .containsExactly("2");
    }

    @Test
    void rowsReadByAStructureScriptAreExplained() throws Exception {
        script("V1__t.sql", "create table t (id uuid primary key);");
        migrate();
        script("V2__copy.sql", "create table c as select * from t;");
        assertThatThrownBy(this::migrate).hasMessageContaining("data script (D<version>__name.sql)");
    }

    @Test
    void changedScriptsAreRefused() throws Exception {
        rooms();
        migrate();
        script("D2__first_room.sql", "insert into room (title) values ('Other');");
        assertThatThrownBy(this::migrate).hasMessageContaining("D2__first_room.sql was changed after it ran");
        rooms();
        script("V3__rename.sql", "alter table room rename column name to other;");
        assertThatThrownBy(this::migrate).hasMessageContaining("checksum");
    }

    @Test
    void twoNodesAtOnceRunEachScriptOnce() throws Exception {
        rooms();
        ExecutorService nodes = Executors.newFixedThreadPool(2);
        try {
            Callable<MigrationResult> node = this::migrate;
            List<Future<MigrationResult>> results = nodes.invokeAll(List.of(node, node));
            int structure = 0;
            int data = 0;
            for (Future<MigrationResult> result : results) {
                structure += result.get().structureScripts();
                data += result.get().dataScripts();
            }
            assertThat(new MigrationResult(structure, data)).isEqualTo(new MigrationResult(2, 2));
        } finally {
            nodes.shutdown();
        }
        assertThat(database.as(ALPHA, "select count(*) from room")).containsExactly("1");
    }
}
