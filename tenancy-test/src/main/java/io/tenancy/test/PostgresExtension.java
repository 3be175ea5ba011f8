package io.tenancy.test;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the PostgreSQL of the test run as a parameter: {@link TestPostgres}, or a {@link TestDatabase} of their
 * own. A constructor or {@code @BeforeAll} gets a database that lives as long as the test class, a test method or
 * {@code @BeforeEach} gets the class's if it has one and otherwise one that lives as long as the test.
 */
public final class PostgresExtension implements ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(PostgresExtension.class);

    /** Made by JUnit. */
    public PostgresExtension() {}

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == TestPostgres.class || type == TestDatabase.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        TestPostgres postgres = TestPostgres.shared();
        if (parameter.getParameter().getType() == TestPostgres.class) {
            return postgres;
        }
        return context.getStore(NAMESPACE)
                .computeIfAbsent(Lease.class, key -> new Lease(postgres, postgres.createDatabase()), Lease.class)
                .database();
    }

    private record Lease(TestPostgres postgres, TestDatabase database) implements AutoCloseable {
        @Override
        public void close() {
            postgres.dropDatabase(database);
        }
    }
}
