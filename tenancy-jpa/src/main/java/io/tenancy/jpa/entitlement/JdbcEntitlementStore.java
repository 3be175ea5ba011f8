package io.tenancy.jpa.entitlement;

import io.tenancy.TenantId;
import io.tenancy.entitlement.CatalogueReader;
import io.tenancy.entitlement.EntitlementDefinition;
import io.tenancy.entitlement.EntitlementGrants;
import io.tenancy.entitlement.EntitlementGrants.AddOnGrant;
import io.tenancy.entitlement.EntitlementGrants.OverrideGrant;
import io.tenancy.entitlement.EntitlementGrants.OverrideMode;
import io.tenancy.entitlement.EntitlementGrants.PlanGrant;
import io.tenancy.entitlement.EntitlementGrants.ResellerCap;
import io.tenancy.entitlement.EntitlementGrants.ResellerMembership;
import io.tenancy.entitlement.EntitlementGrants.TrialGrant;
import io.tenancy.entitlement.EntitlementValue;
import io.tenancy.entitlement.EntitlementsUnavailableException;
import io.tenancy.entitlement.InvalidGrantException;
import io.tenancy.entitlement.PlanCatalogue;
import io.tenancy.entitlement.Reseller;
import io.tenancy.entitlement.Validity;
import io.tenancy.entitlement.spi.EntitlementStore;
import io.tenancy.entitlement.spi.StoredCatalogue;
import io.tenancy.entitlement.spi.StoredGrants;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Catalogue and grants in the control database. Safe for many threads and many nodes. */
public final class JdbcEntitlementStore implements EntitlementStore {

    // Nodes' clocks differ; a grant that ended on this one may still count on another.
    private static final Duration KEPT_AFTER_THE_END = Duration.ofHours(1);

    // One statement, so that a membership and the caps that come with it are of one moment, and with them the revision.
    private static final String GRANTS = "select r.revision, g.id, g.kind, g.code, g.plan_version, g.quantity, g.mode,"
            + " g.value, g.valid_from, g.valid_until, d.content as definition, c.id as cap_id, c.key as cap_key,"
            + " c.value as cap_value, c.valid_from as cap_from, c.valid_until as cap_until, e.content as cap_definition"
            + " from plan_catalogue r"
            + " left join entitlement_grant g on g.tenant_id = ? and (g.valid_until is null or g.valid_until > ?)"
            + " left join entitlement_definition d on g.kind = 'OVERRIDE' and d.key = g.code"
            + " left join reseller_cap c on g.kind = 'RESELLER' and c.reseller = g.code"
            + " and (c.valid_until is null or c.valid_until > ?)"
            + " left join entitlement_definition e on e.key = c.key"
            + " order by g.id, c.id";

    private final DataSource platform;
    private final InstantSource clock;

    /**
     * Creates the store.
     *
     * @param platform the platform login's connections to the control schema
     * @param clock leaves out what ended long ago
     */
    public JdbcEntitlementStore(DataSource platform, InstantSource clock) {
        this.platform = platform;
        this.clock = clock;
    }

    @Override
    public StoredGrants grants(TenantId tenant) {
        Timestamp endedBefore = Timestamp.from(clock.instant().minus(KEPT_AFTER_THE_END));
        try (Connection connection = platform.getConnection();
                PreparedStatement query = connection.prepareStatement(GRANTS)) {
            query.setObject(1, tenant.value());
            query.setTimestamp(2, endedBefore);
            query.setTimestamp(3, endedBefore);
            try (ResultSet row = query.executeQuery()) {
                return new GrantRows(tenant).read(row);
            }
        } catch (SQLException failure) {
            throw unavailable("read the grants of tenant " + tenant, failure);
        }
    }

    @Override
    public StoredCatalogue catalogue() {
        try (Connection connection = platform.getConnection()) {
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            StoredCatalogue catalogue = catalogue(connection);
            connection.commit();
            return catalogue;
        } catch (SQLException failure) {
            throw unavailable("read the catalogue of plans", failure);
        }
    }

