package io.tenancy.billing.subscription;

import io.tenancy.billing.BillingException;
import io.tenancy.billing.account.AccountChange;
import io.tenancy.billing.catalogue.AddOnPrices;
import io.tenancy.billing.catalogue.PlanPrices;
import io.tenancy.billing.catalogue.PriceBook;
import io.tenancy.billing.catalogue.PriceBookDifference;
import io.tenancy.billing.catalogue.PriceBookReader;
import io.tenancy.billing.catalogue.PriceBookWriter;
import io.tenancy.billing.catalogue.PriceTerms;
import io.tenancy.billing.internal.BillingJson;
import io.tenancy.entitlement.AddOn;
import io.tenancy.entitlement.CatalogueError;
import io.tenancy.entitlement.CatalogueReader;
import io.tenancy.entitlement.CatalogueWriter;
import io.tenancy.entitlement.InvalidCatalogueException;
import io.tenancy.entitlement.Plan;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.CatalogueConflictException;
import io.tenancy.jpa.entitlement.CatalogueImport;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes over catalogue documents, entitlements and prices together, and knows what is for sale. Terms never change once
 * they were imported: another price is another version of the plan, and whoever has the old one keeps it. Safe for many
 * threads and many nodes.
 */
public final class BillingCatalogue {

    private final ControlTransactions database;
    private final EntitlementAdministration administration;
    private final Prices.Cache prices = new Prices.Cache();

    /**
     * Creates the catalogue.
     *
     * @param database the control database
     * @param administration takes over what plans give
     */
    public BillingCatalogue(ControlTransactions database, EntitlementAdministration administration) {
        this.database = database;
        this.administration = administration;
    }

    /**
     * Takes over a catalogue document, what plans give and what they cost, in one transaction. Importing the document that
     * was imported last changes nothing.
     *
     * @param document JSON or YAML, see {@link CatalogueReader} and {@link PriceBookReader}
     * @param note who and why
     * @return what it did
     * @throws InvalidCatalogueException naming everything that is wrong in the document
     * @throws CatalogueConflictException naming everything that the document would change and must not
     */
    public CatalogueImport importCatalogue(String document, ChangeNote note) {
        PriceBook book = read(document);
        return database.transact("import a catalogue", transaction -> {
            CatalogueImport entitlements = administration
                    .joining(transaction.connection(), transaction::afterCommit)
                    .importCatalogue(document, note);
            List<String> changes = new ArrayList<>(entitlements.changes());
            boolean behind = revision(transaction.connection()) < entitlements.revision();
            if (behind) {
                changes.addAll(store(transaction, book, document, entitlements.revision()));
            }
            return new CatalogueImport(entitlements.revision(), entitlements.changed() || behind, changes);
        });
    }

    /**
     * What a document would change of the prices that were imported last.
     *
     * @param document JSON or YAML
     * @return each change in words, with its path; empty for none
     * @throws InvalidCatalogueException naming everything that is wrong in the document
     */
    public List<String> compare(String document) {
        PriceBook book = read(document);
        PriceBook before = database.transact(
                        "read the catalogue that was imported last",
                        transaction -> Sql.first(
                                transaction.connection(),
                                row -> row.getString(1),
                                "select document from plan_catalogue_import order by revision desc limit 1"))
                .map(PriceBookReader::read)
                .orElse(new PriceBook(book.currency(), Map.of(), Map.of()));
        return PriceBookDifference.between(before, book);
    }

    private static PriceBook read(String document) {
        List<CatalogueError> errors = new ArrayList<>();
        PriceBook book = null;
        try {
            CatalogueReader.read(document);
        } catch (InvalidCatalogueException invalid) {
            errors.addAll(invalid.errors());
        }
        try {
            book = PriceBookReader.read(document);
        } catch (InvalidCatalogueException invalid) {
            // A document that cannot be read at all is told once.
            invalid.errors().stream().filter(error -> !errors.contains(error)).forEach(errors::add);
        }
        if (book == null || !errors.isEmpty()) {
            errors.sort(Comparator.comparingInt(CatalogueError::line));
            throw new InvalidCatalogueException(errors);
        }
        return book;
    }

    private static long revision(Connection connection) throws SQLException {
        return Sql.first(connection, row -> row.getLong(1), "select revision from billing_catalogue for update")
                .orElseThrow();
    }

