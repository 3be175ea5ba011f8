package io.tenancy.jpa.entitlement;

import io.tenancy.TenancyException;
import io.tenancy.TenantId;
import io.tenancy.catalog.TenantNotFoundException;
import io.tenancy.entitlement.CatalogueReader;
import io.tenancy.entitlement.CatalogueWriter;
import io.tenancy.entitlement.EntitlementDefinition;
import io.tenancy.entitlement.EntitlementGrants.AddOnGrant;
import io.tenancy.entitlement.EntitlementGrants.OverrideGrant;
import io.tenancy.entitlement.EntitlementGrants.OverrideMode;
import io.tenancy.entitlement.EntitlementGrants.ResellerCap;
import io.tenancy.entitlement.EntitlementGrants.TrialGrant;
import io.tenancy.entitlement.EntitlementKind;
import io.tenancy.entitlement.EntitlementValue;
import io.tenancy.entitlement.InvalidGrantException;
import io.tenancy.entitlement.Plan;
import io.tenancy.entitlement.PlanCatalogue;
import io.tenancy.entitlement.Reseller;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.entitlement.Validity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Changes what tenants may do: imports catalogues, grants and revokes. Every change is one transaction and is recorded
 * with who made it and why. It counts on this node at once, and on others within the time to live of
 * {@link TenantEntitlements}. Nothing here looks at what a tenant uses: a limit may be lowered below it, and then keeps
 * what is there and refuses more. Instants are kept to the microsecond. Safe for many threads and many nodes.
 */
public final class EntitlementAdministration {

    private final DataSource platform;
    private final InstantSource clock;
    private final TenantEntitlements entitlements;
    private final @Nullable Joined joined;

    /**
     * Creates the administration.
     *
     * @param platform the platform login's connections to the control schema
     * @param clock dates changes
     * @param entitlements hears of every change
     */
    public EntitlementAdministration(DataSource platform, InstantSource clock, TenantEntitlements entitlements) {
        this(platform, clock, entitlements, null);
    }

    private EntitlementAdministration(
            DataSource platform, InstantSource clock, TenantEntitlements entitlements, @Nullable Joined joined) {
        this.platform = platform;
        this.clock = clock;
        this.entitlements = entitlements;
        this.joined = joined;
    }

    /**
     * The same administration as a part of a transaction of the platform login: what it changes counts when the caller
     * commits, and is undone when the caller rolls back. After a failure the caller rolls back.
     *
     * @param connection the transaction, not in auto-commit mode
     * @param afterCommit takes what the caller runs once its commit was sent, also when that failed
     * @return an administration for this one transaction
     */
    public EntitlementAdministration joining(Connection connection, Consumer<Runnable> afterCommit) {
        return new EntitlementAdministration(platform, clock, entitlements, new Joined(connection, afterCommit));
    }

    /**
     * Takes over a catalogue. Importing the document that was imported last changes nothing. New plans, versions, add-ons
     * and entitlements are added; what the document leaves out stays for the tenants that have it and is no longer on
     * offer. A version of a plan, an add-on that a tenant has, and what an entitlement means do not change.
     *
     * @param document JSON or YAML, see {@link CatalogueReader}
     * @param note who and why
     * @return what it did
     * @throws io.tenancy.entitlement.InvalidCatalogueException naming everything that is wrong in the document
     * @throws CatalogueConflictException naming everything that the document would change
     * @throws io.tenancy.entitlement.EntitlementsUnavailableException when the control database cannot be asked
     */
    public CatalogueImport importCatalogue(String document, ChangeNote note) {
        PlanCatalogue imported = CatalogueReader.read(document);
        String hash = CatalogueWriter.hash(document);
        CatalogueImport done = transact("import a catalogue", connection -> {
            long revision = lockCatalogue(connection, "for update");
            if (hash.equals(lastHash(connection))) {
                return new CatalogueImport(revision, false, List.of());
            }
            PlanCatalogue stored = JdbcEntitlementStore.catalogue(connection).catalogue();
            CatalogueMerge.Merged merged = CatalogueMerge.merge(stored, imported, addOnsInUse(connection));
            long next = revision + 1;
            CatalogueRows.store(connection, merged.catalogue(), next);
            recordImport(connection, next, hash, document, note);
            record(connection, "import-catalogue", null, "revision " + next, String.join("; ", merged.changes()), note);
            return new CatalogueImport(next, true, merged.changes());
        });
        if (done.changed()) {
            afterCommit(entitlements::invalidateAll);
        }
        return done;
    }