    /**
     * Reads the catalogue within a transaction of the platform login.
     *
     * @param connection the transaction
     * @return the catalogue and its revision; an empty one of revision 0 before the first import
     * @throws SQLException when the control database cannot be asked
     */
    public static StoredCatalogue catalogue(Connection connection) throws SQLException {
        long revision;
        try (PreparedStatement query = connection.prepareStatement("select revision from plan_catalogue");
                ResultSet row = query.executeQuery()) {
            row.next();
            revision = row.getLong(1);
        }
        if (revision == 0) {
            return new StoredCatalogue(0, new PlanCatalogue(List.of(), List.of(), List.of()));
        }
        return new StoredCatalogue(revision, CatalogueReader.readStored(CatalogueRows.document(connection)));
    }

    static EntitlementsUnavailableException unavailable(String tried, SQLException failure) {
        return new EntitlementsUnavailableException(
                "The control database could not " + tried + ": " + failure.getMessage()
                        + ". Check that the server runs and that tenancy.database.platform.* can reach it.",
                failure);
    }

    static EntitlementValue value(String key, @Nullable String definition, String value) {
        if (definition == null) {
            throw new InvalidGrantException("A grant speaks of the entitlement '" + key
                    + "', which the catalogue does not define. Import a catalogue that does, or revoke the grant.");
        }
        return CatalogueReader.readValue(definitionOf(key, definition), value);
    }

    static EntitlementDefinition definitionOf(String key, String content) {
        return CatalogueReader.readDefinition(key, content);
    }

    private static Validity validity(ResultSet row, String from, String until) throws SQLException {
        Timestamp end = row.getTimestamp(until);
        Instant start = row.getTimestamp(from).toInstant();
        return new Validity(start, end == null ? null : end.toInstant());
    }

    /** Takes the rows of one tenant apart by kind. */
    private static final class GrantRows {
        private final TenantId tenant;
        private final List<PlanGrant> plans = new ArrayList<>();
        private final List<AddOnGrant> addOns = new ArrayList<>();
        private final List<TrialGrant> trials = new ArrayList<>();
        private final List<OverrideGrant> overrides = new ArrayList<>();
        private final Map<Long, ResellerMembership> resellers = new LinkedHashMap<>();

        GrantRows(TenantId tenant) {
            this.tenant = tenant;
        }

        StoredGrants read(ResultSet row) throws SQLException {
            long revision = 0;
            while (row.next()) {
                revision = row.getLong("revision");
                String kind = row.getString("kind");
                if (kind != null) {
                    add(kind, row);
                }
            }
            return new StoredGrants(
                    new EntitlementGrants(tenant, plans, addOns, trials, overrides, List.copyOf(resellers.values())),
                    revision);
        }

        private void add(String kind, ResultSet row) throws SQLException {
            long id = row.getLong("id");
            String code = row.getString("code");
            Validity validity = validity(row, "valid_from", "valid_until");
            switch (kind) {
                case "PLAN" ->
                    plans.add(new PlanGrant(id, code, row.getObject("plan_version", Integer.class), validity));
                case "ADD_ON" -> addOns.add(new AddOnGrant(id, code, row.getLong("quantity"), validity));
                case "TRIAL" -> trials.add(new TrialGrant(id, code, validity));
                case "OVERRIDE" ->
                    overrides.add(new OverrideGrant(
                            id,
                            code,
                            OverrideMode.valueOf(row.getString("mode")),
                            value(code, row.getString("definition"), row.getString("value")),
                            validity));
                case "RESELLER" -> addMembership(id, new Reseller(code), validity, row);
                default ->
                    throw new InvalidGrantException("Grant " + id + " of tenant " + tenant + " is a '" + kind
                            + "', which this version does not know. Upgrade this node.");
            }
        }

        private void addMembership(long id, Reseller reseller, Validity validity, ResultSet row) throws SQLException {
            ResellerMembership known = resellers.get(id);
            List<ResellerCap> caps = new ArrayList<>(known == null ? List.of() : known.caps());
            String key = row.getString("cap_key");
            if (key != null) {
                caps.add(new ResellerCap(
                        row.getLong("cap_id"),
                        key,
                        value(key, row.getString("cap_definition"), row.getString("cap_value")),
                        validity(row, "cap_from", "cap_until")));
            }
            resellers.put(id, new ResellerMembership(id, reseller, validity, caps));
        }
    }
}
