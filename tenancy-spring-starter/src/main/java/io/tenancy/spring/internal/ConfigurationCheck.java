package io.tenancy.spring.internal;

import io.tenancy.IsolationLevel;
import io.tenancy.TenancyException;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.entitlement.EntitlementResolver;
import io.tenancy.entitlement.PlanCatalogue;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.isolation.hibernate.HibernateTenancy;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.ratelimit.BackendFailure;
import io.tenancy.ratelimit.ConcurrencyLimiter;
import io.tenancy.resolution.HostName;
import io.tenancy.spring.ConfigurationFault;
import io.tenancy.spring.TenancyConfigurationException;
import io.tenancy.spring.TenancyProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Looks at the properties of a start before anything is made of them, so that all faults are reported together. Each
 * property is read by itself: a value of the wrong type is one fault among others.
 */
public final class ConfigurationCheck {

    private static final Pattern JDBC_URL = Pattern.compile("jdbc:postgresql://([^/?]+)/([^/?]+)(\\?.*)?");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");
    private static final Pattern REDIS_URL = Pattern.compile("rediss?://\\S+");
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_.-]{0,62}");
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(250);
    private static final Duration SHORTEST_GAUGE_INTERVAL = Duration.ofMinutes(1);
    private static final int FEWEST_BILLING_CONNECTIONS = 2;
    // A constant of TenancyBilling, which is not in every application; inlined when this is compiled.
    private static final int BILLING_CONNECTIONS = TenancyBilling.DEFAULT_CONNECTIONS;

    private static final int FEWEST_PLUGIN_CONNECTIONS = 2;
    private static final int CODE_CACHE_SECRET_BYTES = 32;
    private static final Pattern PLUGIN_KEY = Pattern.compile("[0-9a-f]{64}");

    private static final Map<String, ResolvableType> TYPES = types();

    private final Environment environment;
    private final Binder binder;
    private final List<ConfigurationFault> faults = new ArrayList<>();

    private ConfigurationCheck(Environment environment) {
        this.environment = environment;
        this.binder = Binder.get(environment);
    }

    /**
     * Checks.
     *
     * @param environment the properties
     * @param scope what the starter makes itself, so that its properties count
     * @throws TenancyConfigurationException naming every fault
     */
    public static void require(Environment environment, Scope scope) {
        List<ConfigurationFault> found = faults(environment, scope);
        if (!found.isEmpty()) {
            throw new TenancyConfigurationException(found);
        }
    }

    /**
     * Checks.
     *
     * @param environment the properties
     * @param scope what the starter makes itself, so that its properties count
     * @return every fault
     */
    public static List<ConfigurationFault> faults(Environment environment, Scope scope) {
        ConfigurationCheck check = new ConfigurationCheck(environment);
        check.types(scope);
        if (scope.server()) {
            check.database();
        }
        if (scope.keys()) {
            check.secrets(scope.server());
        }
        if (scope.installation()) {
            check.migrations();
            check.bounds();
            check.gauges();
            check.entitlements();
            check.billing();
            check.faults.addAll(StripeCheck.faults(environment));
            check.plugins();
        }
        if (scope.web()) {
            check.web();
            check.rateLimits(scope.redisClient());
        }
        if (scope.dataSource()) {
            check.ownDataSource();
        }
        if (scope.hibernate() != null) {
            check.hibernate(scope.hibernate());
        }
        check.ownMigrations();
        check.ddl();
        check.testDatabase();
        return List.copyOf(check.faults);
    }

    private static Map<String, ResolvableType> types() {
        Map<String, ResolvableType> types = new LinkedHashMap<>();
        types.put("tenancy.enabled", ResolvableType.forClass(Boolean.class));
        for (String size : List.of("shared-maximum-size", "dedicated-maximum-size", "prepared-statements")) {
            types.put("tenancy.database.pool." + size, ResolvableType.forClass(Integer.class));
        }
        for (String time : List.of("connection-timeout", "dedicated-idle-timeout")) {
            types.put("tenancy.database.pool." + time, ResolvableType.forClass(Duration.class));
        }
        types.put("tenancy.isolation.schema-role", ResolvableType.forClass(Boolean.class));
        types.put("tenancy.isolation.shared-tables", ResolvableType.forClass(Boolean.class));
        types.put("tenancy.isolation.global-tables", ResolvableType.forClassWithGenerics(Set.class, String.class));
        types.put("tenancy.isolation.gate-interval", ResolvableType.forClass(Duration.class));
        types.put("tenancy.isolation.large-objects", ResolvableType.forClass(TenancyProperties.LargeObjects.class));
        types.put(
                "tenancy.web.resolvers",
                ResolvableType.forClassWithGenerics(List.class, TenancyProperties.Resolver.class));
        types.put("tenancy.web.apex", ResolvableType.forClass(TenancyProperties.Apex.class));
        types.put("tenancy.web.jwt-claim-required", ResolvableType.forClass(Boolean.class));
        types.put("tenancy.test.isolation", ResolvableType.forClass(IsolationLevel.class));
        types.put("tenancy.test.shared-server", ResolvableType.forClass(Boolean.class));
        types.put("tenancy.rate-limits.enabled", ResolvableType.forClass(Boolean.class));
        types.put("tenancy.rate-limits.backend", ResolvableType.forClass(TenancyProperties.RateLimitBackendKind.class));
        types.put("tenancy.rate-limits.timeout", ResolvableType.forClass(Duration.class));
        types.put("tenancy.rate-limits.on-backend-failure", ResolvableType.forClass(BackendFailure.class));
        types.put("tenancy.rate-limits.concurrency-per-tenant", ResolvableType.forClass(Integer.class));
        types.put("tenancy.rate-limits.maximum-local-counters", ResolvableType.forClass(Integer.class));
        types.put(
                "tenancy.rate-limits.limits",
                ResolvableType.forClassWithGenerics(List.class, TenancyProperties.Limit.class));
        types.put("tenancy.usage.late", ResolvableType.forClass(Duration.class));
        types.put("tenancy.usage.retention", ResolvableType.forClass(Duration.class));
        types.put("tenancy.usage.gauges.interval", ResolvableType.forClass(Duration.class));
        types.put("tenancy.billing.jobs", ResolvableType.forClass(Boolean.class));
        for (String time : List.of("interval", "term", "draft-for", "late-usage")) {
            types.put("tenancy.billing." + time, ResolvableType.forClass(Duration.class));
        }
        for (String count : List.of("connections", "workers")) {
            types.put("tenancy.billing." + count, ResolvableType.forClass(Integer.class));
        }
        types.put("tenancy.billing.mail.attach-invoices", ResolvableType.forClass(Boolean.class));
        for (String time : List.of("compared-every", "connect-timeout", "read-timeout")) {
            types.put("tenancy.billing.stripe." + time, ResolvableType.forClass(Duration.class));
        }
        for (String count : List.of("workers", "connections")) {
            types.put("tenancy.billing.stripe." + count, ResolvableType.forClass(Integer.class));
        }
        for (String choice : List.of("enabled", "jobs")) {
            types.put("tenancy.plugins." + choice, ResolvableType.forClass(Boolean.class));
        }
        for (String time : List.of("interval", "limits.deadline")) {
            types.put("tenancy.plugins." + time, ResolvableType.forClass(Duration.class));
        }
        for (String count : List.of("connections", "workers", "workers-per-tenant", "waiting", "limits.memory-pages")) {
            types.put("tenancy.plugins." + count, ResolvableType.forClass(Integer.class));
        }
        for (String amount : List.of("limits.fuel", "fuel-per-minute")) {
            types.put("tenancy.plugins." + amount, ResolvableType.forClass(Long.class));
        }
        types.put("tenancy.observations.tenant", ResolvableType.forClass(TenancyProperties.TenantKey.class));
        return types;
    }

    private void types(Scope scope) {
        TYPES.forEach((property, type) -> {
            if (scope.web() || !property.startsWith("tenancy.web.")) {
                try {
                    binder.bind(property, Bindable.of(type));
                } catch (BindException unreadable) {
                    add(
                            property,
                            text(property),
                            "that cannot be read as " + inWords(type),
                            "Set it to " + example(type) + ".");
                }
            }
        });
    }

    private static String inWords(ResolvableType type) {
        Class<?> raw = type.toClass();
        if (raw == Duration.class) {
            return "a duration";
        }
        if (raw == Integer.class || raw == Long.class) {
            return "a whole number";
        }
        if (raw == Boolean.class) {
            return "true or false";
        }
        return raw.isEnum() ? "one of its values" : "a list";
    }

    private static String example(ResolvableType type) {
        Class<?> raw = type.toClass();
        if (raw == Duration.class) {
            return "a number with a unit, such as 5s or 10m";
        }
        if (raw == Integer.class || raw == Long.class) {
            return "a number such as 10";
        }
        if (raw == Boolean.class) {
            return "true or false";
        }
        Class<?> element = raw.isEnum() ? raw : type.getGeneric(0).toClass();
        if (!element.isEnum()) {
            return "values separated by commas";
        }
        List<String> names = new ArrayList<>();
        for (Object constant : element.getEnumConstants()) {
            names.add(((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        return (raw.isEnum() ? "one of " : "a list of ") + names;
    }

    private void database() {
        String url = text("tenancy.database.url");
        if (url == null || url.isBlank()) {
            add(
                    "tenancy.database.url",
                    null,
                    "the application needs a PostgreSQL server",
                    "Set it to 'jdbc:postgresql://host:5432/database', or to 'embedded:' for a server that the application"
                            + " starts itself.");
            return;
        }
        if (url.startsWith(TenancyProperties.EMBEDDED)) {
            return;
        }
        if (!JDBC_URL.matcher(url).matches()) {
            add(
                    "tenancy.database.url",
                    withoutParameters(url),
                    "that is neither the URL of a PostgreSQL database nor an embedded server",
                    "Set it to 'jdbc:postgresql://host:5432/database' or to 'embedded:'.");
        }
        String runtime = text("tenancy.database.runtime.username", "tenancy_runtime");
        for (String other : List.of("owner", "platform")) {
            if (runtime.equals(text("tenancy.database." + other + ".username", "tenancy_" + other))) {
                add(
                        "tenancy.database.runtime.username",
                        runtime,
                        "that is the " + other + "'s login too, and a login with more rights is not held by row-level"
                                + " security",
                        "Give tenants' work a login of its own, such as tenancy_runtime.");
            }
        }
    }

    private void secrets(boolean server) {
        String keyset = text("tenancy.secrets.keyset");
        String file = text("tenancy.secrets.keyset-file");
        boolean own = text("tenancy.database.url", "").startsWith("jdbc:postgresql:");
        if (keyset != null && file != null) {
            add(
                    "tenancy.secrets.keyset-file",
                    file,
                    "tenancy.secrets.keyset is set too, and one of them must be the truth",
                    "Remove one of the two.");
        } else if (keyset == null && file == null && server && own) {
            add(
                    "tenancy.secrets.keyset-file",
                    null,
                    "logins of tenants with a database of their own are stored encrypted",
                    "Set it to a path outside of the application's directory, where the keyset is made at the first start"
                            + " and shared by all nodes; or set tenancy.secrets.keyset to the keyset itself.");
        }
        if (keyset != null) {
            try {
                SecretKeys.fromJson(keyset);
            } catch (TenancyException malformed) {
                add(
                        "tenancy.secrets.keyset",
                        "******",
                        "that is no Tink keyset for AEAD in JSON",
                        "Make one with SecretKeys.createJson() or with tinkey (AES256_GCM).");
            }
        }
    }

    private void migrations() {
        String property = "tenancy.migrations.location";
        String location = text(property, TenancyProperties.DEFAULT_MIGRATIONS);
        if (location.startsWith("classpath:")) {
            String folder = location.substring("classpath:".length()).replaceAll("^/+|/+$", "");
            if (!hasFiles(folder)) {
                add(
                        property,
                        location,
                        "there is no migration in that folder of the class path",
                        "Put a first one there, such as src/main/resources/" + folder
                                + "/V1__init.sql, or name the folder" + " where they are.");
            }
        } else if (location.startsWith("filesystem:")) {
            if (!Files.isDirectory(Path.of(location.substring("filesystem:".length())))) {
                add(property, location, "there is no such directory", "Name the directory where the migrations are.");
            }
        } else {
            add(
                    property,
                    location,
                    "a location begins with 'classpath:' or 'filesystem:'",
                    "Set it to something like " + TenancyProperties.DEFAULT_MIGRATIONS + ".");
        }
    }

    private static boolean hasFiles(String folder) {
        try {
            return new PathMatchingResourcePatternResolver().getResources("classpath*:" + folder + "/**/*.*").length
                    > 0;
        } catch (IOException absent) {
            return false;
        }
    }

    private void bounds() {
        for (String size : List.of("shared-maximum-size", "dedicated-maximum-size", "prepared-statements")) {
            Integer value = read("tenancy.database.pool." + size, Integer.class);
            if (value != null && value < 1) {
                add("tenancy.database.pool." + size, value.toString(), "it counts from 1", "Set it to 1 or more.");
            }
        }
        Duration timeout = read("tenancy.database.pool.connection-timeout", Duration.class);
        if (timeout != null && timeout.compareTo(SHORTEST_TIMEOUT) < 0) {
            add(
                    "tenancy.database.pool.connection-timeout",
                    text("tenancy.database.pool.connection-timeout"),
                    "no connection can be had that fast",
                    "Set it to 250ms or more.");
        }
        for (String property :
                List.of("tenancy.database.pool.dedicated-idle-timeout", "tenancy.isolation.gate-interval")) {
            Duration value = read(property, Duration.class);
            if (value != null && (value.isZero() || value.isNegative())) {
                add(property, text(property), "time runs forward", "Set it to a positive duration such as 10m.");
            }
        }
    }

    private void gauges() {
        Duration interval = read("tenancy.usage.gauges.interval", Duration.class);
        if (interval != null && interval.compareTo(SHORTEST_GAUGE_INTERVAL) < 0) {
            add(
                    "tenancy.usage.gauges.interval",
                    text("tenancy.usage.gauges.interval"),
                    "gauges are read once a minute at most",
                    "Set it to 1m or more.");
        }
        String storage = text("tenancy.usage.gauges.storage");
        if (storage != null && !NAME.matcher(storage).matches()) {
            add(
                    "tenancy.usage.gauges.storage",
                    storage,
                    "no metric can be called that",
                    "Set it to a name such as storage.bytes, or leave it out.");
        }
    }

    private void entitlements() {
        String catalogue = text("tenancy.entitlements.catalogue");
        if (catalogue != null
                && !new DefaultResourceLoader().getResource(catalogue).isReadable()) {
            add(
                    "tenancy.entitlements.catalogue",
                    catalogue,
                    "there is no such document",
                    "Name a resource such as classpath:plans.yaml or file:/etc/application/plans.yaml.");
        }
        String link = text("tenancy.entitlements.upgrade-link");
        if (link != null) {
            try {
                new EntitlementResolver(new PlanCatalogue(List.of(), List.of(), List.of()), link);
            } catch (IllegalArgumentException malformed) {
                add(
                        "tenancy.entitlements.upgrade-link",
                        link,
                        "a link begins with '/' or 'https://', and has no placeholder but {module}",
                        "Set it to something like /upgrade?module={module}.");
            }
        }
        String plan = text("tenancy.entitlements.default-plan");
        if (plan != null && !NAME.matcher(plan).matches()) {
            add(
                    "tenancy.entitlements.default-plan",
                    plan,
                    "no plan can be called that",
                    "Set it to the code of a plan in the catalogue.");
        }
    }

    // What billing itself would refuse, one after the other and after the database was started.
    private void billing() {
        Duration interval = read("tenancy.billing.interval", Duration.class);
        if (interval != null && (interval.isZero() || interval.isNegative())) {
            String property = "tenancy.billing.interval";
            add(property, text(property), "time runs forward", "Set it to a positive duration such as 10s.");
        }
        for (String time : List.of("term", "draft-for", "late-usage")) {
            String property = "tenancy.billing." + time;
            Duration value = read(property, Duration.class);
            if (value != null && value.isNegative()) {
                add(property, text(property), "it is not negative", "Set it to 0s or more, such as 14d.");
            }
        }
        Integer connections = read("tenancy.billing.connections", Integer.class);
        if (connections != null && connections < FEWEST_BILLING_CONNECTIONS) {
            add(
                    "tenancy.billing.connections",
                    connections.toString(),
                    "a worker has one and the jobs have one more",
                    "Set it to " + FEWEST_BILLING_CONNECTIONS + " or more.");
            return;
        }
        Integer workers = read("tenancy.billing.workers", Integer.class);
        int most = (connections == null ? BILLING_CONNECTIONS : connections) - 1;
        if (workers != null && workers < 1) {
            add("tenancy.billing.workers", workers.toString(), "it counts from 1", "Set it to 1 or more.");
        } else if (workers != null && workers > most) {
            add(
                    "tenancy.billing.workers",
                    workers.toString(),
                    "each worker has a connection, the jobs have one more, and there are " + (most + 1),
                    "Set it to " + most + " or less, or tenancy.billing.connections to " + (workers + 1L)
                            + " or more.");
        }
    }

    // What plugins themselves would refuse, one after the other and after the database was started.
    private void plugins() {
        for (String time : List.of("interval", "limits.deadline")) {
            String property = "tenancy.plugins." + time;
            Duration value = read(property, Duration.class);
            if (value != null && (value.isZero() || value.isNegative())) {
                add(property, text(property), "time runs forward", "Set it to a positive duration such as 2s.");
            }
        }
        Integer connections = read("tenancy.plugins.connections", Integer.class);
        if (connections != null && connections < FEWEST_PLUGIN_CONNECTIONS) {
            add(
                    "tenancy.plugins.connections",
                    connections.toString(),
                    "the jobs have one and calls have the others",
                    "Set it to " + FEWEST_PLUGIN_CONNECTIONS + " or more, such as " + TenancyPlugins.DEFAULT_CONNECTIONS
                            + ".");
        }
        for (String count : List.of("workers", "workers-per-tenant", "waiting", "limits.memory-pages")) {
            Integer value = read("tenancy.plugins." + count, Integer.class);
            requireCounted("tenancy.plugins." + count, value == null ? null : value.longValue());
        }
        for (String amount : List.of("limits.fuel", "fuel-per-minute")) {
            requireCounted("tenancy.plugins." + amount, read("tenancy.plugins." + amount, Long.class));
        }
        Integer workers = read("tenancy.plugins.workers", Integer.class);
        Integer perTenant = read("tenancy.plugins.workers-per-tenant", Integer.class);
        if (workers != null && perTenant != null && perTenant > workers && workers > 0) {
            add(
                    "tenancy.plugins.workers-per-tenant",
                    perTenant.toString(),
                    "one tenant cannot have more than the " + workers + " workers that there are",
                    "Set it to " + workers + " or less, or leave it out.");
        }
        codeCache();
        curators();
    }

    private void requireCounted(String property, @Nullable Long value) {
        if (value != null && value < 1) {
            add(property, value.toString(), "it counts from 1", "Set it to 1 or more.");
        }
    }

    private void codeCache() {
        String directory = text("tenancy.plugins.code-cache.directory");
        String secret = text("tenancy.plugins.code-cache.secret");
        if (directory != null && secret == null) {
            add(
                    "tenancy.plugins.code-cache.secret",
                    null,
                    "what lies in " + directory + " is run, so it is signed with a secret",
                    "Set it to 32 random bytes or more in Base64, from where the other secrets are.");
        } else if (secret != null && directory == null) {
            add(
                    "tenancy.plugins.code-cache.directory",
                    null,
                    "there is a secret of a cache, but no cache",
                    "Set it to a directory that only the application can write to.");
        } else if (secret != null && !isLongSecret(secret)) {
            // Not the value itself: this is printed.
            add(
                    "tenancy.plugins.code-cache.secret",
                    "…",
                    "it is not " + CODE_CACHE_SECRET_BYTES + " bytes or more in Base64",
                    "Make one with 'openssl rand -base64 32'.");
        }
    }

    private static boolean isLongSecret(String base64) {
        try {
            return Base64.getDecoder().decode(base64).length >= CODE_CACHE_SECRET_BYTES;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private void curators() {
        for (int i = 0; text("tenancy.plugins.curators[" + i + "].key") != null; i++) {
            String curator = "tenancy.plugins.curators[" + i + "].";
            String key = text(curator + "key");
            if (key != null && !PLUGIN_KEY.matcher(key).matches()) {
                add(
                        curator + "key",
                        key,
                        "it is no public key of Ed25519",
                        "Set it to the 32 bytes of the key as 64 lower-case hexadecimal digits.");
            }
            Instant from = instant(curator + "not-before");
            Instant until = instant(curator + "not-after");
            if (from != null && until != null && !from.isBefore(until)) {
                add(
                        curator + "not-after",
                        until.toString(),
                        "the key would never count, since it counts from " + from,
                        "Set it to an instant after that.");
            }
        }
    }

    private @Nullable Instant instant(String property) {
        String value = text(property);
        try {
            return value == null ? null : Instant.parse(value);
        } catch (DateTimeParseException malformed) {
            add(property, value, "it is no instant", "Set it to an instant such as 2027-01-01T00:00:00Z.");
            return null;
        }
    }

    private void web() {
        List<TenancyProperties.Resolver> resolvers = resolvers();
        List<String> domains = binder.bind("tenancy.web.base-domains", Bindable.listOf(String.class))
                .orElse(List.of());
        boolean byName = resolvers.contains(TenancyProperties.Resolver.SUBDOMAIN)
                || resolvers.contains(TenancyProperties.Resolver.CUSTOM_DOMAIN);
        if (domains.isEmpty() && byName) {
            add(
                    "tenancy.web.base-domains",
                    null,
                    "tenants live under a domain of the application",
                    "Set it to the domain, such as 'localhost' while developing and 'example.com' later.");
        }
        for (String domain : domains) {
            if (HostName.parse(domain).kind() != HostName.Kind.DNS_NAME || domain.indexOf(':') >= 0) {
                add(
                        "tenancy.web.base-domains",
                        domain,
                        "that is no DNS name",
                        "Give the bare name without scheme, port or wildcard, such as 'example.com'.");
            }
        }
        if (resolvers.stream().distinct().count() != resolvers.size()) {
            add("tenancy.web.resolvers", text("tenancy.web.resolvers"), "one is named twice", "Name each once.");
        }
        String prefix = text("tenancy.web.path-prefix", TenancyProperties.DEFAULT_PATH_PREFIX);
        if (!prefix.startsWith("/") || !prefix.endsWith("/")) {
            add("tenancy.web.path-prefix", prefix, "it begins and ends with '/'", "Set it to something like '/t/'.");
        }
        String header = text("tenancy.web.header");
        if (header != null && !HEADER.matcher(header).matches()) {
            add("tenancy.web.header", header, "no header can be called that", "Set it to a name like 'X-Tenant-ID'.");
        }
    }

    private List<TenancyProperties.Resolver> resolvers() {
        try {
            return binder.bind("tenancy.web.resolvers", Bindable.listOf(TenancyProperties.Resolver.class))
                    .orElse(TenancyProperties.DEFAULT_RESOLVERS);
        } catch (BindException reported) {
            return List.of();
        }
    }

    private void rateLimits(boolean redisClient) {
        if (read("tenancy.rate-limits.backend", TenancyProperties.RateLimitBackendKind.class)
                == TenancyProperties.RateLimitBackendKind.REDIS) {
            String url = text("tenancy.rate-limits.redis.url");
            if (url == null || !REDIS_URL.matcher(url).matches()) {
                add(
                        "tenancy.rate-limits.redis.url",
                        url == null ? null : "******",
                        "rate limits are to be counted in Redis",
                        "Set it to something like 'redis://user:password@host:6379/0', or set"
                                + " tenancy.rate-limits.backend to 'postgresql'.");
            }
        }
        if (read("tenancy.rate-limits.backend", TenancyProperties.RateLimitBackendKind.class)
                        == TenancyProperties.RateLimitBackendKind.REDIS
                && !redisClient) {
            add(
                    "tenancy.rate-limits.backend",
                    "redis",
                    "the client of Redis is not on the class path",
                    "Add io.lettuce:lettuce-core and com.bucket4j:bucket4j_jdk17-lettuce.");
        }
        Duration timeout = read("tenancy.rate-limits.timeout", Duration.class);
        if (timeout != null && timeout.compareTo(SHORTEST_TIMEOUT) < 0) {
            add(
                    "tenancy.rate-limits.timeout",
                    text("tenancy.rate-limits.timeout"),
                    "no connection can be had that fast",
                    "Set it to 250ms or more.");
        }
        Integer concurrency = read("tenancy.rate-limits.concurrency-per-tenant", Integer.class);
        if (concurrency != null && concurrency < 1 && concurrency != ConcurrencyLimiter.UNLIMITED) {
            add(
                    "tenancy.rate-limits.concurrency-per-tenant",
                    concurrency.toString(),
                    "it counts from 1",
                    "Set it to 1 or more, or to -1 for any number.");
        }
        Integer counters = read("tenancy.rate-limits.maximum-local-counters", Integer.class);
        if (counters != null && counters < 1) {
            add(
                    "tenancy.rate-limits.maximum-local-counters",
                    counters.toString(),
                    "it counts from 1",
                    "Set it to 1 or more.");
        }
        String header = text("tenancy.rate-limits.api-key-header");
        if (header != null && !HEADER.matcher(header).matches()) {
            add(
                    "tenancy.rate-limits.api-key-header",
                    header,
                    "no header can be called that",
                    "Set it to a name like 'X-API-Key'.");
        }
        limits();
    }

    private void limits() {
        List<TenancyProperties.Limit> limits;
        try {
            limits = binder.bind("tenancy.rate-limits.limits", Bindable.listOf(TenancyProperties.Limit.class))
                    .orElse(List.of());
        } catch (BindException reported) {
            return;
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < limits.size(); i++) {
            String property = "tenancy.rate-limits.limits[" + i + "]";
            TenancyProperties.Limit limit = limits.get(i);
            if (limit.name() == null || limit.window() == null) {
                add(
                        property,
                        null,
                        "a limit has a name, a capacity and a window",
                        "Set " + property + ".name, .capacity" + " and .window, such as 'requests', 100 and 1m.");
                continue;
            }
            try {
                limit.limit();
            } catch (IllegalArgumentException wrong) {
                add(property, limit.name(), String.valueOf(wrong.getMessage()), "Correct what is named.");
            }
            if (!names.add(limit.name())) {
                add(property + ".name", limit.name(), "another limit has that name", "Rename one.");
            }
        }
    }

    // Looked at here, so that it is found before a server is started and migrations run.
    private void hibernate(String version) {
        if (!HibernateTenancy.keepsTenantsApart(version)) {
            add(
                    "hibernate.version",
                    version,
                    "that version lets remove(getReference(id)) and detached updates reach another tenant's row"
                            + " (HHH-20883)",
                    "With spring-boot-starter-parent, put <hibernate.version>" + HibernateTenancy.MINIMUM_VERSION
                            + ".Final</hibernate.version>, or newer, into the properties of the POM; without that"
                            + " parent, import tenancy-bom before spring-boot-dependencies.");
        }
    }

    private void ownDataSource() {
        for (String property : List.of("spring.datasource.url", "spring.datasource.jndi-name")) {
            String value = text(property);
            if (value != null) {
                add(
                        property,
                        withoutParameters(value),
                        "a data source of one login and one schema cannot keep tenants apart",
                        ownDataSourceFix());
            }
        }
    }

    private String ownDataSourceFix() {
        String url = text("tenancy.database.url", "");
        if (url.startsWith(TenancyProperties.EMBEDDED)) {
            return "Remove spring.datasource.*; tenancy.database.url=" + url
                    + " starts the server and knows its logins, so nothing takes their place.";
        }
        return url.isBlank()
                ? "Remove spring.datasource.* and set tenancy.database.url and tenancy.database.owner, runtime and"
                        + " platform instead."
                : "Remove spring.datasource.*; the database is set by tenancy.database.url and its logins by"
                        + " tenancy.database.owner, runtime and platform.";
    }

    private void ownMigrations() {
        String why = "migrations go through every tenant's schema, which the SDK does";
        refuse("spring.flyway.enabled", "true", why, "Remove it and set tenancy.migrations.location.");
        refuse(
                "spring.liquibase.enabled",
                "true",
                why,
                "Remove it; write the migrations for tenancy.migrations.location.");
        for (String property : List.of("spring.flyway.locations", "spring.flyway.url", "spring.flyway.schemas")) {
            String value = text(property);
            if (value != null) {
                add(property, withoutParameters(value), why, "Remove it and set tenancy.migrations.location.");
            }
        }
        for (String mode : List.of("always", "embedded")) {
            refuse(
                    "spring.sql.init.mode",
                    mode,
                    "scripts at start run for no tenant",
                    "Remove it; write tables as a migration and rows as a TenantInitializer.");
        }
    }

    private void ddl() {
        for (String property : List.of(
                "spring.jpa.hibernate.ddl-auto",
                "spring.jpa.properties.hibernate.hbm2ddl.auto",
                "spring.jpa.properties.jakarta.persistence.schema-generation.database.action")) {
            String value = text(property);
            if (value != null && !Set.of("none", "validate").contains(value.toLowerCase(Locale.ROOT))) {
                add(
                        property,
                        value,
                        "Hibernate would change tables that migrations own",
                        "Set it to 'none' or 'validate', and write the change as a migration.");
            }
        }
        refuse(
                "spring.jpa.generate-ddl",
                "true",
                "Hibernate would change tables that migrations own",
                "Remove it, and write the tables as a migration.");
    }

    // Explicit only: the defaults of the starter say "none", and @AutoConfigureTestDatabase as slices have it leaves it
    // so.
    private void testDatabase() {
        String property = "spring.test.database.replace";
        String replace = text(property);
        if (replace != null && !replace.equalsIgnoreCase("none")) {
            add(
                    property,
                    replace,
                    "the test would run on a database that has no tenants",
                    "Remove it, or 'replace' of @AutoConfigureTestDatabase, and test on the PostgreSQL that"
                            + " tenancy.database.url names; or set tenancy.enabled=false for this test.");
        }
    }

    private void refuse(String property, String value, String fault, String fix) {
        String found = text(property);
        if (value.equalsIgnoreCase(found)) {
            add(property, found, fault, fix);
        }
    }

    private <T> @Nullable T read(String property, Class<T> type) {
        try {
            return binder.bind(property, type).orElse(null);
        } catch (BindException reported) {
            return null;
        }
    }

    private @Nullable String text(String property) {
        return environment.getProperty(property);
    }

    private String text(String property, String otherwise) {
        return environment.getProperty(property, otherwise);
    }

    private void add(String property, @Nullable String value, String fault, String fix) {
        faults.add(new ConfigurationFault(property, value, fault, fix));
    }

    private static String withoutParameters(String url) {
        int question = url.indexOf('?');
        return question < 0 ? url : url.substring(0, question);
    }

    /**
     * What the starter makes itself rather than the application.
     *
     * @param server the database server
     * @param keys the keys for secrets
     * @param installation the installation
     * @param dataSource the data source
     * @param web the edge of a servlet application
     * @param redisClient whether rate limits can be counted in Redis: its client is on the class path
     * @param hibernate the version of Hibernate whose session factory is made multi-tenant; null where none is
     */
    public record Scope(
            boolean server,
            boolean keys,
            boolean installation,
            boolean dataSource,
            boolean web,
            boolean redisClient,
            @Nullable String hibernate) {}
}
