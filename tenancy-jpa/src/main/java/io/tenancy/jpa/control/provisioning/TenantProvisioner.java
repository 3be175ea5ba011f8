package io.tenancy.jpa.control.provisioning;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.catalog.TenantKey;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.control.JdbcTenantStore;
import io.tenancy.jpa.control.StoredLogins;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.PlacementNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes tenants at any isolation level, in one call that is safe to repeat. Steps: catalog row, place (role, schema,
 * database), migrations, the application's {@linkplain TenantInitializer initializers}, first status. A failure leaves
 * the tenant in status PROVISIONING with the reason in the catalog; the same call resumes it and {@link #undo} removes
 * it. Two nodes that provision one slug wait for each other. Safe for many threads.
 */
public final class TenantProvisioner {

    private static final Logger LOG = LoggerFactory.getLogger(TenantProvisioner.class);

    private final ControlDatabase control;
    private final JdbcTenantStore store;
    private final PlaceMaker places;
    private final SchemaPreparation schemas;
    private final List<? extends TenantInitializer> initializers;
    private final Consumer<Tenant> changed;
    private final InstantSource clock;

    /**
     * Creates the provisioner.
     *
     * @param control the control database
     * @param store the catalog
     * @param servers the servers that placements may name, by name
     * @param logins keeps logins of tenants with a database of their own
     * @param schemaRole whether SCHEMA tenants get a role of their own
     * @param schemas runs migrations and removes rows
     * @param initializers the application's own part, in order
     * @param changed told of every tenant whose catalog row or place changed
     * @param clock dates tenants
     */
    public TenantProvisioner(
            ControlDatabase control,
            JdbcTenantStore store,
            Map<String, DatabaseServer> servers,
            StoredLogins logins,
            boolean schemaRole,
            SchemaPreparation schemas,
            List<? extends TenantInitializer> initializers,
            Consumer<Tenant> changed,
            InstantSource clock) {
        this.control = control;
        this.store = store;
        this.places = new PlaceMaker(servers, logins, schemaRole);
        this.schemas = schemas;
        this.initializers = List.copyOf(initializers);
        this.changed = changed;
        this.clock = clock;
    }

    /**
     * Makes the tenant, resumes it where an earlier call stopped, or returns it where it exists.
     *
     * @param wanted what to make
     * @return the tenant in its first status, or as it is
     * @throws ProvisioningException naming the step that failed
     * @throws TenancyException when a tenant with this slug exists at another isolation level
     */
    public Tenant provision(NewTenant wanted) {
        try (SlugLock lock = SlugLock.take(control, wanted.slug())) {
            Tenant tenant = enlist(wanted);
            if (tenant.status() != TenantStatus.PROVISIONING) {
                return tenant;
            }
            complete(tenant);
            store.setStatus(tenant.id(), wanted.firstStatus());
            Tenant done = require(tenant.id());
            changed.accept(done);
            told(done, "provisioned");
            return done;
        }
    }

    private static void told(Tenant tenant, String what) {
        LOG.info(
                "Tenant {} was {} on isolation level {}: schema '{}' of database '{}' on server '{}'",
                tenant.slug(),
                what,
                tenant.placement().isolation(),
                tenant.placement().schema(),
                tenant.placement().database(),
                tenant.placement().server());
    }

    private Tenant enlist(NewTenant wanted) {
        Optional<Tenant> existing = store.find(new TenantKey.BySlug(wanted.slug()));
        if (existing.isPresent()) {
            IsolationLevel level = existing.get().placement().isolation();
            if (level != wanted.isolation()) {
                throw new TenancyException(
                        "Tenant '" + wanted.slug() + "' was to be provisioned on isolation level " + wanted.isolation()
                                + ", but it exists on " + level + ". Choose another slug, or move the tenant.");
            }
            return existing.get();
        }
        TenantId id = TenantId.next(clock);
        Tenant tenant = new Tenant(
                id,
                wanted.slug(),
                wanted.name(),
                TenantStatus.PROVISIONING,
                placement(wanted, id),
                1,
                wanted.metadata());
        if (!store.insert(tenant)) {
            throw new ProvisioningException(
                    "Tenant '" + wanted.slug() + "' could not be enlisted: its slug was taken meanwhile. Try again.",
                    null);
        }
        return tenant;
    }

    private Placement placement(NewTenant wanted, TenantId id) {
        String main = control.server().database();
        String server = control.server().name();
        return switch (wanted.isolation()) {
            case SHARED -> new Placement(server, main, IsolationNames.SHARED_SCHEMA, IsolationLevel.SHARED, 1);
            case SCHEMA ->
                new Placement(server, main, PlacementNames.schema(wanted.slug(), id), IsolationLevel.SCHEMA, 1);
            case DATABASE ->
                new Placement(
                        server,
                        PlacementNames.database(wanted.slug(), id),
                        IsolationNames.DATABASE_SCHEMA,
                        IsolationLevel.DATABASE,
                        1);
        };
    }

    private void complete(Tenant tenant) {
        step(tenant, "make its place", () -> places.make(tenant));
        step(tenant, "run its migrations", () -> schemas.migrate(tenant));
        for (TenantInitializer initializer : initializers) {
            step(
                    tenant,
                    "run " + initializer.getClass().getSimpleName(),
                    () -> Tenancy.callAs(tenant, () -> {
                        initializer.initialize(tenant);
                        return Boolean.TRUE;
                    }));
        }
    }

    private void step(Tenant tenant, String what, Step step) {
        try {
            step.run();
        } catch (Exception failure) {
            String fault = "could not " + what + ": " + failure.getMessage();
            store.noteFault(tenant.id(), fault);
            throw new ProvisioningException(
                    "Provisioning of tenant " + tenant + " on isolation level "
                            + tenant.placement().isolation() + " " + fault
                            + ". Provision it again to resume, or undo it.",
                    failure);
        }
    }

    /**
     * Takes an existing single-tenant database or schema over as a tenant, where it lies. The place must have its own
     * rows only; migrations that ran there before are taken as they are when their history is handed over.
     *
     * @param wanted slug, name and level: SCHEMA or DATABASE
     * @param placement where the tables lie today
     * @return the tenant
     * @throws ProvisioningException naming the step that failed
     * @throws IllegalArgumentException for level SHARED, or when level and placement disagree
     */
    public Tenant adopt(NewTenant wanted, Placement placement) {
        if (wanted.isolation() == IsolationLevel.SHARED || wanted.isolation() != placement.isolation()) {
            throw new IllegalArgumentException(
                    "An existing schema is adopted on level SCHEMA, an existing database on" + " level DATABASE, but '"
                            + wanted.slug() + "' was to be " + wanted.isolation() + " at " + placement);
        }
        try (SlugLock lock = SlugLock.take(control, wanted.slug())) {
            Optional<Tenant> existing = store.find(new TenantKey.BySlug(wanted.slug()));
            if (existing.isEmpty()) {
                store.insert(new Tenant(
                        TenantId.next(clock),
                        wanted.slug(),
                        wanted.name(),
                        TenantStatus.PROVISIONING,
                        placement,
                        1,
                        wanted.metadata()));
            }
            Tenant tenant = store.find(new TenantKey.BySlug(wanted.slug())).orElseThrow();
            if (tenant.status() == TenantStatus.PROVISIONING) {
                // Before its place is made, because that fails with less to say when the place belongs to others.
                step(tenant, "take over its tables", () -> schemas.takeOver(tenant));
                step(tenant, "make its place", () -> places.make(tenant));
                step(tenant, "run its migrations", () -> schemas.migrate(tenant));
                store.setStatus(tenant.id(), wanted.firstStatus());
                told(tenant, "adopted");
            }
            Tenant done = require(tenant.id());
            changed.accept(done);
            return done;
        }
    }

    /**
     * Removes a tenant that is not finished or is deleted, with all its data.
     *
     * @param id the tenant
     * @return false when there is no such tenant
     * @throws TenancyException when the tenant is in a status that may hold data somebody needs
     */
    public boolean undo(TenantId id) {
        Optional<Tenant> found = store.find(new TenantKey.ById(id));
        if (found.isEmpty()) {
            return false;
        }
        Tenant tenant = found.get();
        if (tenant.status() != TenantStatus.PROVISIONING && tenant.status() != TenantStatus.DELETED) {
            throw new TenancyException(
                    "Tenant " + tenant + " has status " + tenant.status()
                            + ", and only PROVISIONING or DELETED tenants are removed with their data. Set it to DELETED first.");
        }
        try (SlugLock lock = SlugLock.take(control, tenant.slug())) {
            changed.accept(tenant);
            step(tenant, "remove its rows", () -> schemas.removeRows(tenant));
            step(tenant, "remove its place", () -> places.remove(tenant));
            store.remove(id);
            changed.accept(tenant);
            return true;
        }
    }

    private Tenant require(TenantId id) {
        return store.find(new TenantKey.ById(id))
                .orElseThrow(
                        () -> new ProvisioningException("Tenant " + id + " vanished while it was provisioned", null));
    }

    /** Work on the inside of a tenant's place. */
    public interface SchemaPreparation {
        /**
         * Brings the tenant's schema up to date.
         *
         * @param tenant the tenant
         * @throws SQLException when the database refuses
         */
        void migrate(Tenant tenant) throws SQLException;

        /**
         * Makes the owner login own tables that were there before.
         *
         * @param tenant the tenant
         * @throws SQLException when the database refuses
         */
        void takeOver(Tenant tenant) throws SQLException;

        /**
         * Removes the tenant's rows from shared tables; nothing on other levels.
         *
         * @param tenant the tenant
         * @throws SQLException when the database refuses
         */
        void removeRows(Tenant tenant) throws SQLException;
    }

    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    /** Held while a slug is provisioned, by any node. */
    private record SlugLock(Connection connection) implements AutoCloseable {

        static SlugLock take(ControlDatabase control, io.tenancy.TenantSlug slug) {
            try {
                Connection connection =
                        control.owner(control.server().database()).getConnection();
                try (PreparedStatement lock =
                        connection.prepareStatement("select pg_advisory_lock(hashtextextended(?, 7))")) {
                    lock.setString(1, "tenancy.provision." + slug);
                    lock.execute();
                    return new SlugLock(connection);
                } catch (SQLException failure) {
                    connection.close();
                    throw failure;
                }
            } catch (SQLException failure) {
                throw new ProvisioningException(
                        "The lock for tenant '" + slug + "' could not be taken on " + control.server() + ": "
                                + failure.getMessage(),
                        failure);
            }
        }

        // The connection is not pooled: closing it ends its session and with it the lock.
        @Override
        public void close() {
            try {
                connection.close();
            } catch (SQLException alreadyGone) {
                LOG.debug("The connection of a provisioning lock was gone already", alreadyGone);
            }
        }
    }
}
