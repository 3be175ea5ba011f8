package io.tenancy.billing.subscription;

import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.catalogue.PlanPrices;
import io.tenancy.billing.catalogue.PriceBookReader;
import io.tenancy.billing.internal.BillingJson;
import io.tenancy.entitlement.AddOn;
import io.tenancy.entitlement.Plan;
import io.tenancy.entitlement.PlanCatalogue;
import io.tenancy.entitlement.PlanVersion;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.JdbcEntitlementStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is for sale, of one revision of the catalogue. */
public final class Prices {

    private static final String TERMS =
            "select id, kind, code, version, name, expires_after_days, content from billing_terms";

    private final long revision;
    private final PlanCatalogue catalogue;
    private final Map<String, PlanPrices> plans;
    private final Map<String, Terms> byVersion;
    private final Map<String, Terms> addOns;
    // Terms never change, so those that were read stay.
    private final Map<Long, Terms> byNumber;

    private Prices(
            long revision,
            PlanCatalogue catalogue,
            Map<String, PlanPrices> plans,
            Map<String, Terms> byVersion,
            Map<String, Terms> addOns,
            Map<Long, Terms> byNumber) {
        this.revision = revision;
        this.catalogue = catalogue;
        this.plans = plans;
        this.byVersion = byVersion;
        this.addOns = addOns;
        this.byNumber = byNumber;
    }

    /** Remembers what is for sale, and reads it again when another catalogue was imported. */
    static final class Cache {
        private volatile @Nullable Prices last;

        Prices in(Connection connection) throws SQLException {
            long revision = revision(connection);
            Prices known = last;
            while (known == null || known.revision != revision) {
                // A catalogue that is imported between two of its statements is read as a whole, not in part.
                known = read(connection, revision);
                revision = revision(connection);
            }
            last = known;
            return known;
        }

        private static long revision(Connection connection) throws SQLException {
            return Sql.first(connection, row -> row.getLong(1), "select revision from billing_catalogue")
                    .orElseThrow();
        }
    }

    private static Prices read(Connection connection, long revision) throws SQLException {
        Map<String, PlanPrices> plans = new LinkedHashMap<>();
        Sql.list(
                        connection,
                        row -> BillingJson.read(row.getString(1), PlanPrices.class),
                        "select content from billing_plan order by rank, code")
                .forEach(plan -> plans.put(plan.plan(), plan));
        Map<String, Terms> byVersion = new LinkedHashMap<>();
        Map<String, Terms> addOns = new LinkedHashMap<>();
        Map<Long, Terms> byNumber = new ConcurrentHashMap<>();
        List<Terms> all =
                Sql.list(connection, Prices::terms, TERMS + " where kind <> 'NEGOTIATED' order by code, version");
        for (Terms each : all) {
            byNumber.put(each.number(), each);
            if (each.plan()) {
                byVersion.put(key(each.code(), each.version()), each);
            } else {
                addOns.put(each.code(), each);
            }
        }
        PlanCatalogue catalogue = JdbcEntitlementStore.catalogue(connection).catalogue();
        return new Prices(revision, catalogue, plans, byVersion, addOns, byNumber);
    }

    private static Terms terms(ResultSet row) throws SQLException {
        return new Terms(
                row.getLong("id"),
                !row.getString("kind").equals("ADD_ON"),
                row.getString("code"),
                row.getInt("version"),
                row.getString("name"),
                PriceBookReader.readTerms(row.getString("content")),
                row.getObject("expires_after_days", Integer.class));
    }

    private static String key(String plan, int version) {
        return plan + "/" + version;
    }

    /**
     * The plans of the catalogue.
     *
     * @return with their versions
     */
    public PlanCatalogue catalogue() {
        return catalogue;
    }

    /**
     * What is said of a plan's sale, without its terms.
     *
     * @param plan code of the plan
     * @return empty when it is not sold
     */
    public Optional<PlanPrices> plan(String plan) {
        return Optional.ofNullable(plans.get(plan));
    }

    /**
     * Plans that are for sale.
     *
     * @return lowest rank first
     */
    public List<PlanPrices> plans() {
        return plans.values().stream()
                .filter(plan -> catalogue.plan(plan.plan()).map(Plan::offered).orElse(false))
                .toList();
    }

