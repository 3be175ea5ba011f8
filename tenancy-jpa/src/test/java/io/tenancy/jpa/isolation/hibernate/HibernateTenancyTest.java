package io.tenancy.jpa.isolation.hibernate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.IsolationLevel;
import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.isolation.IsolationProvider;
import io.tenancy.jpa.LogCapture;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.junit.jupiter.api.Test;

class HibernateTenancyTest {

    /** A database that is down would fail in the same place: whoever asks at boot is found. */
    private static final IsolationProvider UNREACHABLE = new IsolationProvider() {
        @Override
        public boolean supports(IsolationLevel level) {
            return true;
        }

        @Override
        public Connection connect(Tenant tenant) {
            throw new AssertionError("Hibernate asked for a connection while it was starting");
        }
    };

    private static SessionFactory start() {
        Configuration configuration = new Configuration();
        configuration.getProperties().putAll(HibernateTenancy.settings(UNREACHABLE));
        return configuration.buildSessionFactory();
    }

    @Test
    void sessionFactoryStartsWithoutAConnectionAndWithoutAWarning() {
        try (LogCapture log = LogCapture.of("org.hibernate");
                SessionFactory sessions = start()) {
            assertThat(sessions.isOpen()).isTrue();
            assertThat(log.messages("HHH90000025")).isEmpty();
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void dialectIsPostgresAndOfTheOldestVersionThatIsServed() {
        try (SessionFactory sessions = start()) {
            Dialect dialect = sessions.unwrap(SessionFactoryImplementor.class)
                    .getJdbcServices()
                    .getDialect();

            assertThat(dialect).isExactlyInstanceOf(PostgreSQLDialect.class);
            assertThat(dialect.getVersion().getMajor()).isEqualTo(16);
        }
    }

    @Test
    void dialectOfAnotherProductIsRefused() {
        assertThatExceptionOfType(TenancyException.class)
                .isThrownBy(
                        () -> HibernateTenancy.require(Map.of("hibernate.dialect", "org.hibernate.dialect.H2Dialect")))
                .withMessageContaining("hibernate.dialect was 'org.hibernate.dialect.H2Dialect'")
                .withMessageContaining("PostgreSQL");
    }

    @Test
    void versionsThatLetOneTenantChangeAnothersRowAreTold() {
        assertThat(List.of("6.6.0.Final", "7.4.5.Final", "7.4.7.Final")).noneMatch(HibernateTenancy::keepsTenantsApart);
        assertThat(List.of("7.4.8.Final", "7.4.9.Final", "7.5.0.Beta1", "8.0.0.Final", HibernateTenancy.version()))
                .allMatch(HibernateTenancy::keepsTenantsApart);
    }

    @Test
    void dialectOfPostgresOrOfTheApplicationIsAccepted() {
        assertThatCode(() -> {
                    HibernateTenancy.require(Map.of("hibernate.dialect", PostgreSQLDialect.class.getName()));
                    HibernateTenancy.require(Map.of("hibernate.dialect", "com.example.OurDialect"));
                })
                .doesNotThrowAnyException();
    }
}
