package io.tenancy.jpa.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tenancy.TenantId;
import io.tenancy.ratelimit.BackendFailure;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimit.Kind;
import io.tenancy.ratelimit.RateLimit.Scope;
import io.tenancy.ratelimit.RateLimitDecision;
import io.tenancy.ratelimit.RateLimitRequest;
import io.tenancy.ratelimit.RateLimitStanding;
import io.tenancy.ratelimit.RateLimitedException;
import io.tenancy.ratelimit.RateLimiter;
import io.tenancy.ratelimit.RateLimitsUnavailableException;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import io.tenancy.ratelimit.spi.RateLimitPolicies;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RateLimiterTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-21T10:00:00Z"));
    private final TenantId acme = TenantId.next(InstantSource.system());
    private final TenantId globex = TenantId.next(InstantSource.system());

    private RateLimiter limiter(RateLimit... limits) {
        return limiter(new LocalRateLimitBackend(), tenant -> List.of(limits)).build();
    }

    private RateLimiter.Builder limiter(RateLimitBackend backend, RateLimitPolicies policies) {
        return RateLimiter.builder().backend(backend).policies(policies).clock(clock);
    }

    private RateLimitRequest request(TenantId tenant, String path, String user, String key) {
        return new RateLimitRequest(tenant, path, user, key);
    }

    private static int admitted(RateLimiter limiter, RateLimitRequest request, int tries) {
        int admitted = 0;
        for (int i = 0; i < tries; i++) {
            admitted += limiter.check(request).admitted() ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void tokenBucketAdmitsItsCapacityAtOnceAndRefillsEvenly() {
        RateLimiter limiter = limiter(RateLimit.of("burst", Scope.TENANT, 60, MINUTE, Kind.BURST));

        assertThat(admitted(limiter, RateLimitRequest.of(acme), 100)).isEqualTo(60);
        RateLimitDecision refused = limiter.check(RateLimitRequest.of(acme));
        assertThat(refused.retryAfterSeconds()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(1));
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 5)).isEqualTo(1);
        clock.advance(Duration.ofSeconds(10));
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 100)).isEqualTo(10);
    }

    @Test
    void whereThereIsNoRoomForMoreTenantsWhatWasUsedStaysUsed() {
        RateLimit two = RateLimit.of("two", Scope.TENANT, 2, Duration.ofDays(1), Kind.BURST);
        RateLimiter limiter = limiter(new LocalRateLimitBackend(), tenant -> List.of(two))
                .maximumTenants(4)
                .build();
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 1)).isEqualTo(1);

        for (int i = 0; i < 50; i++) {
            TenantId passing = TenantId.next(InstantSource.system());
            assertThat(admitted(limiter, RateLimitRequest.of(passing), 5)).isEqualTo(2);
        }

        assertThat(admitted(limiter, RateLimitRequest.of(acme), 5)).isEqualTo(1);
    }

    @Test
    void whileNobodyCanBeAskedTheLastKnownLimitsHoldHoweverManyStrangersCome() {
        RateLimit two = RateLimit.of("two", Scope.TENANT, 2, Duration.ofDays(1), Kind.BURST);
        AtomicBoolean away = new AtomicBoolean();
        AtomicInteger asked = new AtomicInteger();
        RateLimitPolicies policies = tenant -> {
            asked.incrementAndGet();
            if (away.get()) {
                throw new IllegalStateException("nobody answers");
            }
            return List.of(two);
        };
        RateLimiter limiter =
                limiter(new LocalRateLimitBackend(), policies).maximumTenants(4).build();
        List<TenantId> known = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            known.add(TenantId.next(InstantSource.system()));
            limiter.check(RateLimitRequest.of(known.get(i)));
        }
        away.set(true);
        clock.advance(Duration.ofMinutes(1));

        for (int i = 0; i < 20; i++) {
            TenantId stranger = TenantId.next(InstantSource.system());
            assertThat(limiter.check(RateLimitRequest.of(stranger)).admitted()).isTrue();
        }

        int before = asked.get();
        TenantId stranger = TenantId.next(InstantSource.system());
        admitted(limiter, RateLimitRequest.of(stranger), 10);
        assertThat(asked.get() - before).as("asked for one stranger").isEqualTo(1);
        for (TenantId each : known) {
            assertThat(admitted(limiter, RateLimitRequest.of(each), 5)).isEqualTo(1);
        }
    }

    @Test
    void limitsThatWereInvalidatedWhileTheyWereReadAreReadAgain() {
        AtomicReference<RateLimiter> limiter = new AtomicReference<>();
        AtomicInteger capacity = new AtomicInteger(10);
        AtomicBoolean change = new AtomicBoolean();
        RateLimitPolicies policies = tenant -> {
            RateLimit read = RateLimit.of("a", Scope.TENANT, capacity.get(), Duration.ofDays(1), Kind.BURST);
            if (change.getAndSet(false)) {
                capacity.set(3);
                limiter.get().invalidate(tenant);
            }
            return List.of(read);
        };
        limiter.set(limiter(new LocalRateLimitBackend(), policies).build());
        limiter.get().check(RateLimitRequest.of(acme));
        clock.advance(RateLimiter.DEFAULT_POLICY_TIME);
        change.set(true);
        limiter.get().check(RateLimitRequest.of(acme));

        assertThat(limiter.get()
                        .check(RateLimitRequest.of(acme))
                        .standings()
                        .get(0)
                        .limit()
                        .capacity())
                .isEqualTo(3);
    }

    @Test
    void aSourceOfLimitsThatBreaksIsAskedAgain() {
        AtomicInteger asked = new AtomicInteger();
        RateLimitPolicies policies = tenant -> {
            if (asked.incrementAndGet() == 2) {
                throw new NoClassDefFoundError("planned");
            }
            return List.of(RateLimit.of("a", Scope.TENANT, 1_000, MINUTE, Kind.BURST));
        };
        RateLimiter limiter = limiter(new LocalRateLimitBackend(), policies).build();
        limiter.check(RateLimitRequest.of(acme));
        clock.advance(RateLimiter.DEFAULT_POLICY_TIME);
        assertThatExceptionOfType(NoClassDefFoundError.class)
                .isThrownBy(() -> limiter.check(RateLimitRequest.of(acme)));

        limiter.check(RateLimitRequest.of(acme));

        assertThat(asked).hasValue(3);
    }

    @Test
    void fixedWindowIsFullAgainAtTheNextMultipleOfItsLength() {
        RateLimiter limiter = limiter(RateLimit.of("minute", Scope.TENANT, 10, MINUTE, Kind.FIXED));
        clock.advance(Duration.ofSeconds(20));

        assertThat(admitted(limiter, RateLimitRequest.of(acme), 20)).isEqualTo(10);
        assertThat(limiter.check(RateLimitRequest.of(acme)).headers())
                .containsEntry("Retry-After", "40")
                .containsEntry("RateLimit", "\"minute\";r=0;t=40");
        clock.advance(Duration.ofSeconds(39));
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 20)).isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 20)).isEqualTo(10);
    }

    @Test
    void slidingWindowGivesUnitsBackOneWindowAfterTheirUse() {
        RateLimiter limiter = limiter(RateLimit.of("minute", Scope.TENANT, 10, MINUTE, Kind.SLIDING));

        assertThat(admitted(limiter, RateLimitRequest.of(acme), 4)).isEqualTo(4);
        clock.advance(Duration.ofSeconds(30));
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 20)).isEqualTo(6);
        long wait = limiter.check(RateLimitRequest.of(acme)).retryAfterSeconds();
        assertThat(wait).isBetween(30L, 33L);
        clock.advance(Duration.ofSeconds(29));
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 20)).isZero();
        clock.advance(Duration.ofSeconds(wait - 29));
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 20)).isEqualTo(4);
    }

    @Test
    void severalLimitsApplyTogetherAndARefusalByOneTakesNothingFromTheOthers() {
        for (Kind kind : Kind.values()) {
            RateLimiter limiter = limiter(
                    RateLimit.of("wide", Scope.TENANT, 100, Duration.ofHours(1), kind),
                    RateLimit.of("narrow", Scope.TENANT, 3, MINUTE, kind));

            assertThat(admitted(limiter, RateLimitRequest.of(acme), 50)).isEqualTo(3);
            clock.advance(Duration.ofMinutes(2));
            RateLimitDecision decision = limiter.check(RateLimitRequest.of(acme));

            long used = kind == Kind.BURST ? 1 : 4;
            assertThat(decision.standings())
                    .filteredOn(standing -> standing.limit().name().equals("wide"))
                    .singleElement()
                    .extracting(RateLimitStanding::remaining)
                    .as("%s", kind)
                    .isEqualTo(100 - used);
        }
    }

    @Test
    void tenantsEndpointsUsersAndKeysHaveTheirOwnCounts() {
        RateLimiter limiter = limiter(
                RateLimit.ofEndpoint("reports", "/reports/**", 2, MINUTE, Kind.BURST),
                RateLimit.of("user", Scope.USER, 3, MINUTE, Kind.BURST),
                RateLimit.of("key", Scope.API_KEY, 4, MINUTE, Kind.BURST));

        assertThat(admitted(limiter, request(acme, "/reports/1", null, null), 9))
                .isEqualTo(2);
        assertThat(admitted(limiter, request(acme, "/articles", null, null), 9)).isEqualTo(9);
        assertThat(admitted(limiter, request(globex, "/reports/1", null, null), 9))
                .isEqualTo(2);
        assertThat(admitted(limiter, request(acme, "/articles", "ada", null), 9))
                .isEqualTo(3);
        assertThat(admitted(limiter, request(acme, "/articles", "bob", null), 9))
                .isEqualTo(3);
        assertThat(admitted(limiter, request(globex, "/articles", "ada", null), 9))
                .isEqualTo(3);
        assertThat(admitted(limiter, request(acme, "/articles", null, "ada"), 9))
                .isEqualTo(4);
        assertThat(admitted(limiter, request(globex, "/articles", null, "ada"), 9))
                .isEqualTo(4);
    }

    @Test
    void globalLimitIsSharedByAllTenants() {
        RateLimiter limiter = limiter(new LocalRateLimitBackend(), tenant -> List.of())
                .global(List.of(RateLimit.of("all", Scope.GLOBAL, 5, MINUTE, Kind.BURST)))
                .build();

        assertThat(admitted(limiter, RateLimitRequest.of(acme), 3)).isEqualTo(3);
        assertThat(admitted(limiter, RateLimitRequest.of(globex), 9)).isEqualTo(2);
    }

    @Test
    void tenantAtItsLimitTakesNothingFromTheGlobalOne() {
        RateLimiter limiter = limiter(
                        new LocalRateLimitBackend(),
                        tenant -> List.of(RateLimit.of("own", Scope.TENANT, 2, MINUTE, Kind.BURST)))
                .global(List.of(RateLimit.of("all", Scope.GLOBAL, 4, MINUTE, Kind.BURST)))
                .build();

        assertThat(admitted(limiter, RateLimitRequest.of(acme), 1_000)).isEqualTo(2);
        assertThat(admitted(limiter, RateLimitRequest.of(globex), 9)).isEqualTo(2);
    }

    @Test
    void unlimitedLimitAndNoLimitAdmitEverything() {
        RateLimiter limiter = limiter(RateLimit.of("free", Scope.TENANT, RateLimit.UNLIMITED, MINUTE, Kind.BURST));
        assertThat(limiter.check(RateLimitRequest.of(acme)).headers()).isEmpty();
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 1_000)).isEqualTo(1_000);
    }

    @Test
    void changedLimitHoldsOnABucketInUseAfterThePolicyTime() {
        for (Kind kind : Kind.values()) {
            Map<TenantId, Long> capacity = new ConcurrentHashMap<>(Map.of(acme, 10L));
            RateLimiter limiter = limiter(
                            new LocalRateLimitBackend(),
                            tenant -> List.of(RateLimit.of(
                                    "daily", Scope.TENANT, capacity.get(tenant), Duration.ofDays(1), kind)))
                    .build();
            assertThat(admitted(limiter, RateLimitRequest.of(acme), 50)).isEqualTo(10);

            capacity.put(acme, 15L);
            assertThat(admitted(limiter, RateLimitRequest.of(acme), 50)).isZero();
            clock.advance(RateLimiter.DEFAULT_POLICY_TIME);
            assertThat(admitted(limiter, RateLimitRequest.of(acme), 50))
                    .as("%s", kind)
                    .isEqualTo(5);

            capacity.put(acme, 3L);
            clock.advance(RateLimiter.DEFAULT_POLICY_TIME);
            RateLimitDecision lowered = limiter.check(RateLimitRequest.of(acme));
            assertThat(lowered.admitted()).isFalse();
            assertThat(lowered.headers())
                    .hasEntrySatisfying(
                            "RateLimit-Policy", policy -> assertThat(policy).contains(";q=3;"));
        }
    }

    @Test
    void changedKindBeginsAnewAndHolds() {
        Map<TenantId, Kind> kind = new ConcurrentHashMap<>(Map.of(acme, Kind.BURST));
        RateLimiter limiter = limiter(
                        new LocalRateLimitBackend(),
                        tenant -> List.of(RateLimit.of("daily", Scope.TENANT, 4, Duration.ofDays(1), kind.get(tenant))))
                .build();
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 50)).isEqualTo(4);
        kind.put(acme, Kind.SLIDING);
        limiter.invalidate(acme);
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 50)).isEqualTo(4);
    }

    @Test
    void costlyRequestTakesItsUnitsOrNone() {
        RateLimiter limiter = limiter(RateLimit.of("units", Scope.TENANT, 10, MINUTE, Kind.BURST));
        assertThat(limiter.check(RateLimitRequest.of(acme), 7).admitted()).isTrue();
        assertThat(limiter.check(RateLimitRequest.of(acme), 4).admitted()).isFalse();
        assertThat(limiter.check(RateLimitRequest.of(acme), 3).admitted()).isTrue();
        assertThat(limiter.check(RateLimitRequest.of(globex), Long.MAX_VALUE).retryAfterSeconds())
                .isLessThanOrEqualTo(60);
        assertThatIllegalArgumentException().isThrownBy(() -> limiter.check(RateLimitRequest.of(acme), 0));
        assertThatIllegalArgumentException().isThrownBy(() -> limiter.check(RateLimitRequest.of(acme), -5));
    }

    @Test
    void requireThrowsWithTheTimeToComeBack() {
        RateLimiter limiter = limiter(RateLimit.of("minute", Scope.TENANT, 1, MINUTE, Kind.FIXED));
        limiter.require(RateLimitRequest.of(acme));
        assertThatExceptionOfType(RateLimitedException.class)
                .isThrownBy(() -> limiter.require(RateLimitRequest.of(acme)))
                .satisfies(refusal -> assertThat(refusal.decision().violated()).hasSize(1));
    }

    @Test
    void limitsThatCannotBeAskedForAreTheLastKnownOnes() {
        SettableFailure policies = new SettableFailure(RateLimit.of("a", Scope.TENANT, 3, MINUTE, Kind.FIXED));
        RateLimiter limiter = limiter(new LocalRateLimitBackend(), policies).build();
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 1)).isEqualTo(1);

        policies.failing = true;
        clock.advance(Duration.ofSeconds(10));

        assertThat(admitted(limiter, RateLimitRequest.of(acme), 9)).isEqualTo(2);
        assertThat(limiter.check(RateLimitRequest.of(globex)).admitted()).isTrue();
    }

    @Test
    void limitsThatWereNeverKnownAreThoseOfEverybodyUntilTheyCanBeAskedFor() {
        SettableFailure own = new SettableFailure(RateLimit.of("a", Scope.TENANT, 5, MINUTE, Kind.FIXED));
        own.failing = true;
        RateLimiter limiter = limiter(new LocalRateLimitBackend(), new RateLimitPolicies() {
                    @Override
                    public List<RateLimit> of(TenantId tenant) {
                        return own.of(tenant);
                    }

                    @Override
                    public List<RateLimit> whileUnknown(TenantId tenant) {
                        return List.of(RateLimit.of("a", Scope.TENANT, 2, MINUTE, Kind.FIXED));
                    }
                })
                .build();
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 9)).isEqualTo(2);

        own.failing = false;
        clock.advance(RateLimiter.DEFAULT_POLICY_TIME);

        assertThat(admitted(limiter, RateLimitRequest.of(acme), 9)).isEqualTo(3);
    }

    @Test
    void limitsThatWereNeverKnownRefuseWhereItIsSetSo() {
        SettableFailure policies = new SettableFailure(RateLimit.of("a", Scope.TENANT, 3, MINUTE, Kind.FIXED));
        policies.failing = true;
        RateLimiter limiter = limiter(new LocalRateLimitBackend(), policies)
                .onBackendFailure(BackendFailure.CLOSED)
                .build();

        assertThatExceptionOfType(RateLimitsUnavailableException.class)
                .isThrownBy(() -> limiter.check(RateLimitRequest.of(acme)))
                .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(503));
    }

    @Test
    void twoLimitsOfOneNameAreRefusedAndGlobalOnesBelongToTheBuilder() {
        RateLimit own = RateLimit.of("same", Scope.TENANT, 3, MINUTE, Kind.FIXED);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter(new LocalRateLimitBackend(), tenant -> List.of())
                        .global(List.of(own)))
                .withMessageContaining("has scope TENANT");
        RateLimiter limiter = limiter(new LocalRateLimitBackend(), tenant -> List.of(own, own))
                .onBackendFailure(BackendFailure.CLOSED)
                .build();
        assertThatExceptionOfType(RateLimitsUnavailableException.class)
                .isThrownBy(() -> limiter.check(RateLimitRequest.of(acme)))
                .withMessageContaining("two rate limits called 'same'");
    }

    @Test
    void countersAreBounded() {
        LocalRateLimitBackend backend = new LocalRateLimitBackend(50);
        RateLimiter limiter = limiter(
                        backend, tenant -> List.of(RateLimit.of("key", Scope.API_KEY, 3, MINUTE, Kind.BURST)))
                .build();
        for (int i = 0; i < 1_000; i++) {
            limiter.check(request(acme, "/", null, "invented " + i));
        }
        assertThat(backend.size()).isLessThanOrEqualTo(50);
    }

    @Test
    void backendThatIsDownLetsThisNodeLimitByItselfWithOneLinePerChange() {
        FailingBackend backend = new FailingBackend();
        RateLimiter limiter = limiter(
                        backend, tenant -> List.of(RateLimit.of("a", Scope.TENANT, 10, MINUTE, Kind.FIXED)))
                .fallback(new LocalRateLimitBackend())
                .build();
        assertThat(admitted(limiter, RateLimitRequest.of(acme), 4)).isEqualTo(4);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("io.tenancy.ratelimit");
        log.start();
        logger.addAppender(log);
        try {
            backend.down = true;
            int before = backend.asked.get();
            RateLimitDecision first = limiter.check(RateLimitRequest.of(acme));
            assertThat(first.shared()).isFalse();
            assertThat(1 + admitted(limiter, RateLimitRequest.of(acme), 99)).isEqualTo(10);
            assertThat(backend.asked.get() - before)
                    .as("requests that waited for it")
                    .isEqualTo(1);
            assertThat(limiter.backendReachable()).isFalse();

            clock.advance(RateLimiter.DEFAULT_PAUSE);
            limiter.check(RateLimitRequest.of(acme));
            limiter.check(RateLimitRequest.of(acme));
            assertThat(backend.asked.get() - before).as("one tries it again").isEqualTo(2);

            backend.down = false;
            clock.advance(RateLimiter.DEFAULT_PAUSE);
            RateLimitDecision back = limiter.check(RateLimitRequest.of(acme));
            assertThat(back.shared()).isTrue();
            assertThat(back.standings().get(0).remaining()).isEqualTo(5);
            assertThat(limiter.backendReachable()).isTrue();
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .hasSize(2)
                .satisfiesExactly(
                        down -> assertThat(down).contains("out of reach: down for the test", "limits by itself"),
                        up -> assertThat(up).contains("is back"));
    }

    @Test
    void backendThatIsDownRefusesWith503WhereItIsSetSo() {
        FailingBackend backend = new FailingBackend();
        RateLimiter limiter = limiter(
                        backend, tenant -> List.of(RateLimit.of("a", Scope.TENANT, 10, MINUTE, Kind.FIXED)))
                .fallback(new LocalRateLimitBackend())
                .onBackendFailure(BackendFailure.CLOSED)
                .build();
        backend.down = true;

        for (int i = 0; i < 5; i++) {
            assertThatExceptionOfType(RateLimitsUnavailableException.class)
                    .isThrownBy(() -> limiter.check(RateLimitRequest.of(acme)))
                    .satisfies(refusal -> {
                        assertThat(refusal.status()).isEqualTo(503);
                        assertThat(refusal.publicDetail()).doesNotContain("down for the test");
                    });
        }
        assertThat(backend.asked.get()).isEqualTo(1);
    }

    private static final class SettableFailure implements RateLimitPolicies {
        private final RateLimit limit;
        private volatile boolean failing;

        SettableFailure(RateLimit limit) {
            this.limit = limit;
        }

        @Override
        public List<RateLimit> of(TenantId tenant) {
            if (failing) {
                throw new IllegalStateException("the source of limits is away");
            }
            return List.of(limit);
        }
    }
}
