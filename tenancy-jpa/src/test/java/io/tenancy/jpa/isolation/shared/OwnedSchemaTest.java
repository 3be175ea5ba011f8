package io.tenancy.jpa.isolation.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwnedSchemaTest {

    private final OwnedSchema owned =
            new OwnedSchema(SchemaLayout.of("clinic", TestDatabase.RUNTIME, Set.of("currency")));
    private TestDatabase database;

    @BeforeEach
    void freshDatabase() throws SQLException {
        database = TestDatabase.withSchema("clinic");
    }

    @Test
    void theTenantsRoleWorksAndPublicGetsNothing() throws SQLException {
        database.owner(
                "create type mood as enum ('fine')",
                "create table currency (code text primary key)",
                "create table note (id bigserial primary key, body text, mood mood)",
                "create function bodies() returns setof text language sql as 'select body from note'",
                "grant usage on schema clinic to public");
        try (Connection connection = database.ownerConnection()) {
            owned.derive(connection);
            assertThat(owned.derive(connection)).isEmpty();
            connection.commit();
        }
        database.withoutTenant("insert into note (body) values ('x')");
        assertThat(database.withoutTenant("set search_path = tenancy_extensions", "select clinic.bodies()"))
                .containsExactly("x");
        assertThatThrownBy(() -> database.withoutTenant("insert into currency values ('EUR')"))
                .hasMessageContaining("permission denied");
        assertThat(database.asOwner("select has_function_privilege('public', 'bodies()', 'EXECUTE')"
                        + " or has_schema_privilege('public', 'clinic', 'USAGE')"
                        + " or has_type_privilege('public', 'mood', 'USAGE')"))
                .containsExactly("f");
    }

    @Test
    void largeObjectsAndSecurityDefinersAreRefused() throws SQLException {
        database.owner(
                "create table t (doc oid)",
                "create function f() returns int security definer language sql as 'select 1'");
        try (Connection connection = database.ownerConnection()) {
            assertThatThrownBy(() -> owned.plan(connection))
                    .isInstanceOf(UnsupportedSchemaException.class)
                    .hasMessageContaining("large objects")
                    .hasMessageContaining("SECURITY DEFINER");
        }
    }
}
