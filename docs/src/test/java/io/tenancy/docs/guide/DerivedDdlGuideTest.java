package io.tenancy.docs.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.jpa.isolation.shared.SchemaFinishing;
import io.tenancy.jpa.isolation.shared.SchemaLayout;
import io.tenancy.test.TestDatabase;
import io.tenancy.test.TestLogin;
import io.tenancy.test.TestPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The recipe of docs/guide/migrations.md that prints what is derived. */
class DerivedDdlGuideTest {

    @Test
    void derivedDdlIsPrintedFromPlainTablesAndCanBeRunAsItStands() throws Exception {
        TestPostgres postgres = TestPostgres.shared();
        TestLogin runtime = postgres.createLogin("guide_runtime");
        TestDatabase database = postgres.createDatabase(postgres.createLogin("guide_owner"));
        try (Connection owner = database.connect();
                Statement statement = owner.createStatement()) {
            statement.execute("create schema tenancy_shared");
            statement.execute("create table tenancy_shared.country (code text primary key)");
            statement.execute("create table tenancy_shared.note (id uuid primary key, text text not null)");

            SchemaLayout layout = SchemaLayout.of("tenancy_shared", runtime.user(), Set.of("country"));
            SchemaFinishing finishing = SchemaFinishing.of(IsolationLevel.SHARED, layout);
            List<String> statements = finishing.plan(owner);

            assertThat(statements)
                    .anyMatch(sql -> sql.startsWith("CREATE POLICY tenancy_isolation ON tenancy_shared.note"))
                    .noneMatch(sql -> sql.contains("POLICY") && sql.contains("country"));
            for (String sql : statements) {
                statement.execute(sql);
            }
            assertThat(finishing.plan(owner)).isEmpty();
        }
    }
}