    /**
     * Gives a tenant a plan and each of its later versions, from the date on from which it is in effect. Of several plans
     * that count at once, the one counts whose validity began last; so a plan with an end gives way to the one before it.
     *
     * @param tenant the tenant
     * @param plan code of the plan
     * @param validity when it counts
     * @param note who and why
     * @return id of the grant
     * @throws InvalidGrantException when there is no such plan, or no version of it is in effect when the validity begins
     * @throws TenantNotFoundException when there is no such tenant
     * @throws io.tenancy.entitlement.EntitlementsUnavailableException when the control database cannot be asked
     */
    public long assignPlan(TenantId tenant, String plan, Validity validity, ChangeNote note) {
        return grant(
                tenant, Grant.of("PLAN", plan, validity), "assign-plan", "follows its versions", note, catalogue -> {
                    Plan known = requirePlan(catalogue, plan);
                    if (known.versionAt(validity.from()).isEmpty()) {
                        throw new InvalidGrantException(
                                "Plan '" + plan + "' has no version in effect at " + validity.from()
                                        + "; the first one is from "
                                        + known.versions().get(0).effectiveFrom()
                                        + ". Assign it from then on, or pin a version.");
                    }
                });
    }

    /**
     * Gives a tenant one version of a plan, which stays when newer ones come into effect. Otherwise like
     * {@link #assignPlan}.
     *
     * @param tenant the tenant
     * @param plan code of the plan
     * @param version number of the version
     * @param validity when it counts
     * @param note who and why
     * @return id of the grant
     * @throws InvalidGrantException when there is no such version
     * @throws TenantNotFoundException when there is no such tenant
     * @throws io.tenancy.entitlement.EntitlementsUnavailableException when the control database cannot be asked
     */
    public long pinPlan(TenantId tenant, String plan, int version, Validity validity, ChangeNote note) {
        Grant grant = Grant.of("PLAN", plan, validity).withVersion(version);
        return grant(tenant, grant, "pin-plan", "version " + version, note, catalogue -> {
            Plan known = requirePlan(catalogue, plan);
            if (known.version(version).isEmpty()) {
                throw new InvalidGrantException("Plan '" + plan + "' has no version " + version + "; it has "
                        + known.versions().stream().map(each -> each.version()).toList() + ".");
            }
        });
    }

    private static Plan requirePlan(PlanCatalogue catalogue, String plan) {
        return catalogue
                .plan(plan)
                .orElseThrow(() -> new InvalidGrantException("The catalogue has no plan '" + plan + "'; it has "
                        + catalogue.plans().stream().map(Plan::code).toList() + "."));
    }

    /**
     * Gives a tenant an add-on.
     *
     * @param tenant the tenant
     * @param addOn code of the add-on
     * @param quantity how many times; 1 and more
     * @param validity when it counts
     * @param note who and why
     * @return id of the grant
     * @throws InvalidGrantException when there is no such add-on
     * @throws IllegalArgumentException when the quantity is not positive
     * @throws TenantNotFoundException when there is no such tenant
     * @throws io.tenancy.entitlement.EntitlementsUnavailableException when the control database cannot be asked
     */
    public long addAddOn(TenantId tenant, String addOn, long quantity, Validity validity, ChangeNote note) {
        AddOnGrant valid = new AddOnGrant(0, addOn, quantity, validity);
        Grant grant = Grant.of("ADD_ON", addOn, validity).withQuantity(valid.quantity());
        return grant(tenant, grant, "add-add-on", quantity + " times", note, catalogue -> {
            if (catalogue.addOn(addOn).isEmpty()) {
                throw new InvalidGrantException("The catalogue has no add-on '" + addOn + "'; it has "
                        + catalogue.addOns().stream().map(each -> each.code()).toList() + ".");
            }
        });
    }

