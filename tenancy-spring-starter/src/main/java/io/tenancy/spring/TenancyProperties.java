package io.tenancy.spring;

import io.tenancy.jpa.isolation.PoolSettings;
import io.tenancy.jpa.usage.UsageBounds;
import io.tenancy.ratelimit.BackendFailure;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.resolution.HeaderResolver;
import io.tenancy.servlet.RateLimitFilter;
import io.tenancy.usage.UsageAggregation;
import io.tenancy.usage.UsageMetric;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of a multi-tenant application.
 *
 * @param enabled Whether the application is multi-tenant at all.
 * @param database Where the control database and the tenants' data are.
 * @param migrations The application's migrations.
 * @param secrets Keys for what the control database must not show.
 * @param isolation How tenants are kept apart.
 * @param web How requests find their tenant.
 * @param observations What observations say of the tenant.
 * @param rateLimits How fast tenants may go.
 * @param usage What is counted.
 * @param entitlements What tenants may do.
 */
@ConfigurationProperties("tenancy")
public record TenancyProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue Database database,
        @DefaultValue Migrations migrations,
        @DefaultValue Secrets secrets,
        @DefaultValue Isolation isolation,
        @DefaultValue Web web,
        @DefaultValue Observations observations,
        @DefaultValue RateLimits rateLimits,
        @DefaultValue Usage usage,
        @DefaultValue Entitlements entitlements) {

    /** What the URL of an embedded server begins with. */
    public static final String EMBEDDED = "embedded:";

    /** Where migrations are looked for unless told otherwise. */
    public static final String DEFAULT_MIGRATIONS = "classpath:db/migration";

    /** Which resolvers are asked unless told otherwise, in this order. */
    public static final List<Resolver> DEFAULT_RESOLVERS = List.of(Resolver.SUBDOMAIN, Resolver.CUSTOM_DOMAIN);

    /** Paths that belong to no tenant unless told otherwise. */
    public static final List<String> DEFAULT_EXEMPT_PATHS = List.of("/webjars/**", "/favicon.ico");

    /** The prefix of the path resolver unless told otherwise. */
    public static final String DEFAULT_PATH_PREFIX = "/t/";

    /** The claim of a JSON Web Token that names its tenant, unless told otherwise. */
    public static final String DEFAULT_JWT_CLAIM = "tenant_id";

    /**
     * Where the control database and the tenants' data are.
     *
     * @param url A JDBC URL such as "jdbc:postgresql://host/database", or "embedded:" with an optional data directory
     *     for a PostgreSQL that the application starts itself.
     * @param owner Login that migrates and provisions.
     * @param runtime Login of the tenants' work; owns nothing.
     * @param platform Login that works on the control database.
     * @param pool Bounds of the connection pools.
     */
    public record Database(
            @Nullable String url,
            @DefaultValue OwnerLogin owner,
            @DefaultValue RuntimeLogin runtime,
            @DefaultValue PlatformLogin platform,
            @DefaultValue Pool pool) {

        /**
         * Whether the application starts the server itself.
         *
         * @return true for a URL that begins with {@value TenancyProperties#EMBEDDED}
         */
        public boolean embedded() {
            return url != null && url.startsWith(EMBEDDED);
        }
    }

    /**
     * Login that migrates and provisions.
     *
     * @param username Name of the role that owns schemas and may create roles and databases.
     * @param password Its password.
     */
    public record OwnerLogin(
            @DefaultValue("tenancy_owner") String username,
            @DefaultValue("") String password) {
        /** The user only; never the password. */
        @Override
        public String toString() {
            return username;
        }
    }

    /**
     * Login of the tenants' work.
     *
     * @param username Name of the role that owns nothing and is held by row-level security.
     * @param password Its password.
     */
    public record RuntimeLogin(
            @DefaultValue("tenancy_runtime") String username,
            @DefaultValue("") String password) {
        /** The user only; never the password. */
        @Override
        public String toString() {
            return username;
        }
    }

    /**
     * Login that works on the control database.
     *
     * @param username Name of the role that reads and writes the control schema.
     * @param password Its password.
     */
    public record PlatformLogin(
            @DefaultValue("tenancy_platform") String username,
            @DefaultValue("") String password) {
        /** The user only; never the password. */
        @Override
        public String toString() {
            return username;
        }
    }

    /**
     * Bounds of the connection pools.
     *
     * @param sharedMaximumSize Connections per server and database for all tenants without a database of their own.
     * @param dedicatedMaximumSize Connections per tenant with a database of its own.
     * @param connectionTimeout How long a caller waits for a connection.
     * @param dedicatedIdleTimeout After how long without use a tenant's own pool is closed.
     * @param preparedStatements How many prepared statements each connection keeps.
     */
    public record Pool(
            @DefaultValue("10") int sharedMaximumSize,
            @DefaultValue("4") int dedicatedMaximumSize,
            @DefaultValue("5s") Duration connectionTimeout,
            @DefaultValue("10m") Duration dedicatedIdleTimeout,
            @DefaultValue("1024") int preparedStatements) {

        /**
         * The same for the pools themselves.
         *
         * @return validated bounds
         */
        public PoolSettings settings() {
            return new PoolSettings(
                    sharedMaximumSize,
                    dedicatedMaximumSize,
                    connectionTimeout,
                    dedicatedIdleTimeout,
                    preparedStatements);
        }
    }

    /**
     * The application's migrations.
     *
     * @param location Folder of the migrations, written once for one tenant, such as "classpath:db/migration" or
     *     "filesystem:/srv/app/migrations".
     */
    public record Migrations(
            @DefaultValue(DEFAULT_MIGRATIONS) String location) {}

    /**
     * Keys for what the control database must not show.
     *
     * @param keyset A Tink keyset for AEAD in JSON, as from an environment variable.
     * @param keysetFile Path of a file with the keyset; made when it does not exist. Nodes share one keyset.
     */
    public record Secrets(@Nullable String keyset, @Nullable String keysetFile) {
        /** Never the keyset. */
        @Override
        public String toString() {
            return "Secrets[keysetFile=" + keysetFile + "]";
        }
    }

    /**
     * How tenants are kept apart.
     *
     * @param schemaRole Whether tenants with their own schema take on a database role of their own in each transaction.
     * @param sharedTables Whether tenants may be placed on shared tables; structure migrations may then not change rows.
     * @param globalTables Tables that belong to all tenants together; read-only at run time.
     * @param gateInterval How often the isolation gate looks at the database again after the start.
     * @param largeObjects Whether it is accepted that the server lets every login use large objects, which no level
     *     below a database of its own keeps apart.
     */
    public record Isolation(
            @DefaultValue("true") boolean schemaRole,
            @DefaultValue("true") boolean sharedTables,
            @DefaultValue Set<String> globalTables,
            @DefaultValue("10m") Duration gateInterval,
            @DefaultValue("refused") LargeObjects largeObjects) {}

    /** What is said to large objects that everybody can reach. */
    public enum LargeObjects {
        /** The application does not start. */
        REFUSED,
        /** The application starts; keep its tables free of them. */
        ACCEPTED
    }

    /**
     * How requests find their tenant.
     *
     * @param baseDomains Domains under which tenants live, such as "example.com".
     * @param resolvers Who is asked whose request it is, in this order.
     * @param pathPrefix What comes before the tenant in a path; begins and ends with a slash.
     * @param header Name of the header with the tenant's id or slug.
     * @param exemptPaths Paths that belong to no tenant, as patterns. Actuator's paths are always exempt.
     * @param pathsWhileSuspended Paths that suspended tenants reach, as patterns: where they pay, and the log-in before it.
     * @param apex What happens to a request for a base domain itself.
     * @param jwtClaim Claim of a JSON Web Token that must be the tenant's id.
     * @param jwtClaimRequired Whether a token without that claim is refused.
     */
    public record Web(
            @DefaultValue List<String> baseDomains,
            @Nullable List<Resolver> resolvers,
            @DefaultValue(DEFAULT_PATH_PREFIX) String pathPrefix,
            @DefaultValue(HeaderResolver.DEFAULT_HEADER) String header,
            @Nullable List<String> exemptPaths,
            @DefaultValue List<String> pathsWhileSuspended,
            @DefaultValue("refused") Apex apex,
            @DefaultValue(DEFAULT_JWT_CLAIM) String jwtClaim,
            @DefaultValue("false") boolean jwtClaimRequired) {

        /**
         * The resolvers to ask.
         *
         * @return those set, or {@link TenancyProperties#DEFAULT_RESOLVERS}
         */
        public List<Resolver> effectiveResolvers() {
            return resolvers == null || resolvers.isEmpty() ? DEFAULT_RESOLVERS : resolvers;
        }

        /**
         * The exempt paths.
         *
         * @return those set, or {@link TenancyProperties#DEFAULT_EXEMPT_PATHS}
         */
        public List<String> effectiveExemptPaths() {
            return exemptPaths == null ? DEFAULT_EXEMPT_PATHS : exemptPaths;
        }
    }

    /** Where a request can say whose it is. */
    public enum Resolver {
        /** The label before a base domain. */
        SUBDOMAIN,
        /** A domain that a tenant brought along. */
        CUSTOM_DOMAIN,
        /** A segment of the path. */
        PATH,
        /** A header; for gateways that one trusts. */
        HEADER;

        /** The name in properties. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** What happens to a request for a base domain itself. */
    public enum Apex {
        /** It is refused like any other that names no tenant. */
        REFUSED,
        /** It runs without a tenant: a landing page, a sign-up. */
        EXEMPT
    }

    /**
     * What observations say of the tenant.
     *
     * @param tenant Where the tenant's id goes on observations of HTTP requests: "high" for traces only, "low" also for
     *     metrics, which makes a time series per tenant, "none" for nowhere.
     */
    public record Observations(@DefaultValue("high") TenantKey tenant) {}

    /**
     * What is counted.
     *
     * @param metrics What is counted; usage of anything else is rejected.
     * @param late How long ago usage may have occurred when it is first told.
     * @param retention How long events of usage are kept; at least 31 days longer than late ones are taken.
     * @param intake Takes usage over HTTP.
     * @param gauges Values that are read on a schedule.
     */
    public record Usage(
            @DefaultValue List<Metric> metrics,
            @DefaultValue("35d") Duration late,
            @DefaultValue("403d") Duration retention,
            @DefaultValue Intake intake,
            @DefaultValue Gauges gauges) {

        /**
         * The bounds.
         *
         * @return validated bounds
         */
        public UsageBounds bounds() {
            return new UsageBounds(late, UsageBounds.DEFAULT_EARLY, retention);
        }
    }

    /**
     * Something that is counted.
     *
     * @param name 1 to 63 characters of a-z, 0-9, "_", "." and "-", a letter first.
     * @param unit What one of it is, such as "request".
     * @param aggregation How events become one number.
     * @param property Whose different values are counted; for the aggregation "unique" only.
     */
    public record Metric(
            String name,
            String unit,
            @DefaultValue("sum") UsageAggregation aggregation,
            @Nullable String property) {

        /**
         * The same for the store.
         *
         * @return a validated metric
         */
        public UsageMetric definition() {
            return new UsageMetric(name, unit, aggregation, property);
        }
    }

    /**
     * Takes usage over HTTP as CloudEvents.
     *
     * @param path Path below a tenant's host, such as "/usage/events"; without it there is no intake.
     */
    public record Intake(@Nullable String path) {}

    /**
     * Values that are read on a schedule.
     *
     * @param interval How often each gauge of each tenant counts; a minute at least.
     * @param storage Metric, such as "storage.bytes", that each tenant's bytes in the database are stored as; without it
     *     they are not read.
     */
    public record Gauges(
            @DefaultValue("1h") Duration interval, @Nullable String storage) {}

    /** Where the tenant's id goes on an observation. */
    public enum TenantKey {
        /** A key of high cardinality: traces. */
        HIGH,
        /** A key of low cardinality: traces and metrics. */
        LOW,
        /** Nowhere. */
        NONE
    }

    /**
     * How fast tenants may go.
     *
     * @param enabled Whether requests are limited at all.
     * @param backend Where counters are kept: "local" for each node by itself, "postgresql" for the control database,
     *     "redis" for a Redis that all nodes share.
     * @param redis The Redis that all nodes share.
     * @param timeout How long a request waits for a shared backend at most.
     * @param onBackendFailure What happens while the shared backend is out of reach: "open" lets each node limit by
     *     itself, "closed" refuses limited requests with 503.
     * @param concurrencyPerTenant How many requests of one tenant may run at once on one node; -1 for any number. Not
     *     used where the tenant's plan has the limit "concurrent_requests", or the application its own RateLimitPolicies.
     * @param apiKeyHeader Name of the header with an API key.
     * @param maximumLocalCounters How many counters a node keeps in memory.
     * @param limits The limits: those of scope "global" for all tenants together, the others for each tenant, unless its
     *     plan has one of the same name, or the application its own RateLimitPolicies.
     */
    public record RateLimits(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("local") RateLimitBackendKind backend,
            @DefaultValue Redis redis,
            @DefaultValue("500ms") Duration timeout,
            @DefaultValue("open") BackendFailure onBackendFailure,
            @DefaultValue("-1") int concurrencyPerTenant,

            @DefaultValue(RateLimitFilter.DEFAULT_API_KEY_HEADER)
            String apiKeyHeader,

            @DefaultValue("100000") int maximumLocalCounters,
            @DefaultValue List<Limit> limits) {}

    /**
     * The Redis that all nodes share.
     *
     * @param url Such as "redis://user:password@host:6379/0", or "rediss://" for TLS.
     * @param keyPrefix What keys begin with, so that installations can share a server.
     */
    public record Redis(
            @Nullable String url,
            @DefaultValue("tenancy:rate:") String keyPrefix) {
        /** Never the URL, which may hold a password. */
        @Override
        public String toString() {
            return "Redis[keyPrefix=" + keyPrefix + "]";
        }
    }

    /** Where counters of rate limits are kept. */
    public enum RateLimitBackendKind {
        /** In each node's memory. */
        LOCAL,
        /** In the control database. */
        POSTGRESQL,
        /** In Redis. */
        REDIS
    }

    /**
     * A rate limit.
     *
     * @param name Its name, which callers see.
     * @param scope Who shares one counter.
     * @param capacity Units per window, or -1 for no limit.
     * @param window Whole seconds.
     * @param kind How units come back.
     * @param path Which paths it counts, for scope "endpoint".
     */
    public record Limit(
            String name,
            @DefaultValue("tenant") RateLimit.Scope scope,
            long capacity,
            Duration window,
            @DefaultValue("burst") RateLimit.Kind kind,
            @Nullable String path) {

        /**
         * The same, validated.
         *
         * @return a rate limit
         * @throws IllegalArgumentException naming everything that is wrong
         */
        public RateLimit limit() {
            return new RateLimit(name, scope, capacity, window, kind, path);
        }
    }

    /**
     * What tenants may do.
     *
     * @param catalogue A resource with definitions, plans and add-ons in YAML or JSON, such as "classpath:plans.yaml",
     *     taken over at each start; the same document again changes nothing.
     * @param upgradeLink Where refusals of modules lead, such as "/upgrade?module={module}".
     * @param defaultPlan Code of the plan that a tenant gets when it is provisioned and has none. Without it, a tenant
     *     without a plan may use no module.
     */
    public record Entitlements(
            @Nullable String catalogue,
            @Nullable String upgradeLink,
            @Nullable String defaultPlan) {}
}
