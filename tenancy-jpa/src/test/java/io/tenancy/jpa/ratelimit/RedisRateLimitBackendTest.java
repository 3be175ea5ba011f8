package io.tenancy.jpa.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.TenantId;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimit.Kind;
import io.tenancy.ratelimit.RateLimit.Scope;
import io.tenancy.ratelimit.RateLimitRequest;
import io.tenancy.ratelimit.RateLimiter;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.embedded.RedisServer;

class RedisRateLimitBackendTest extends SharedBackendContract {

    private static int port;
    private static RedisServer redis;

    @BeforeAll
    static void start() throws IOException {
        port = freePort();
        redis = redis(port);
        redis.start();
    }

    @AfterAll
    static void stop() throws IOException {
        redis.stop();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static RedisServer redis(int onPort) throws IOException {
        return RedisServer.newRedisServer()
                .port(onPort)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
    }

    @Override
    RateLimitBackend connect(InstantSource clock) {
        return backend(port, Duration.ofSeconds(5), clock);
    }

    private static RateLimitBackend backend(int onPort, Duration timeout, InstantSource clock) {
        return new RedisRateLimitBackend(
                "redis://127.0.0.1:" + onPort, RedisRateLimitBackend.DEFAULT_KEY_PREFIX, timeout, clock);
    }

    @Test
    void urlThatIsNotOneIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RedisRateLimitBackend(
                        "http://example.com", "x:", Duration.ofSeconds(1), InstantSource.system()));
    }

    @Test
    void installationsThatShareAServerDoNotShareCounters() {
        RateLimit limit = RateLimit.of("a", Scope.GLOBAL, 1, Duration.ofDays(1), Kind.FIXED);
        String url = "redis://127.0.0.1:" + port;
        InstantSource clock = InstantSource.system();
        try (RateLimitBackend one = new RedisRateLimitBackend(url, "one:", Duration.ofSeconds(5), clock);
                RateLimitBackend two = new RedisRateLimitBackend(url, "two:", Duration.ofSeconds(5), clock)) {
            assertThat(one.counter("g/a", limit).take(1, clock.millis()).admitted())
                    .isTrue();
            assertThat(two.counter("g/a", limit).take(1, clock.millis()).admitted())
                    .isTrue();
            assertThat(one.counter("g/a", limit).take(1, clock.millis()).admitted())
                    .isFalse();
        }
    }

    @Test
    void redisThatIsAwayAtTheStartAndGoesMidBurstAndComesBack() throws IOException {
        int ownPort = freePort();
        SettableClock clock = new SettableClock(InstantSource.system().instant());
        TenantId acme = TenantId.next(InstantSource.system());
        try (RateLimiter limiter = RateLimiter.builder()
                .policies(tenant -> List.of(
                        RateLimit.of("a", Scope.TENANT, 1_000, Duration.ofDays(1), Kind.BURST),
                        RateLimit.of("b", Scope.TENANT, 1_000, Duration.ofDays(1), Kind.SLIDING)))
                .backend(backend(ownPort, Duration.ofMillis(500), clock))
                .fallback(new LocalRateLimitBackend())
                .clock(clock)
                .build()) {
            assertThat(limiter.check(RateLimitRequest.of(acme)).shared()).isFalse();

            for (int round = 0; round < 2; round++) {
                RedisServer own = redis(ownPort);
                own.start();
                try {
                    untilShared(limiter, clock, acme);
                    for (int i = 0; i < 20; i++) {
                        assertThat(limiter.check(RateLimitRequest.of(acme)).shared())
                                .isTrue();
                    }
                } finally {
                    own.stop();
                }
                long start = System.nanoTime();
                for (int i = 0; i < 200; i++) {
                    assertThat(limiter.check(RateLimitRequest.of(acme)).shared())
                            .isFalse();
                }
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            }
        }
    }

    private static void untilShared(RateLimiter limiter, SettableClock clock, TenantId tenant) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        do {
            clock.advance(RateLimiter.DEFAULT_PAUSE);
            limiter.check(RateLimitRequest.of(tenant));
            Thread.onSpinWait();
        } while (!limiter.backendReachable() && System.nanoTime() < deadline);
        assertThat(limiter.backendReachable()).isTrue();
    }
}