    /**
     * Lets a tenant try a module.
     *
     * @param tenant the tenant
     * @param module key of the module
     * @param validity when it counts; with an end
     * @param note who and why
     * @return id of the grant
     * @throws InvalidGrantException when there is no such module
     * @throws IllegalArgumentException when the validity has no end
     * @throws TenantNotFoundException when there is no such tenant
     * @throws io.tenancy.entitlement.EntitlementsUnavailableException when the control database cannot be asked
     */
    public long grantTrial(TenantId tenant, String module, Validity validity, ChangeNote note) {
        TrialGrant valid = new TrialGrant(0, module, validity);
        return grant(tenant, Grant.of("TRIAL", valid.module(), validity), "grant-trial", "", note, catalogue -> {
            EntitlementKind kind = definition(catalogue, module).kind();
            if (kind != EntitlementKind.MODULE) {
                throw new InvalidGrantException("A module can be tried, but '" + module + "' is a " + kind + ".");
            }
        });
    }

    /**
     * Agrees on something with one tenant.
     *
     * @param tenant the tenant
     * @param key key of the entitlement
     * @param mode whether the value is set or added
     * @param value the value; what is added is a quantity
     * @param validity when it counts
     * @param note who and why
     * @return id of the grant
     * @throws InvalidGrantException when there is no such entitlement, or it has values of another kind
     * @throws IllegalArgumentException when something is to be added that is no quantity
     * @throws TenantNotFoundException when there is no such tenant
     * @throws io.tenancy.entitlement.EntitlementsUnavailableException when the control database cannot be asked
     */
    public long override(
            TenantId tenant,
            String key,
            OverrideMode mode,
            EntitlementValue value,
            Validity validity,
            ChangeNote note) {
        OverrideGrant valid = new OverrideGrant(0, key, mode, value, validity);
        Grant grant = Grant.of("OVERRIDE", key, validity).withValue(valid.mode(), CatalogueWriter.write(value));
        return grant(
                tenant, grant, "override", mode + " " + value, note, catalogue -> requireFit(catalogue, key, value));
    }

    /**
     * Says through whom a tenant was sold to. A membership that runs when the new one begins ends there.
     *
     * @param tenant the tenant
     * @param reseller the reseller
     * @param validity when it counts
     * @param note who and why
     * @return id of the grant
     * @throws InvalidGrantException when a membership begins within the validity, or the reseller is the tenant itself
     * @throws TenantNotFoundException when there is no such tenant
     * @throws io.tenancy.entitlement.EntitlementsUnavailableException when the control database cannot be asked
     */
    public long setReseller(TenantId tenant, Reseller reseller, Validity validity, ChangeNote note) {
        if (reseller.equals(Reseller.ofTenant(tenant))) {
            throw new InvalidGrantException("Tenant " + tenant + " cannot be its own reseller.");
        }
        Grant grant = Grant.of("RESELLER", reseller.value(), validity);
        return change(tenant, "grant " + grant.code() + " to tenant " + tenant, connection -> {
            requireTenant(connection, tenant);
            endMemberships(connection, tenant, grant.validity());
            long id = insert(connection, tenant, grant);
            record(connection, "set-reseller", tenant, reseller.value(), "grant " + id + ", " + grant.validity(), note);
            return id;
        });
    }

    private static void endMemberships(Connection connection, TenantId tenant, Validity validity) throws SQLException {
        Timestamp from = Timestamp.from(validity.from());
        try (PreparedStatement running = connection.prepareStatement("update entitlement_grant set valid_until = ?"
                + " where tenant_id = ? and kind = 'RESELLER' and valid_from < ?"
                + " and (valid_until is null or valid_until > ?)")) {
            running.setTimestamp(1, from);
            running.setObject(2, tenant.value());
            running.setTimestamp(3, from);
            running.setTimestamp(4, from);
            running.executeUpdate();
        }
        Instant until = validity.until();
        try (PreparedStatement later =
                connection.prepareStatement("select id, code, valid_from from entitlement_grant where tenant_id = ?"
                        + " and kind = 'RESELLER' and valid_from >= ? and (valid_until is null or valid_until > valid_from)"
                        + " and (?::timestamptz is null or valid_from < ?::timestamptz) order by valid_from limit 1")) {
            later.setObject(1, tenant.value());
            later.setTimestamp(2, from);
            later.setTimestamp(3, until == null ? null : Timestamp.from(until));
            later.setTimestamp(4, until == null ? null : Timestamp.from(until));
            try (ResultSet row = later.executeQuery()) {
                if (row.next()) {
                    throw new InvalidGrantException("A tenant belongs to one reseller at a time, but tenant " + tenant
                            + " belongs to " + row.getString("code") + " from "
                            + row.getTimestamp("valid_from").toInstant() + " on by grant " + row.getLong("id")
                            + ". Revoke that grant first, or end the new one before it.");
                }
            }
        }
    }