    /**
     * Takes over the prices of the catalogue that was imported last, when that was done without billing.
     *
     * @throws InvalidCatalogueException naming everything that is wrong with the prices of that document
     * @throws CatalogueConflictException naming everything that the document would change of prices and must not
     */
    public void catchUp() {
        database.transact("take over the prices of the catalogue", transaction -> {
            Connection connection = transaction.connection();
            long known = revision(connection);
            Optional<Map.Entry<Long, String>> newest = Sql.first(
                    connection,
                    row -> Map.entry(row.getLong(1), row.getString(2)),
                    "select revision, document from plan_catalogue_import order by revision desc limit 1");
            if (newest.isPresent() && newest.get().getKey() > known) {
                String document = newest.get().getValue();
                var unused = store(
                        transaction,
                        PriceBookReader.read(document),
                        document,
                        newest.get().getKey());
            }
            return known;
        });
    }

    private static List<String> store(Transaction transaction, PriceBook book, String document, long revision)
            throws SQLException {
        Connection connection = transaction.connection();
        List<String> changes = new ArrayList<>();
        List<String> conflicts = new ArrayList<>();
        var catalogue = CatalogueReader.read(document);
        requireOwnCodes(connection, book, conflicts);
        for (PlanPrices plan : book.plans().values()) {
            String name = catalogue.plan(plan.plan()).map(Plan::name).orElse(plan.plan());
            Sql.update(
                    connection,
                    "insert into billing_plan (code, rank, content) values (?, ?, ?)"
                            + " on conflict (code) do update set rank = excluded.rank, content = excluded.content",
                    plan.plan(),
                    plan.rank(),
                    BillingJson.write(headOf(plan)));
            for (Map.Entry<Integer, PriceTerms> version : plan.versions().entrySet()) {
                storeVersion(
                        connection,
                        plan.plan(),
                        version.getKey(),
                        name,
                        version.getValue(),
                        revision,
                        changes,
                        conflicts);
            }
        }
        for (AddOnPrices addOn : book.addOns().values()) {
            String name = catalogue.addOn(addOn.addOn()).map(AddOn::name).orElse(addOn.addOn());
            storeAddOn(connection, addOn, name, revision, changes);
        }
        if (!conflicts.isEmpty()) {
            throw new CatalogueConflictException(conflicts);
        }
        Sql.update(connection, "update billing_catalogue set revision = ?, currency = ?", revision, book.currency());
        return changes;
    }

    // Tenants keep what is no longer sold, so a plan's code stays that of a plan, and an add-on's that of an add-on.
    private static void requireOwnCodes(Connection connection, PriceBook book, List<String> conflicts)
            throws SQLException {
        for (String code : codesOf(connection, "ADD_ON")) {
            if (book.plans().containsKey(code)) {
                conflicts.add("plans." + code + ": was imported before as an add-on. Give the plan a code of its own.");
            }
        }
        for (String code : codesOf(connection, "PLAN")) {
            if (book.addOns().containsKey(code)) {
                conflicts.add(
                        "add_ons." + code + ": was imported before as a plan. Give the add-on a code of its own.");
            }
        }
    }

    private static List<String> codesOf(Connection connection, String kind) throws SQLException {
        return Sql.list(
                connection,
                row -> row.getString(1),
                "select distinct code from billing_terms where kind = ? order by code",
                kind);
    }

    private static PlanPrices headOf(PlanPrices plan) {
        return new PlanPrices(
                plan.plan(),
                plan.family(),
                plan.rank(),
                plan.trialDays(),
                plan.support(),
                plan.sla(),
                plan.dunning(),
                Map.of());
    }

    private static void storeVersion(
            Connection connection,
            String plan,
            int version,
            String name,
            PriceTerms terms,
            long revision,
            List<String> changes,
            List<String> conflicts)
            throws SQLException {
        String content = PriceBookWriter.write(terms);
        Optional<String> known = Sql.first(
                connection,
                row -> row.getString(1),
                "select content from billing_terms where kind = 'PLAN' and code = ? and version = ?",
                plan,
                version);
        if (known.isEmpty()) {
            insert(connection, "PLAN", plan, version, name, null, content, revision);
            changes.add("prices of version " + version + " of plan " + plan);
        } else if (!known.get().equals(content)) {
            conflicts.add("plans." + plan + ".version " + version + ".billing: imported before: " + known.get()
                    + "; now: " + content + ". Give the new prices a new version of the plan.");
        }
    }

