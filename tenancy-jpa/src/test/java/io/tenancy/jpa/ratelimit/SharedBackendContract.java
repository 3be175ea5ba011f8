package io.tenancy.jpa.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimit.Kind;
import io.tenancy.ratelimit.RateLimit.Scope;
import io.tenancy.ratelimit.RateLimitDecision;
import io.tenancy.ratelimit.RateLimitRequest;
import io.tenancy.ratelimit.RateLimiter;
import io.tenancy.ratelimit.spi.Counter;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every shared backend promises. */
abstract class SharedBackendContract {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final SettableClock clock = new SettableClock(InstantSource.system().instant());
    private final List<RateLimiter> nodes = new ArrayList<>();
    private final TenantId acme = TenantId.next(InstantSource.system());

    /** A node's own way to the one store. */
    abstract RateLimitBackend connect(InstantSource clock);

    @AfterEach
    void closeNodes() {
        nodes.forEach(RateLimiter::close);
    }

    private RateLimiter node(InstantSource time, Map<TenantId, List<RateLimit>> limits) {
        RateLimiter node = RateLimiter.builder()
                .policies(tenant -> limits.getOrDefault(tenant, List.of()))
                .backend(connect(time))
                .clock(time)
                .build();
        nodes.add(node);
        return node;
    }