    /**
     * Limits what each tenant of a reseller may have.
     *
     * @param reseller the reseller
     * @param key key of a module, a limit or an allowance
     * @param value not included for a module; for a quantity, the limit that none of its tenants exceeds
     * @param validity when it counts
     * @param note who and why
     * @return id of the cap, for {@link #revokeCap}
     * @throws InvalidGrantException when there is no such entitlement, or it has values of another kind
     * @throws IllegalArgumentException when the value is a setting, or includes a module
     * @throws io.tenancy.entitlement.EntitlementsUnavailableException when the control database cannot be asked
     */
    public long capReseller(Reseller reseller, String key, EntitlementValue value, Validity validity, ChangeNote note) {
        ResellerCap cap = new ResellerCap(0, key, value, toMicros(validity));
        return change(null, "cap '" + key + "' of reseller " + reseller, connection -> {
            lockCatalogue(connection, "for share");
            requireFit(JdbcEntitlementStore.catalogue(connection).catalogue(), key, value);
            long id;
            try (PreparedStatement insert = connection.prepareStatement("insert into reseller_cap"
                    + " (reseller, key, value, valid_from, valid_until) values (?, ?, ?, ?, ?) returning id")) {
                insert.setString(1, reseller.value());
                insert.setString(2, key);
                insert.setString(3, CatalogueWriter.write(value));
                setValidity(insert, 4, cap.validity());
                id = idOf(insert);
            }
            String detail = "cap " + id + ", " + key + " " + value + " " + cap.validity();
            record(connection, "cap-reseller", null, reseller.value(), detail, note);
            return id;
        });
    }

    /**
     * Ends a grant now; one that has not begun never counts.
     *
     * @param grant id of the grant
     * @param note who and why
     * @return false when there is no such grant or it ended already
     * @throws io.tenancy.entitlement.EntitlementsUnavailableException when the control database cannot be asked
     */
    public boolean revoke(long grant, ChangeNote note) {
        Timestamp now = now();
        Optional<TenantId> tenant = transact("revoke grant " + grant, connection -> {
            try (PreparedStatement end = connection.prepareStatement(
                    "update entitlement_grant"
                            + " set valid_until = greatest(valid_from, ?) where id = ?"
                            + " and (valid_until is null or valid_until > greatest(valid_from, ?)) returning tenant_id, kind, code")) {
                end.setTimestamp(1, now);
                end.setLong(2, grant);
                end.setTimestamp(3, now);
                try (ResultSet row = end.executeQuery()) {
                    if (!row.next()) {
                        return Optional.empty();
                    }
                    TenantId whose = new TenantId(row.getObject("tenant_id", UUID.class));
                    String what = "grant " + grant + ", " + row.getString("kind");
                    record(connection, "revoke", whose, row.getString("code"), what, note);
                    return Optional.of(whose);
                }
            }
        });
        tenant.ifPresent(whose -> afterCommit(() -> entitlements.invalidate(whose)));
        return tenant.isPresent();
    }

    /**
     * Ends a reseller's cap now; one that has not begun never counts.
     *
     * @param cap id of the cap
     * @param note who and why
     * @return false when there is no such cap or it ended already
     * @throws io.tenancy.entitlement.EntitlementsUnavailableException when the control database cannot be asked
     */
    public boolean revokeCap(long cap, ChangeNote note) {
        Timestamp now = now();
        return change(null, "revoke cap " + cap, connection -> {
            try (PreparedStatement end = connection.prepareStatement("update reseller_cap"
                    + " set valid_until = greatest(valid_from, ?) where id = ?"
                    + " and (valid_until is null or valid_until > greatest(valid_from, ?)) returning reseller, key")) {
                end.setTimestamp(1, now);
                end.setLong(2, cap);
                end.setTimestamp(3, now);
                try (ResultSet row = end.executeQuery()) {
                    if (!row.next()) {
                        return false;
                    }
                    String what = "cap " + cap + ", " + row.getString("key");
                    record(connection, "revoke-cap", null, row.getString("reseller"), what, note);
                    return true;
                }
            }
        });
    }