    // Whoever has an add-on keeps its terms; the next one who buys it has the new ones.
    private static void storeAddOn(
            Connection connection, AddOnPrices addOn, String name, long revision, List<String> changes)
            throws SQLException {
        String content = PriceBookWriter.write(addOn.terms());
        Optional<Map.Entry<Integer, String>> newest = Sql.first(
                connection,
                row -> Map.entry(row.getInt(1), row.getString(2) + row.getObject(3)),
                "select version, content, expires_after_days from billing_terms where kind = 'ADD_ON' and code = ?"
                        + " order by version desc limit 1",
                addOn.addOn());
        if (newest.isPresent() && newest.get().getValue().equals(content + addOn.expiresAfterDays())) {
            return;
        }
        int version = newest.map(entry -> entry.getKey() + 1).orElse(1);
        insert(connection, "ADD_ON", addOn.addOn(), version, name, addOn.expiresAfterDays(), content, revision);
        changes.add("prices of add-on " + addOn.addOn());
    }

    private static long insert(
            Connection connection,
            String kind,
            String code,
            int version,
            String name,
            @Nullable Integer expiresAfterDays,
            String content,
            long revision)
            throws SQLException {
        return Sql.first(
                        connection,
                        row -> row.getLong(1),
                        "insert into billing_terms (kind, code, version, name, expires_after_days, content, content_hash,"
                                + " revision) values (?, ?, ?, ?, ?, ?, ?, ?) returning id",
                        kind,
                        code,
                        version,
                        name,
                        expiresAfterDays,
                        content,
                        CatalogueWriter.hash(content),
                        revision)
                .orElseThrow();
    }

    /**
     * Stores what was agreed with one tenant for a plan. Subscribe the tenant with the number that comes back.
     *
     * @param plan code of the plan
     * @param charges a billing section of a version as documents have it, JSON or YAML
     * @return number of the terms
     * @throws InvalidCatalogueException naming everything that is wrong in the section
     * @throws BillingException when the catalogue has no such plan
     */
    public long negotiate(String plan, String charges) {
        return negotiate(plan, charges, AccountChange.UNNAMED);
    }

    /**
     * The same, and keeps who agreed it: {@link #negotiatedBy}.
     *
     * @param plan code of the plan
     * @param charges a billing section of a version as documents have it, JSON or YAML
     * @param note who and why
     * @return number of the terms
     * @throws InvalidCatalogueException naming everything that is wrong in the section
     * @throws BillingException when the catalogue has no such plan
     */
    public long negotiate(String plan, String charges, ChangeNote note) {
        return database.transact("store what was agreed for plan '" + plan + "'", transaction -> {
            Connection connection = transaction.connection();
            Prices now = prices.in(connection);
            Plan known = now.catalogue().plan(plan).orElseThrow(() -> now.noPlan(plan));
            String currency = currency(connection);
            PriceTerms terms = PriceBookReader.readNegotiated(charges, currency);
            int version = known.versionAt(transaction.recordedAt())
                    .orElse(known.versions().get(known.versions().size() - 1))
                    .version();
            long number = insert(
                    connection,
                    "NEGOTIATED",
                    plan,
                    version,
                    known.name(),
                    null,
                    PriceBookWriter.write(terms),
                    now.revision());
            Sql.update(
                    connection,
                    "update billing_terms set actor = ?, reason = ? where id = ?",
                    note.actor(),
                    note.reason(),
                    number);
            return number;
        });
    }

    /**
     * Who stored what was agreed with a tenant, and why.
     *
     * @param terms number of the terms
     * @return empty when there are no such terms, or they were imported
     */
    public Optional<ChangeNote> negotiatedBy(long terms) {
        return database.transact(
                "look up who agreed terms " + terms,
                transaction -> Sql.first(
                        transaction.connection(),
                        row -> new ChangeNote(row.getString(1), row.getString(2)),
                        "select actor, reason from billing_terms where id = ? and actor is not null",
                        terms));
    }

    /**
     * What is for sale.
     *
     * @return as it was imported last
     */
    public Prices prices() {
        return database.transact("read the prices", transaction -> prices.in(transaction.connection()));
    }

    /** The currency of prices that name none. */
    String currency(Connection connection) throws SQLException {
        return Sql.first(
                        connection,
                        row -> Optional.ofNullable(row.getString(1)),
                        "select currency from billing_catalogue")
                .flatMap(found -> found)
                .orElseThrow(() -> new BillingException("No catalogue with prices was imported yet."));
    }

    /** For billing itself: what is for sale, within a transaction. */
    public Prices within(Connection connection) throws SQLException {
        return prices.in(connection);
    }
}
