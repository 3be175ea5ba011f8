package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.ratelimit.ConcurrencyLimiter;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimit.Kind;
import io.tenancy.ratelimit.RateLimit.Scope;
import io.tenancy.ratelimit.RateLimiter;
import io.tenancy.ratelimit.spi.RateLimitPolicies;
import io.tenancy.spring.app.NotesApplication;
import io.tenancy.spring.internal.ConfigurationCheck;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import redis.embedded.RedisServer;

@SpringBootTest(
        classes = NotesApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "tenancy.web.exempt-paths=/open/**",
            "tenancy.rate-limits.limits[0].name=everybody",
            "tenancy.rate-limits.limits[0].scope=global",
            "tenancy.rate-limits.limits[0].capacity=1000000",
            "tenancy.rate-limits.limits[0].window=1m"
        })
@Import(RateLimitTest.Limited.class)
class RateLimitTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @LocalServerPort
    int port;

    @Autowired
    TenancyInstallation installation;

    @Autowired
    Limits limits;

    @Autowired
    Time time;

    @Autowired
    Slow slow;

    @Autowired
    ConcurrencyLimiter concurrency;

    @Autowired
    MeterRegistry meters;

    private Tenant acme;

    @DynamicPropertySource
    static void server(DynamicPropertyRegistry registry) {
        TestServer.properties().forEach((name, value) -> registry.add(name, () -> value));
    }

    @BeforeEach
    void provision() {
        // A tenant for each test: what was used stays used.
        String slug = "clinic-" + Limits.COUNT.incrementAndGet();
        acme = installation.provisioner().provision(NewTenant.of(slug, slug, IsolationLevel.SHARED));
    }

    private Http.Answer get(String path, String... headers) {
        return Http.get(port, acme.slug() + ".cms.localhost", path, headers);
    }

    private void limit(RateLimit... some) {
        limits.of.put(acme.id(), List.of(some));
    }

    @Test
    void answersSayWhatAppliesAndWhatIsLeft() {
        limit(RateLimit.of("requests", Scope.TENANT, 100, MINUTE, Kind.BURST));

        Http.Answer answer = get("/who");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("RateLimit-Policy")).hasValue("\"requests\";q=100;w=60,\"everybody\";q=1000000;w=60");
        assertThat(answer.header("RateLimit").orElseThrow()).startsWith("\"requests\";r=99;t=1,\"everybody\";r=");
        assertThat(answer.header("Retry-After")).isEmpty();
        assertThat(answer.headers().toString()).doesNotContain(acme.id().toString());
    }

    @Test
    void refusalIs429WithTheRegisteredProblemAndWhoComesBackWhenToldIsServed() {
        limit(RateLimit.of("requests", Scope.TENANT, 3, MINUTE, Kind.BURST));
        for (int i = 0; i < 3; i++) {
            assertThat(get("/who").status()).isEqualTo(200);
        }

        Http.Answer refused = get("/who");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(refused.body())
                .contains("\"type\":\"https://iana.org/assignments/http-problem-types#quota-exceeded\"")
                .contains("\"status\":429")
                .contains("\"violated-policies\":[\"requests\"]")
                .doesNotContain(acme.id().toString());
        assertThat(refused.header("RateLimit")).hasValue("\"requests\";r=0;t=20");
        assertThat(refused.header("RateLimit-Policy")).hasValue("\"requests\";q=3;w=60");
        assertThat(refused.header("Retry-After")).hasValue("20");
        time.advance(Duration.ofSeconds(19));
        assertThat(get("/who").status()).isEqualTo(429);
        time.advance(Duration.ofSeconds(1));
        assertThat(get("/who").status()).isEqualTo(200);
    }

    @Test
    void endpointUserAndKeyAreLimitedByThemselves() {
        limit(
                RateLimit.ofEndpoint("who", "/who/**", 2, MINUTE, Kind.FIXED),
                RateLimit.of("user", Scope.USER, 3, MINUTE, Kind.FIXED),
                RateLimit.of("key", Scope.API_KEY, 4, MINUTE, Kind.FIXED));
        time.toTheBeginningOfAMinute();

        assertThat(served(5, "/who")).isEqualTo(2);
        assertThat(served(5, "//who;a=b")).as("another way to write it").isZero();
        assertThat(served(5, "/notes", "X-Test-User: ada")).isEqualTo(3);
        assertThat(served(5, "/notes", "X-Test-User: bob")).isEqualTo(3);
        assertThat(served(6, "/notes", "X-API-Key: one")).isEqualTo(4);
        assertThat(served(6, "/notes", "X-API-Key: two")).isEqualTo(4);
        assertThat(served(5, "/notes")).isEqualTo(5);
    }

    private int served(int tries, String path, String... headers) {
        int served = 0;
        for (int i = 0; i < tries; i++) {
            served += get(path, headers).status() == 200 ? 1 : 0;
        }
        return served;
    }

    @Test
    void changedLimitHoldsWhileTheApplicationRuns() {
        limit(RateLimit.of("requests", Scope.TENANT, 1, Duration.ofDays(1), Kind.BURST));
        assertThat(served(3, "/who")).isEqualTo(1);

        limit(RateLimit.of("requests", Scope.TENANT, 3, Duration.ofDays(1), Kind.BURST));
        time.advance(RateLimiter.DEFAULT_POLICY_TIME);

        assertThat(served(5, "/who")).isEqualTo(2);
    }

    @Test
    void requestsWithoutATenantAreNotCounted() {
        limit(RateLimit.of("requests", Scope.TENANT, 1, MINUTE, Kind.BURST));
        assertThat(get("/open/nothing").header("RateLimit")).isEmpty();
    }

    @Test
    void asManyRequestsRunAtOnceAsMayUntilTheirAnswersAreComplete() throws Exception {
        limits.concurrency.put(acme.id(), 2);
        for (String path : List.of("/slow", "/slow/deferred")) {
            slow.begin();
            ExecutorService callers = Executors.newFixedThreadPool(2);
            try {
                List<Future<Http.Answer>> running =
                        List.of(callers.submit(() -> get(path)), callers.submit(() -> get(path)));
                await().until(() -> concurrency.running(acme.id()) == 2 && slow.waiting() == 2);

                Http.Answer refused = get("/who");
                assertThat(refused.status()).isEqualTo(429);
                assertThat(refused.header("Retry-After")).hasValue("1");
                assertThat(refused.body())
                        .contains("urn:tenancy:problem:too-many-concurrent-requests", "\"concurrency-limit\":2");

                slow.end();
                for (Future<Http.Answer> answer : running) {
                    assertThat(answer.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
                }
            } finally {
                callers.shutdownNow();
            }
            await().until(() -> concurrency.running(acme.id()) == 0);
            assertThat(get("/who").status()).isEqualTo(200);
        }
    }

    @Test
    void requestsThatFailOrTimeOutEndToo() {
        limits.concurrency.put(acme.id(), 1);
        for (String path : List.of("/slow/fails", "/slow/fails/later", "/slow/for-ever", "/no-such-page")) {
            assertThat(get(path).status()).as(path).isNotEqualTo(200);
            await().untilAsserted(() ->
                    assertThat(concurrency.running(acme.id())).as(path).isZero());
        }
        assertThat(get("/who").status()).isEqualTo(200);
    }

    @Test
    void decisionsAreCounted() {
        double before = decisions("limited");
        limit(RateLimit.of("requests", Scope.TENANT, 1, MINUTE, Kind.BURST));
        served(3, "/who");
        assertThat(decisions("limited") - before).isEqualTo(2);
        assertThat(decisions("admitted")).isPositive();
        assertThat(meters.get("tenancy.rate.limits.backend.reachable").gauge().value())
                .isEqualTo(1);
    }

    private double decisions(String outcome) {
        return meters.get("tenancy.rate.limits.decisions")
                .tag("outcome", outcome)
                .tag("counted", "shared")
                .counter()
                .count();
    }

    @Test
    void limitsOfThePropertiesAreCountedInTheControlDatabase() {
        assertThat(statusesOfTwoNodesInTurn("two-nodes", Map.of("tenancy.rate-limits.backend", "postgresql")))
                .containsExactly(200, 200, 429, 429);
    }

    @Test
    void limitsOfThePropertiesAreCountedInRedis() throws IOException {
        RedisServer redis = redis(freePort());
        redis.start();
        try {
            assertThat(statusesOfTwoNodesInTurn("two-redis-nodes", inRedis(redis, "closed")))
                    .containsExactly(200, 200, 429, 429);
        } finally {
            redis.stop();
        }
    }

    @Test
    void whenRedisGoesMidBurstOneSettingRefusesAndTheOtherLimitsAloneUntilItIsBack() throws IOException {
        int redisPort = freePort();
        RedisServer redis = redis(redisPort);
        redis.start();
        Map<String, Object> refusing = limited(inRedis(redis, "closed"), 1_000);
        // The same database.
        Map<String, Object> goingOn = new LinkedHashMap<>(refusing);
        goingOn.put("tenancy.rate-limits.on-backend-failure", "open");
        try (ConfigurableApplicationContext closed = start(refusing);
                ConfigurableApplicationContext open = start(goingOn)) {
            provision(closed, "mid-burst");
            assertThat(ask(closed, "mid-burst").status()).isEqualTo(200);
            assertThat(ask(open, "mid-burst").status()).isEqualTo(200);

            redis.stop();
            Http.Answer refused = ask(closed, "mid-burst");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isPresent();
            assertThat(ask(open, "mid-burst").header("RateLimit").orElseThrow()).startsWith("\"daily\";r=999");

            redis = redis(redisPort);
            redis.start();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> assertThat(ask(closed, "mid-burst").status()).isEqualTo(200));
        } finally {
            redis.stop();
        }
    }

    private static RedisServer redis(int onPort) throws IOException {
        return RedisServer.newRedisServer()
                .port(onPort)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
    }

    private static Map<String, String> inRedis(RedisServer redis, String onFailure) {
        return Map.of(
                "tenancy.rate-limits.backend",
                "redis",
                "tenancy.rate-limits.redis.url",
                "redis://127.0.0.1:" + redis.ports().get(0),
                "tenancy.rate-limits.on-backend-failure",
                onFailure);
    }

    private static Http.Answer ask(ConfigurableApplicationContext node, String slug) {
        int nodePort = node.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
        return Http.get(nodePort, slug + ".cms.localhost", "/who");
    }

    private static void provision(ConfigurableApplicationContext node, String slug) {
        node.getBean(TenancyInstallation.class)
                .provisioner()
                .provision(NewTenant.of(slug, "Limited", IsolationLevel.SHARED));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Map<String, Object> limited(Map<String, String> backend, int capacity) {
        Map<String, Object> properties = new LinkedHashMap<>(TestServer.properties());
        properties.putAll(backend);
        properties.put("server.port", "0");
        properties.put("tenancy.rate-limits.timeout", "5s");
        properties.put("tenancy.rate-limits.limits[0].name", "daily");
        properties.put("tenancy.rate-limits.limits[0].kind", "sliding");
        properties.put("tenancy.rate-limits.limits[0].capacity", capacity);
        properties.put("tenancy.rate-limits.limits[0].window", "24h");
        return properties;
    }

    private static List<Integer> statusesOfTwoNodesInTurn(String slug, Map<String, String> backend) {
        Map<String, Object> properties = limited(backend, 2);
        List<Integer> statuses = new ArrayList<>();
        try (ConfigurableApplicationContext first = start(properties);
                ConfigurableApplicationContext second = start(properties)) {
            provision(first, slug);
            for (ConfigurableApplicationContext node : List.of(first, second, first, second)) {
                statuses.add(ask(node, slug).status());
            }
        }
        return statuses;
    }

    private static ConfigurableApplicationContext start(Map<String, Object> properties) {
        return new SpringApplicationBuilder(NotesApplication.class)
                .web(WebApplicationType.SERVLET)
                .properties(properties)
                .run();
    }

    @Test
    void everyFaultOfTheSettingsIsReported() {
        MockEnvironment environment = new MockEnvironment()
                .withProperty("tenancy.rate-limits.backend", "redis")
                .withProperty("tenancy.rate-limits.redis.url", "http://user:secret@redis")
                .withProperty("tenancy.rate-limits.timeout", "1ms")
                .withProperty("tenancy.rate-limits.concurrency-per-tenant", "0")
                .withProperty("tenancy.rate-limits.maximum-local-counters", "0")
                .withProperty("tenancy.rate-limits.on-backend-failure", "ajar")
                .withProperty("tenancy.rate-limits.api-key-header", "a b")
                .withProperty("tenancy.rate-limits.limits[0].name", "Bad Name")
                .withProperty("tenancy.rate-limits.limits[0].capacity", "0")
                .withProperty("tenancy.rate-limits.limits[0].window", "10ms")
                .withProperty("tenancy.rate-limits.limits[1].name", "unfinished");

        List<ConfigurationFault> faults = ConfigurationCheck.faults(
                environment, new ConfigurationCheck.Scope(false, false, false, false, true, false, null));

        assertThat(faults)
                .extracting(ConfigurationFault::property)
                .contains(
                        "tenancy.rate-limits.redis.url",
                        "tenancy.rate-limits.backend",
                        "tenancy.rate-limits.timeout",
                        "tenancy.rate-limits.concurrency-per-tenant",
                        "tenancy.rate-limits.maximum-local-counters",
                        "tenancy.rate-limits.on-backend-failure",
                        "tenancy.rate-limits.api-key-header",
                        "tenancy.rate-limits.limits[0]",
                        "tenancy.rate-limits.limits[1]");
        assertThat(faults.toString()).doesNotContain("secret");
    }

    /** Limits that tests change while the application runs. */
    static final class Limits implements RateLimitPolicies {
        static final AtomicLong COUNT = new AtomicLong();

        final Map<TenantId, List<RateLimit>> of = new ConcurrentHashMap<>();
        final Map<TenantId, Integer> concurrency = new ConcurrentHashMap<>();

        @Override
        public List<RateLimit> of(TenantId tenant) {
            return of.getOrDefault(tenant, List.of());
        }

        @Override
        public int concurrencyOf(TenantId tenant) {
            return concurrency.getOrDefault(tenant, ConcurrencyLimiter.UNLIMITED);
        }
    }

    /** Time that moves by hand. */
    static final class Time implements InstantSource {
        private final AtomicLong millis = new AtomicLong(InstantSource.system().millis());

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis.get());
        }

        void advance(Duration duration) {
            millis.addAndGet(duration.toMillis());
        }

        void toTheBeginningOfAMinute() {
            millis.updateAndGet(now -> now / 60_000 * 60_000 + 60_000);
        }
    }

    /** Pages that take as long as the test wants. */
    @RestController
    static class Slow {
        private final AtomicLong waiting = new AtomicLong();
        private final List<DeferredResult<String>> deferred = new ArrayList<>();
        private volatile CountDownLatch gate = new CountDownLatch(1);

        void begin() {
            waiting.set(0);
            gate = new CountDownLatch(1);
        }

        void end() {
            gate.countDown();
            synchronized (deferred) {
                deferred.forEach(result -> result.setResult("done"));
                deferred.clear();
            }
        }

        long waiting() {
            return waiting.get();
        }

        @GetMapping("/slow")
        String slow() throws InterruptedException {
            waiting.incrementAndGet();
            return gate.await(30, TimeUnit.SECONDS) ? "done" : "never";
        }

        @GetMapping("/slow/deferred")
        DeferredResult<String> deferred() {
            DeferredResult<String> result = new DeferredResult<>(30_000L);
            synchronized (deferred) {
                deferred.add(result);
            }
            waiting.incrementAndGet();
            return result;
        }

        @GetMapping("/slow/fails")
        String fails() {
            throw new IllegalStateException("for the test");
        }

        @GetMapping("/slow/fails/later")
        DeferredResult<String> failsLater() {
            DeferredResult<String> result = new DeferredResult<>(30_000L);
            result.setErrorResult(new IllegalStateException("for the test"));
            return result;
        }

        @GetMapping("/slow/for-ever")
        DeferredResult<String> forEver() {
            return new DeferredResult<>(50L);
        }
    }

    @TestConfiguration
    static class Limited {

        @Bean
        Limits limits() {
            return new Limits();
        }

        @Bean
        Time time() {
            return new Time();
        }

        @Bean
        Slow slow() {
            return new Slow();
        }

        /** Stands for whatever signs users in: after security, before the limits. */
        @Bean
        FilterRegistrationBean<Filter> signsIn() {
            FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
                String user = ((HttpServletRequest) request).getHeader("X-Test-User");
                chain.doFilter(
                        user == null
                                ? request
                                : new HttpServletRequestWrapper((HttpServletRequest) request) {
                                    @Override
                                    public Principal getUserPrincipal() {
                                        return () -> user;
                                    }
                                },
                        response);
            });
            registration.setOrder(-85);
            registration.setAsyncSupported(true);
            return registration;
        }
    }
}