    /**
     * The terms of the version of a plan that is in effect.
     *
     * @param plan code of the plan
     * @param at the instant
     * @return empty when there is no such plan, no version in effect, or no price for it
     */
    public Optional<Terms> offer(String plan, Instant at) {
        return catalogue
                .plan(plan)
                .flatMap(known -> known.versionAt(at))
                .map(version -> byVersion.get(key(plan, version.version())));
    }

    /**
     * The newest terms of an add-on.
     *
     * @param addOn code of the add-on
     * @return empty when it has no price
     */
    public Optional<Terms> addOnOffer(String addOn) {
        return Optional.ofNullable(addOns.get(addOn));
    }

    /**
     * Plans that a plan can be exchanged for: those on offer of its family, or those without one if it has none.
     *
     * @param plan code of the plan
     * @return codes of the others, lowest rank first
     */
    public List<String> changesFrom(String plan) {
        return plans.keySet().stream()
                .filter(other -> !other.equals(plan)
                        && isExchangeable(plan, other)
                        && catalogue.plan(other).map(Plan::offered).orElse(false))
                .toList();
    }

    /** A plan that the catalogue does not have is told of elsewhere. */
    boolean isExchangeable(String from, String to) {
        PlanPrices one = plans.get(from);
        PlanPrices other = plans.get(to);
        return one == null || other == null || Objects.equals(one.family(), other.family());
    }

    long revision() {
        return revision;
    }

    int rank(String plan) {
        PlanPrices known = plans.get(plan);
        return known == null ? 0 : known.rank();
    }

    TermsSource in(Connection connection) {
        return new TermsSource() {
            @Override
            public Terms terms(long number) {
                return byNumber.computeIfAbsent(number, missing -> readOne(connection, missing));
            }

            @Override
            public Terms ofPlan(String plan, Instant at) {
                return sold(plan, at);
            }

            @Override
            public Terms ofAddOn(String addOn) {
                return soldAddOn(addOn);
            }

            @Override
            public boolean goesWith(String addOn, String plan) {
                return catalogue.addOn(addOn).map(known -> known.goesWith(plan)).orElse(false);
            }
        };
    }

    private static Terms readOne(Connection connection, long number) {
        try {
            return Sql.first(connection, Prices::terms, TERMS + " where id = ?", number)
                    .orElseThrow(() -> new BillingException("There are no terms with number " + number + "."));
        } catch (SQLException failure) {
            throw new BillingUnavailableException(
                    ControlTransactions.message("read terms " + number, failure), failure);
        }
    }

    BillingException noPlan(String plan) {
        String has = catalogue.plans().isEmpty()
                ? "none was imported yet: catalogue().importCatalogue(document, note)"
                : "it has " + catalogue.plans().stream().map(Plan::code).collect(Collectors.joining(", "));
        return new BillingException("The catalogue has no plan '" + plan + "'; " + has + ".");
    }

    private Terms sold(String plan, Instant at) {
        Plan known = catalogue.plan(plan).orElseThrow(() -> noPlan(plan));
        if (!known.offered()) {
            throw new BillingException("Plan '" + plan + "' is no longer for sale; those who have it keep it.");
        }
        PlanVersion version = known.versionAt(at)
                .orElseThrow(() -> new BillingException("Plan '" + plan + "' has no version in effect at " + at
                        + "; the first one is from " + known.versions().get(0).effectiveFrom() + "."));
        Terms terms = byVersion.get(key(plan, version.version()));
        if (terms == null) {
            throw new BillingException("Version " + version.version() + " of plan '" + plan
                    + "' has no price. Give it a billing section in a new version of the plan.");
        }
        if (terms.prices().onRequest()) {
            throw new BillingException("The price of plan '" + plan
                    + "' is agreed with each tenant: catalogue().negotiate(...) stores what was agreed.");
        }
        return terms;
    }

    private Terms soldAddOn(String addOn) {
        AddOn known = catalogue
                .addOn(addOn)
                .orElseThrow(() -> new BillingException("The catalogue has no add-on '" + addOn + "'; it has "
                        + catalogue.addOns().stream().map(AddOn::code).toList() + "."));
        Terms terms = addOns.get(addOn);
        if (!known.offered() || terms == null) {
            throw new BillingException("Add-on '" + addOn + "' is not for sale"
                    + (terms == null ? ": it has no billing section." : " any more; those who have it keep it."));
        }
        return terms;
    }
}
