package io.tenancy.jpa.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimit.Kind;
import io.tenancy.ratelimit.RateLimit.Scope;
import io.tenancy.ratelimit.RateLimitRequest;
import io.tenancy.ratelimit.RateLimiter;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresRateLimitBackendTest extends SharedBackendContract {

    private static ControlDatabase control;

    @BeforeAll
    static void install() {
        control = new ControlDatabase(TestServer.newDatabase(), 2);
        control.migrate();
    }

    @AfterAll
    static void close() {
        control.close();
    }

    @Override
    RateLimitBackend connect(InstantSource clock) {
        return PostgresRateLimitBackend.open(control.server(), 4, Duration.ofSeconds(5), clock);
    }

    @Test
    void rowsThatCountForNothingAnyMoreAreRemoved() throws SQLException {
        SettableClock clock = new SettableClock(InstantSource.system().instant());
        TenantId acme = TenantId.next(InstantSource.system());
        try (PostgresRateLimitBackend backend =
                PostgresRateLimitBackend.open(control.server(), 2, Duration.ofSeconds(5), clock)) {
            RateLimiter limiter = RateLimiter.builder()
                    .policies(tenant -> List.of(
                            RateLimit.of("burst", Scope.USER, 5, Duration.ofMinutes(1), Kind.BURST),
                            RateLimit.of("fixed", Scope.USER, 5, Duration.ofMinutes(1), Kind.FIXED),
                            RateLimit.of("sliding", Scope.USER, 5, Duration.ofMinutes(1), Kind.SLIDING)))
                    .backend(backend)
                    .clock(clock)
                    .build();
            backend.removeExpired();
            long before = rows(acme);
            for (int i = 0; i < 10; i++) {
                limiter.check(new RateLimitRequest(acme, "/", "user " + i, null));
            }
            assertThat(rows(acme) - before).isEqualTo(30);
            clock.advance(Duration.ofSeconds(1));
            backend.removeExpired();
            assertThat(rows(acme) - before).as("still counting").isEqualTo(30);
            clock.advance(Duration.ofMinutes(3));
            assertThat(backend.removeExpired()).isGreaterThanOrEqualTo(30);
            assertThat(rows(acme)).isZero();
        }
    }

    @Test
    void serverThatThrowsItsConnectionsOutMidBurstIsBackAfterThePause() throws SQLException {
        SettableClock clock = new SettableClock(InstantSource.system().instant());
        TenantId acme = TenantId.next(InstantSource.system());
        DatabaseServer server = control.server();
        try (RateLimiter limiter = RateLimiter.builder()
                .policies(tenant -> List.of(RateLimit.of("a", Scope.TENANT, 10, Duration.ofDays(1), Kind.FIXED)))
                .backend(PostgresRateLimitBackend.open(server, 2, Duration.ofMillis(500), clock))
                .fallback(new LocalRateLimitBackend())
                .clock(clock)
                .build()) {
            assertThat(limiter.check(RateLimitRequest.of(acme)).shared()).isTrue();

            administer(server, "alter role " + server.platform().user() + " nologin");
            try {
                administer(
                        server,
                        "select pg_terminate_backend(pid) from pg_stat_activity where application_name ="
                                + " 'tenancy-rate-limits' and datname = current_database()");
                long start = System.nanoTime();
                int alone = 0;
                for (int i = 0; i < 200; i++) {
                    alone += limiter.check(RateLimitRequest.of(acme)).shared() ? 0 : 1;
                }
                assertThat(alone).isEqualTo(200);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
                assertThat(limiter.backendReachable()).isFalse();
            } finally {
                administer(server, "alter role " + server.platform().user() + " login");
            }
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!limiter.backendReachable() && System.nanoTime() < deadline) {
                clock.advance(RateLimiter.DEFAULT_PAUSE);
                limiter.check(RateLimitRequest.of(acme));
            }
            assertThat(limiter.check(RateLimitRequest.of(acme)).shared()).isTrue();
        }
    }

    private static void administer(DatabaseServer server, String sql) throws SQLException {
        try (Connection administrator = TestServer.administrator(server.database());
                Statement statement = administrator.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long rows(TenantId tenant) throws SQLException {
        try (Connection connection = control.platform().getConnection();
                var query = connection.prepareStatement("select count(*) from rate_limit_bucket where id like ?")) {
            query.setString(1, "%" + tenant + "%");
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