    private static int admitted(RateLimiter node, RateLimitRequest request, int tries) {
        int admitted = 0;
        for (int i = 0; i < tries; i++) {
            RateLimitDecision decision = node.check(request);
            assertThat(decision.shared()).isTrue();
            admitted += decision.admitted() ? 1 : 0;
        }
        return admitted;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void twoNodesShareALimit(Kind kind) {
        Map<TenantId, List<RateLimit>> limits =
                Map.of(acme, List.of(RateLimit.of("a", Scope.TENANT, 10, Duration.ofDays(1), kind)));
        RateLimiter one = node(clock, limits);
        RateLimiter two = node(clock, limits);

        assertThat(admitted(one, RateLimitRequest.of(acme), 6)).isEqualTo(6);
        assertThat(admitted(two, RateLimitRequest.of(acme), 6)).isEqualTo(4);
        assertThat(admitted(one, RateLimitRequest.of(acme), 2)).isZero();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void threeNodesTogetherAdmitNoMoreThanTheCapacityAndWhatCameBack(Kind kind) throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int capacity = 20 + random.nextInt(20);
        Map<TenantId, List<RateLimit>> limits =
                Map.of(acme, List.of(RateLimit.of("a", Scope.TENANT, capacity, MINUTE, kind)));
        List<RateLimiter> three = List.of(node(clock, limits), node(clock, limits), node(clock, limits));
        // The middle of a fixed window, so that the run lies within one and the next.
        long start = clock.millis() / 60_000 * 60_000 + 60_000 + 15_000;
        clock.set(start);
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            int total = 0;
            int tried = 0;
            long passed = 0;
            for (int step = 0; step < 4; step++) {
                List<Callable<Integer>> work = new ArrayList<>();
                for (int thread = 0; thread < 6; thread++) {
                    RateLimiter node = three.get(thread % 3);
                    int tries = 5 + random.nextInt(10);
                    tried += tries;
                    work.add(() -> admitted(node, RateLimitRequest.of(acme), tries));
                }
                int admittedNow = 0;
                for (Future<Integer> one : threads.invokeAll(work)) {
                    admittedNow += one.get();
                }
                total += admittedNow;
                long most = switch (kind) {
                    case BURST -> capacity + capacity * passed / 60_000;
                    case FIXED, SLIDING -> capacity;
                };
                assertThat(total).as("seed %d, step %d", seed, step).isLessThanOrEqualTo((int) most);
                if (step == 0) {
                    assertThat(total)
                            .as("seed %d: nothing was refused early", seed)
                            .isEqualTo(Math.min(capacity, tried));
                }
                long pause = 1_000 + random.nextInt(9_000);
                clock.advance(Duration.ofMillis(pause));
                passed += pause;
            }
            assertThat(total).as("seed %d", seed).isGreaterThanOrEqualTo(capacity);
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void clockOfOneNodeThatIsAheadLetsInWhatWouldComeBackUntilThenOnly(Kind kind) {
        SettableClock ahead = new SettableClock(clock.instant().plusSeconds(6));
        // Both clocks within one fixed window.
        clock.set(clock.millis() / 60_000 * 60_000 + 10_000);
        ahead.set(clock.millis() + 6_000);
        Map<TenantId, List<RateLimit>> limits =
                Map.of(acme, List.of(RateLimit.of("a", Scope.TENANT, 20, MINUTE, kind)));
        RateLimiter right = node(clock, limits);
        RateLimiter fast = node(ahead, limits);
        int total = 0;
        for (int i = 0; i < 30; i++) {
            total += admitted(i % 2 == 0 ? right : fast, RateLimitRequest.of(acme), 1);
        }
        assertThat(total).isBetween(20, kind == Kind.BURST ? 22 : 20);
    }

    @Test
    void nodesOnBothSidesOfAFixedWindowsEdgeLetInTheTwoWindowsAndNoMore() {
        SettableClock ahead = new SettableClock(clock.instant());
        clock.set(clock.millis() / 60_000 * 60_000 + 59_000);
        ahead.set(clock.millis() + 6_000);
        Map<TenantId, List<RateLimit>> limits =
                Map.of(acme, List.of(RateLimit.of("a", Scope.TENANT, 20, MINUTE, Kind.FIXED)));
        RateLimiter right = node(clock, limits);
        RateLimiter fast = node(ahead, limits);
        int total = 0;
        for (int i = 0; i < 60; i++) {
            total += admitted(i % 2 == 0 ? right : fast, RateLimitRequest.of(acme), 1);
        }
        assertThat(total).isBetween(20, 40);

        clock.advance(Duration.ofSeconds(6));
        ahead.advance(Duration.ofSeconds(6));
        total += admitted(right, RateLimitRequest.of(acme), 30) + admitted(fast, RateLimitRequest.of(acme), 30);
        assertThat(total).as("in the two windows together").isLessThanOrEqualTo(40);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void changedLimitHoldsOnACounterInUseOnEveryNode(Kind kind) {
        Map<TenantId, List<RateLimit>> limits = new ConcurrentHashMap<>();
        limits.put(acme, List.of(RateLimit.of("a", Scope.TENANT, 10, Duration.ofDays(1), kind)));
        RateLimiter one = node(clock, limits);
        RateLimiter two = node(clock, limits);
        assertThat(admitted(one, RateLimitRequest.of(acme), 12)).isEqualTo(10);
        assertThat(admitted(two, RateLimitRequest.of(acme), 1)).isZero();

        limits.put(acme, List.of(RateLimit.of("a", Scope.TENANT, 14, Duration.ofDays(1), kind)));
        clock.advance(RateLimiter.DEFAULT_POLICY_TIME);

        assertThat(admitted(two, RateLimitRequest.of(acme), 2)).isEqualTo(2);
        assertThat(admitted(one, RateLimitRequest.of(acme), 5)).isEqualTo(2);
        assertThat(one.check(RateLimitRequest.of(acme)).headers())
                .hasEntrySatisfying(
                        "RateLimit-Policy", policy -> assertThat(policy).contains("q=14"));

        limits.put(acme, List.of(RateLimit.of("a", Scope.TENANT, 2, Duration.ofDays(1), kind)));
        clock.advance(RateLimiter.DEFAULT_POLICY_TIME);
        assertThat(admitted(one, RateLimitRequest.of(acme), 3)).isZero();
        assertThat(admitted(two, RateLimitRequest.of(acme), 3)).isZero();
    }

    @Test
    void refusalByOneLimitTakesNothingFromTheOthers() {
        for (Kind kind : Kind.values()) {
            TenantId tenant = TenantId.next(InstantSource.system());
            Map<TenantId, List<RateLimit>> limits = Map.of(
                    tenant,
                    List.of(
                            RateLimit.of("wide", Scope.TENANT, 100, Duration.ofDays(1), kind),
                            RateLimit.of("narrow", Scope.TENANT, 3, Duration.ofDays(1), kind)));
            RateLimiter one = node(clock, limits);
            assertThat(admitted(one, RateLimitRequest.of(tenant), 12)).isEqualTo(3);
            assertThat(one.check(RateLimitRequest.of(tenant)).standings())
                    .filteredOn(standing -> standing.limit().name().equals("wide"))
                    .singleElement()
                    .satisfies(standing -> assertThat(standing.remaining()).isEqualTo(97));
        }
    }

    @Test
    void tenantsAndUsersDoNotShareCounters() {
        TenantId globex = TenantId.next(InstantSource.system());
        List<RateLimit> own = List.of(RateLimit.of("a", Scope.USER, 2, Duration.ofDays(1), Kind.BURST));
        RateLimiter one = node(clock, Map.of(acme, own, globex, own));
        String hostile = "a/../" + "\u0000'; drop table x; --".repeat(50);

        for (TenantId tenant : List.of(acme, globex)) {
            for (String user : List.of("ada", "bob", hostile)) {
                assertThat(admitted(one, new RateLimitRequest(tenant, "/", user, null), 4))
                        .isEqualTo(2);
            }
        }
    }

    @Test
    void greatestCapacityAndLongestWindowWork() {
        for (Kind kind : Kind.values()) {
            RateLimit greatest =
                    RateLimit.of("greatest", Scope.TENANT, RateLimit.MAXIMUM_CAPACITY, RateLimit.MAXIMUM_WINDOW, kind);
            RateLimit fastest =
                    RateLimit.of("fastest", Scope.TENANT, RateLimit.MAXIMUM_CAPACITY, RateLimit.MINIMUM_WINDOW, kind);
            try (RateLimitBackend backend = connect(clock)) {
                for (RateLimit limit : List.of(greatest, fastest)) {
                    Counter counter = backend.counter("x/" + acme + "/" + kind + "/" + limit.name(), limit);
                    assertThat(counter.take(5, clock.millis()).remaining())
                            .as("%s", limit)
                            .isEqualTo(RateLimit.MAXIMUM_CAPACITY - 5);
                }
            }
        }
    }
}