    /**
     * What was changed for a tenant.
     *
     * @param tenant the tenant
     * @return the newest first, at most 1,000
     * @throws io.tenancy.entitlement.EntitlementsUnavailableException when the control database cannot be asked
     */
    public List<EntitlementChange> changes(TenantId tenant) {
        return transact("read the changes of tenant " + tenant, connection -> {
            List<EntitlementChange> changes = new ArrayList<>();
            try (PreparedStatement query = connection.prepareStatement("select id, at, action, subject, detail, actor,"
                    + " reason from entitlement_change where tenant_id = ? order by id desc limit 1000")) {
                query.setObject(1, tenant.value());
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        changes.add(new EntitlementChange(
                                row.getLong("id"),
                                row.getTimestamp("at").toInstant(),
                                row.getString("action"),
                                tenant,
                                row.getString("subject"),
                                row.getString("detail"),
                                new ChangeNote(row.getString("actor"), row.getString("reason"))));
                    }
                }
            }
            return changes;
        });
    }

    private long grant(TenantId tenant, Grant grant, String action, String how, ChangeNote note, Check check) {
        return change(tenant, "grant " + grant.code() + " to tenant " + tenant, connection -> {
            // An import waits until what is granted here is seen by it, and the other way round.
            lockCatalogue(connection, "for share");
            check.of(JdbcEntitlementStore.catalogue(connection).catalogue());
            requireTenant(connection, tenant);
            long id = insert(connection, tenant, grant);
            String detail = "grant " + id + (how.isEmpty() ? ", " : ", " + how + ", ") + grant.validity();
            record(connection, action, tenant, grant.code(), detail, note);
            return id;
        });
    }

    private static EntitlementDefinition definition(PlanCatalogue catalogue, String key) {
        return catalogue
                .definition(key)
                .orElseThrow(() -> new InvalidGrantException("The catalogue defines no entitlement '" + key
                        + "'; it defines "
                        + catalogue.definitions().stream()
                                .map(EntitlementDefinition::key)
                                .toList()
                        + "."));
    }

    private static void requireFit(PlanCatalogue catalogue, String key, EntitlementValue value) {
        EntitlementKind kind = definition(catalogue, key).kind();
        if (!value.fits(kind)) {
            throw new InvalidGrantException(
                    "The value " + value + " does not fit '" + key + "', which is a " + kind + ".");
        }
    }

    // Locked, so that changes of one tenant's memberships follow each other.
    private static void requireTenant(Connection connection, TenantId tenant) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select 1 from tenant where id = ? for update")) {
            query.setObject(1, tenant.value());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new TenantNotFoundException(
                            "Nothing was granted: the catalog of tenants has none with id " + tenant + ".");
                }
            }
        }
    }

    private static long insert(Connection connection, TenantId tenant, Grant grant) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into entitlement_grant (tenant_id, kind,"
                + " code, plan_version, quantity, mode, value, valid_from, valid_until)"
                + " values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning id")) {
            insert.setObject(1, tenant.value());
            insert.setString(2, grant.kind());
            insert.setString(3, grant.code());
            insert.setObject(4, grant.version(), Types.INTEGER);
            insert.setObject(5, grant.quantity(), Types.BIGINT);
            insert.setString(6, grant.mode());
            insert.setString(7, grant.value());
            setValidity(insert, 8, grant.validity());
            return idOf(insert);
        }
    }

    private static long idOf(PreparedStatement insert) throws SQLException {
        try (ResultSet row = insert.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void setValidity(PreparedStatement statement, int index, Validity validity) throws SQLException {
        Instant until = validity.until();
        statement.setTimestamp(index, Timestamp.from(validity.from()));
        statement.setTimestamp(index + 1, until == null ? null : Timestamp.from(until));
    }

    private static Validity toMicros(Validity validity) {
        Instant until = validity.until();
        return new Validity(
                validity.from().truncatedTo(ChronoUnit.MICROS),
                until == null ? null : until.truncatedTo(ChronoUnit.MICROS));
    }

    private static long lockCatalogue(Connection connection, String strength) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select revision from plan_catalogue " + strength);
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private static @Nullable String lastHash(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                        "select content_hash from plan_catalogue_import order by revision desc limit 1");
                ResultSet row = query.executeQuery()) {
            return row.next() ? row.getString(1) : null;
        }
    }

    private Set<String> addOnsInUse(Connection connection) throws SQLException {
        Set<String> inUse = new HashSet<>();
        try (PreparedStatement query = connection.prepareStatement("select distinct code from entitlement_grant"
                + " where kind = 'ADD_ON' and (valid_until is null or valid_until > ?)")) {
            query.setTimestamp(1, now());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    inUse.add(row.getString(1));
                }
            }
        }
        return inUse;
    }

    private void recordImport(Connection connection, long revision, String hash, String document, ChangeNote note)
            throws SQLException {
        try (PreparedStatement raise = connection.prepareStatement("update plan_catalogue set revision = ?")) {
            raise.setLong(1, revision);
            raise.executeUpdate();
        }
        try (PreparedStatement insert = connection.prepareStatement("insert into plan_catalogue_import"
                + " (revision, content_hash, document, actor, reason, imported_at) values (?, ?, ?, ?, ?, ?)")) {
            insert.setLong(1, revision);
            insert.setString(2, hash);
            insert.setString(3, document);
            insert.setString(4, note.actor());
            insert.setString(5, note.reason());
            insert.setTimestamp(6, now());
            insert.executeUpdate();
        }
    }

    private void record(
            Connection connection,
            String action,
            @Nullable TenantId tenant,
            String subject,
            String detail,
            ChangeNote note)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into entitlement_change"
                + " (at, action, tenant_id, subject, detail, actor, reason) values (?, ?, ?, ?, ?, ?, ?)")) {
            insert.setTimestamp(1, now());
            insert.setString(2, action);
            insert.setObject(3, tenant == null ? null : tenant.value(), Types.OTHER);
            insert.setString(4, subject);
            insert.setString(5, detail);
            insert.setString(6, note.actor());
            insert.setString(7, note.reason());
            insert.executeUpdate();
        }
    }

    private Timestamp now() {
        return Timestamp.from(clock.instant().truncatedTo(ChronoUnit.MICROS));
    }

    private <T> T change(@Nullable TenantId tenant, String tried, Work<T> work) {
        return transact(tried, work, () -> {
            if (tenant == null) {
                entitlements.invalidateAll();
            } else {
                entitlements.invalidate(tenant);
            }
        });
    }

    private <T extends @Nullable Object> T transact(String tried, Work<T> work) {
        return transact(tried, work, () -> {});
    }

    // Nothing is forgotten before a commit was sent: while the database is away, what is remembered is all there is.
    // After that it is, also when the commit failed, since whether it took place is not known then.
    private <T extends @Nullable Object> T transact(String tried, Work<T> work, Runnable afterCommit) {
        if (joined != null) {
            return within(joined, tried, work, afterCommit);
        }
        try (Connection connection = platform.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.in(connection);
                try {
                    connection.commit();
                } finally {
                    afterCommit.run();
                }
                return result;
            } catch (SQLException | TenancyException failure) {
                connection.rollback();
                throw failure;
            }
        } catch (SQLException failure) {
            throw JdbcEntitlementStore.unavailable(tried, failure);
        }
    }

    private static <T extends @Nullable Object> T within(
            Joined transaction, String tried, Work<T> work, Runnable afterCommit) {
        try {
            T result = work.in(transaction.connection());
            transaction.afterCommit().accept(afterCommit);
            return result;
        } catch (SQLException failure) {
            throw JdbcEntitlementStore.unavailable(tried, failure);
        }
    }

    private void afterCommit(Runnable work) {
        if (joined != null) {
            joined.afterCommit().accept(work);
        } else {
            work.run();
        }
    }

    /** A caller's transaction. */
    private record Joined(Connection connection, Consumer<Runnable> afterCommit) {}

    @FunctionalInterface
    private interface Work<T extends @Nullable Object> {
        T in(Connection connection) throws SQLException;
    }

    @FunctionalInterface
    private interface Check {
        void of(PlanCatalogue catalogue);
    }

    /** A row of grants before it has an id. */
    private record Grant(
            String kind,
            String code,
            @Nullable Integer version,
            @Nullable Long quantity,
            @Nullable String mode,
            @Nullable String value,
            Validity validity) {

        static Grant of(String kind, String code, Validity validity) {
            return new Grant(kind, code, null, null, null, null, toMicros(validity));
        }

        Grant withVersion(int number) {
            return new Grant(kind, code, number, quantity, mode, value, validity);
        }

        Grant withQuantity(long times) {
            return new Grant(kind, code, version, times, mode, value, validity);
        }

        Grant withValue(OverrideMode how, String json) {
            return new Grant(kind, code, version, quantity, how.name(), json, validity);
        }
    }
}
