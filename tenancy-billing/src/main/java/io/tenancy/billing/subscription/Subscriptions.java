package io.tenancy.billing.subscription;

import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.Money;
import io.tenancy.billing.account.BillingAccount;
import io.tenancy.billing.account.BillingAccounts;
import io.tenancy.billing.coupon.Coupon;
import io.tenancy.billing.coupon.Coupons;
import io.tenancy.billing.internal.Ids;
import io.tenancy.billing.invoice.Calculation;
import io.tenancy.billing.invoice.Discount;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceLine;
import io.tenancy.billing.invoice.Invoices;
import io.tenancy.billing.invoice.NewInvoice;
import io.tenancy.billing.ledger.Ledger;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.notice.Notices;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.subscription.SubscriptionEngine.Outcome;
import io.tenancy.billing.subscription.SubscriptionEngine.Worked;
import io.tenancy.billing.subscription.SubscriptionStore.Loaded;
import io.tenancy.billing.subscription.SubscriptionStore.Stored;
import io.tenancy.billing.tax.TaxPolicy;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.usage.UsageReports;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tenants have subscribed to. Everything that changes a subscription, its charges, its invoices, its grants and its
 * tenant's status does so in one transaction, and one tenant's follow each other. What is due by itself takes place at the
 * instant at which it was due, however late it is run. Safe for many threads and many nodes.
 */
public final class Subscriptions {

    /** How long a preview can be taken up. */
    public static final Duration PREVIEW_LASTS = Duration.ofHours(1);

    /** How much later usage that came in late is looked for, unless told otherwise. */
    public static final Duration DEFAULT_LATE_USAGE = Duration.ofDays(35);

    /** How long before the end of its trial a tenant is told. */
    public static final Duration TRIAL_REMINDER = Duration.ofDays(3);

    private static final Duration AFTER_A_FAULT = Duration.ofMinutes(15);
    private static final int MOST_EVENTS_AT_ONCE = 5_000;
    private static final ChangeNote BY_ITSELF = new ChangeNote("billing", "due");
    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);

    private final ControlTransactions database;
    private final BillingAccounts accounts;
    private final BillingCatalogue catalogue;
    private final Invoices invoices;
    private final Ledger ledger;
    private final Coupons coupons;
    private final Notices notices;
    private final UsageReports usage;
    private final Access access;
    private final TaxPolicy taxes;
    private final Duration lateUsage;
    private final SubscriptionStore store = new SubscriptionStore();

    /**
     * What subscriptions work with.
     *
     * @param accounts who is billed
     * @param catalogue what is for sale
     * @param invoices where charges go
     * @param ledger what tenants have to their credit
     * @param coupons what can be redeemed
     * @param notices tells tenants
     * @param usage what tenants used
     * @param taxes what is levied
     * @param lateUsage how much later usage that came in late is looked for
     */
    public record Parts(
            BillingAccounts accounts,
            BillingCatalogue catalogue,
            Invoices invoices,
            Ledger ledger,
            Coupons coupons,
            Notices notices,
            UsageReports usage,
            TaxPolicy taxes,
            Duration lateUsage) {}

    /**
     * Creates the subscriptions.
     *
     * @param database the control database
     * @param parts what they work with
     * @param tenancy lets tenants do what they subscribed to
     */
    public Subscriptions(ControlTransactions database, Parts parts, TenantAccess tenancy) {
        this.database = database;
        this.accounts = parts.accounts();
        this.catalogue = parts.catalogue();
        this.invoices = parts.invoices();
        this.ledger = parts.ledger();
        this.coupons = parts.coupons();
        this.notices = parts.notices();
        this.usage = parts.usage();
        this.taxes = parts.taxes();
        this.lateUsage = parts.lateUsage();
        this.access = new Access(tenancy.administration(), tenancy.tenants(), tenancy.changed());
    }

    /**
     * Begins a subscription. With a trial, nothing is charged before it ends; without one, the first period is charged at
     * once.
     *
     * @param tenant whom; with a billing account
     * @param wanted what
     * @param note who and why
     * @return the subscription
     * @throws BillingException when the tenant has a subscription, has no account, or what is wanted is not for sale
     */
    public Subscription start(TenantId tenant, NewSubscription wanted, ChangeNote note) {
        return database.transact("begin a subscription of tenant " + tenant, transaction -> {
            Begun begun = begin(transaction, tenant, wanted);
            Course course = begun.course();
            Instant at = course.now;
            store.insert(transaction, begun.stored(), at);
            store.schedule(transaction, begun.stored().subscription(), begun.first() ? Instant.EPOCH : at);
            Outcome outcome = course.engine.start(begun.stored().subscription(), at);
            course.take(null, outcome, at, "start", "plan " + wanted.plan(), note);
            course.runDue();
            return course.save();
        });
    }

    /**
     * What a beginning would charge.
     *
     * @param tenant whom; with a billing account
     * @param wanted what
     * @return the first invoice; without lines where a trial comes first
     */
    public SubscriptionPreview previewStart(TenantId tenant, NewSubscription wanted) {
        return database.transact("preview a subscription of tenant " + tenant, transaction -> {
            Begun begun = begin(transaction, tenant, wanted);
            Course course = begun.course();
            Outcome outcome = course.engine.start(begun.stored().subscription(), course.now);
            SubscriptionPreview preview = course.preview(outcome, 0, course.now, null);
            transaction.connection().rollback();
            return preview;
        });
    }

    private record Begun(Course course, Stored stored, boolean first) {}

    private Begun begin(Transaction transaction, TenantId tenant, NewSubscription wanted) throws SQLException {
        Connection connection = transaction.connection();
        BillingAccount account = accounts.lock(transaction, tenant);
        Optional<Stored> before = store.find(connection, tenant);
        if (before.isPresent() && before.get().subscription().phase() != Phase.ENDED) {
            throw new BillingException("Tenant " + tenant + " has a subscription of plan '"
                    + before.get().subscription().plan().code() + "' already. Change that one, or end it first.");
        }
        Prices prices = catalogue.within(connection);
        TermsSource source = prices.in(connection);
        Instant at = accounts.now(account);
        Terms terms = source.ofPlan(wanted.plan(), wanted.terms(), at);
        List<String> sold = terms.prices().currencies();
        String currency = wanted.currency() != null
                ? wanted.currency()
                : sold.isEmpty() ? catalogue.currency(connection) : sold.get(0);
        SubscriptionEngine.requireSold(terms, wanted.interval(), currency);
        Integer days = wanted.trialDays();
        int trialDays = days != null
                ? days
                : prices.plan(wanted.plan()).map(plan -> plan.trialDays()).orElse(0);
        ZoneId zone = account.buyer().zone();
        LocalDateTime now = LocalDateTime.ofInstant(at, zone);
        Instant trialEnd =
                trialDays == 0 ? null : now.plusDays(trialDays).atZone(zone).toInstant();
        Instant first = trialEnd == null ? at : trialEnd;
        UUID id = Ids.next();
        List<CouponUse> redeemed = new ArrayList<>();
        if (wanted.coupon() != null) {
            redeemed.add(use(coupons.redeem(transaction, tenant, id, wanted.plan(), currency, wanted.coupon(), at)));
        }
        Subscription fresh = new Subscription(
                id,
                tenant,
                currency,
                wanted.interval(),
                LocalDateTime.ofInstant(first, zone),
                zone,
                wanted.proration(),
                trialEnd == null ? Phase.RUNNING : Phase.TRIAL,
                Standing.GOOD,
                at,
                trialEnd,
                0,
                List.of(new SubscriptionItem(
                        true, terms.code(), terms.number(), wanted.seats(), at, null, first, List.of(), 0)),
                List.of(),
                null,
                null,
                false,
                null,
                List.of(),
                redeemed,
                List.of(),
                List.of());
        TenantStatus lastSet = before.map(Stored::tenantStatus).orElse(null);
        Stored stored = new Stored(fresh, 1, lastSet);
        return new Begun(new Course(transaction, account, prices, stored, at), stored, before.isEmpty());
    }

    private static CouponUse use(Coupon coupon) {
        return new CouponUse(coupon.code(), coupon.name(), coupon.share(), coupon.amount(), coupon.periods());
    }

    /**
     * A tenant's subscription.
     *
     * @param tenant whose
     * @return the one that is not over, else the one that ended last; empty when there was none
     */
    public Optional<Subscription> find(TenantId tenant) {
        return database.transact(
                "look up the subscription of tenant " + tenant,
                transaction -> store.find(transaction.connection(), tenant).map(Stored::subscription));
    }

    /**
     * What became of a tenant's subscriptions.
     *
     * @param tenant whose
     * @return the newest first, at most 1,000
     */
    public List<SubscriptionRecord> records(TenantId tenant) {
        return database.transact(
                "list what became of the subscription of tenant " + tenant,
                transaction -> store.records(transaction.connection(), tenant));
    }

    /**
     * What a change would charge now.
     *
     * @param tenant whose subscription
     * @param change what
     * @return lines and sums, and the subscription afterwards
     * @throws BillingException when the tenant has no subscription, or it cannot be changed so
     */
    public SubscriptionPreview preview(TenantId tenant, SubscriptionChange change) {
        return database.transact("preview a change of the subscription of tenant " + tenant, transaction -> {
            Course course = course(transaction, tenant);
            course.runDue();
            course.requireExchangeable(change);
            Outcome outcome = course.engine.change(course.stored.subscription(), change, course.now);
            long version = course.stored.version();
            SubscriptionPreview preview = course.preview(outcome, version, course.now, change);
            transaction.connection().rollback();
            return preview;
        });
    }

    /**
     * The next invoice as far as it is known: what the next period costs, and what was used until now.
     *
     * @param tenant whose subscription
     * @return empty when nothing is due any more by itself
     * @throws BillingException when the tenant has no subscription
     */
    public Optional<SubscriptionPreview> previewNext(TenantId tenant) {
        return database.transact("preview the next invoice of tenant " + tenant, transaction -> {
            Course course = course(transaction, tenant);
            course.runDue();
            Subscription s = course.stored.subscription();
            Optional<SubscriptionPreview> preview = course.engine
                    .nextEvent(s)
                    .map(at -> course.preview(course.engine.step(s, at), course.stored.version(), at, null));
            transaction.connection().rollback();
            return preview;
        });
    }

    /**
     * Changes a subscription now. What it costs is invoiced at once; what is credited lowers the next invoice.
     *
     * @param tenant whose
     * @param change what; one that it has already changes nothing
     * @param note who and why
     * @return the subscription afterwards
     * @throws BillingException when the tenant has no subscription, or it cannot be changed so
     */
    public Subscription change(TenantId tenant, SubscriptionChange change, ChangeNote note) {
        return database.transact("change the subscription of tenant " + tenant, transaction -> {
            Course course = course(transaction, tenant);
            course.runDue();
            course.change(change, course.now, note);
            return course.save();
        });
    }

    /**
     * Changes a subscription as it was previewed: what is charged is what was shown, or nothing is changed.
     *
     * @param preview what {@link #preview} returned, at most an hour ago
     * @param note who and why
     * @return the subscription afterwards
     * @throws PreviewOutdatedException when the subscription was changed since, by the same preview too, or would be charged
     *     otherwise now
     */
    public Subscription change(SubscriptionPreview preview, ChangeNote note) {
        SubscriptionChange change = preview.change();
        if (change == null) {
            throw new IllegalArgumentException("The preview is of no change, so there is nothing to take up");
        }
        TenantId tenant = preview.tenant();
        return database.transact("change the subscription of tenant " + tenant, transaction -> {
            Course course = course(transaction, tenant);
            course.runDue();
            if (course.stored.version() != preview.version()
                    || preview.at().plus(PREVIEW_LASTS).isBefore(course.now)
                    || preview.at().isAfter(course.now)) {
                throw new PreviewOutdatedException("What was previewed at " + preview.at() + " for tenant " + tenant
                        + " was not taken up: the subscription is at version " + course.stored.version()
                        + " and was at " + preview.version() + ", now is " + course.now
                        + ". Show a new preview; a second click on the same one ends here too.");
            }
            Outcome outcome = course.engine.change(course.stored.subscription(), change, preview.at());
            Money total = course.preview(outcome, preview.version(), preview.at(), change)
                    .total();
            if (!total.equals(preview.total())) {
                throw new PreviewOutdatedException("What was previewed at " + preview.at() + " for tenant " + tenant
                        + " came to " + preview.total() + " and would come to " + total + " now. Show a new preview.");
            }
            course.change(change, preview.at(), note);
            return course.save();
        });
    }

    /**
     * Changes a subscription when its next period begins.
     *
     * @param tenant whose
     * @param change what
     * @param note who and why
     * @return the subscription with the change ahead of it
     * @throws BillingException when the tenant has no subscription, or it could not be changed so
     */
    public Subscription changeAtRenewal(TenantId tenant, SubscriptionChange change, ChangeNote note) {
        return schedule(tenant, null, change, note);
    }

    /**
     * Changes a subscription later.
     *
     * @param tenant whose
     * @param at when; in the future
     * @param change what
     * @param note who and why
     * @return the subscription with the change ahead of it
     * @throws BillingException when the tenant has no subscription, it could not be changed so, or the instant is past
     */
    public Subscription changeAt(TenantId tenant, Instant at, SubscriptionChange change, ChangeNote note) {
        return schedule(tenant, at.truncatedTo(ChronoUnit.SECONDS), change, note);
    }

    private Subscription schedule(
            TenantId tenant, @Nullable Instant wanted, SubscriptionChange change, ChangeNote note) {
        return database.transact("schedule a change of the subscription of tenant " + tenant, transaction -> {
            Course course = course(transaction, tenant);
            course.runDue();
            Subscription s = course.stored.subscription();
            Instant at = wanted == null ? s.renewsAt() : wanted;
            if (!at.isAfter(course.now)) {
                throw new BillingException("The subscription of tenant " + tenant + " was to be changed at " + at
                        + ", but now is " + course.now + ". Change it now instead.");
            }
            if (change instanceof SubscriptionChange.Cancel cancel) {
                return course.cancelAt(at, cancel, note);
            }
            course.requireExchangeable(change);
            // What could not take place now could not take place then, as far as it is known.
            var unused = course.engine.change(s, change, course.now);
            Subscription.Draft draft = s.draft();
            List<ScheduledChange> scheduled = new ArrayList<>(s.scheduled());
            if (change instanceof SubscriptionChange.ToPlan) {
                scheduled.removeIf(each -> each.at().equals(at) && each.change() instanceof SubscriptionChange.ToPlan);
            }
            scheduled.add(new ScheduledChange(Ids.next(), at, change));
            scheduled.sort(Comparator.comparing(ScheduledChange::at));
            draft.scheduled = scheduled;
            course.note(draft.made(), course.now, "schedule", change.inWords() + " at " + at, note);
            return course.save();
        });
    }

    /**
     * Takes back a change that has not taken place.
     *
     * @param tenant whose
     * @param id of the scheduled change
     * @param note who and why
     * @return the subscription without it
     * @throws BillingException when the tenant has no subscription, or nothing with this id is ahead of it
     */
    public Subscription unschedule(TenantId tenant, UUID id, ChangeNote note) {
        return database.transact("take back a change of the subscription of tenant " + tenant, transaction -> {
            Course course = course(transaction, tenant);
            course.runDue();
            Subscription s = course.stored.subscription();
            Subscription.Draft draft = s.draft();
            draft.scheduled =
                    s.scheduled().stream().filter(each -> !each.id().equals(id)).toList();
            if (draft.scheduled.size() == s.scheduled().size()) {
                throw new BillingException("The subscription of tenant " + tenant + " has no scheduled change with id "
                        + id + "; ahead of it are " + s.scheduled() + ".");
            }
            course.note(draft.made(), course.now, "unschedule", "change " + id, note);
            return course.save();
        });
    }

    /**
     * Cancels a subscription: it works until the end of what was paid for, or of its trial. One that is paused is over at
     * once, because nothing is paid for.
     *
     * @param tenant whose
     * @param reason why, in the tenant's words
     * @param note who and why
     * @return the subscription with its end set
     * @throws BillingException when the tenant has no subscription that is not over
     */
    public Subscription cancel(TenantId tenant, String reason, ChangeNote note) {
        SubscriptionChange.Cancel cancel = new SubscriptionChange.Cancel(reason, false);
        return database.transact("cancel the subscription of tenant " + tenant, transaction -> {
            Course course = course(transaction, tenant);
            course.runDue();
            Subscription s = course.stored.subscription();
            if (s.phase() != Phase.PAUSED) {
                return course.cancelAt(s.renewsAt(), cancel, note);
            }
            course.change(cancel, course.now, note);
            return course.save();
        });
    }

    /**
     * Takes a cancellation back before the end.
     *
     * @param tenant whose
     * @param note who and why
     * @return the subscription without an end
     * @throws BillingException when the tenant has no subscription, or it is over: begin a new one then
     */
    public Subscription reactivate(TenantId tenant, ChangeNote note) {
        return database.transact("reactivate the subscription of tenant " + tenant, transaction -> {
            Course course = course(transaction, tenant);
            course.runDue();
            Subscription s = course.stored.subscription();
            if (s.phase() == Phase.ENDED || s.cancelAt() == null) {
                throw new BillingException("The subscription of tenant " + tenant + " is " + s.status()
                        + (s.phase() == Phase.ENDED
                                ? " since " + s.endedAt() + ". Begin a new one: start(tenant, NewSubscription.of(\""
                                        + s.plan().code() + "\"), note)."
                                : ", and was not cancelled."));
            }
            Subscription.Draft draft = s.draft();
            draft.cancelAt = null;
            draft.cancelReason = null;
            draft.creditAtEnd = false;
            course.note(draft.made(), course.now, "reactivate", "", note);
            return course.save();
        });
    }

    /**
     * Moves the end of a trial.
     *
     * @param tenant whose
     * @param until when it ends; in the future
     * @param note who and why
     * @return the subscription, whose first period begins then
     * @throws BillingException when the tenant's subscription is not in its trial, or the instant is past
     */
    public Subscription extendTrial(TenantId tenant, Instant until, ChangeNote note) {
        Instant end = until.truncatedTo(ChronoUnit.SECONDS);
        return database.transact("move the end of the trial of tenant " + tenant, transaction -> {
            Course course = course(transaction, tenant);
            course.runDue();
            Subscription s = course.stored.subscription();
            if (s.phase() != Phase.TRIAL || !end.isAfter(course.now)) {
                throw new BillingException("The trial of tenant " + tenant + " was to end at " + end + ", but "
                        + (s.phase() == Phase.TRIAL
                                ? "now is " + course.now + "."
                                : "its subscription is " + s.status() + "."));
            }
            Subscription.Draft draft = s.draft();
            draft.trialEndsAt = end;
            draft.anchor = LocalDateTime.ofInstant(end, s.zone());
            draft.items =
                    s.items().stream().map(item -> item.withUsageFrom(end)).toList();
            if (s.cancelAt() != null) {
                draft.cancelAt = end;
            }
            store.reschedule(transaction, draft.made());
            course.note(draft.made(), course.now, "trial", "until " + end, note);
            return course.save();
        });
    }

    /**
     * Redeems a coupon; it counts from the next charge on.
     *
     * @param tenant whose
     * @param code of the coupon
     * @param note who and why
     * @return the subscription with it
     * @throws io.tenancy.billing.coupon.CouponRefusedException when it cannot be redeemed
     * @throws BillingException when the tenant has no subscription that is not over
     */
    public Subscription redeem(TenantId tenant, String code, ChangeNote note) {
        return database.transact("redeem coupon '" + code + "' for tenant " + tenant, transaction -> {
            Course course = course(transaction, tenant);
            // Before a number is drawn, as where a subscription begins with a coupon.
            coupons.hold(transaction, code);
            course.runDue();
            Subscription s = course.stored.subscription();
            if (s.phase() == Phase.ENDED) {
                throw new BillingException("The subscription of tenant " + tenant + " is over.");
            }
            Coupon coupon =
                    coupons.redeem(transaction, tenant, s.id(), s.plan().code(), s.currency(), code, course.now);
            Subscription.Draft draft = s.draft();
            List<CouponUse> all = new ArrayList<>(s.coupons());
            all.add(use(coupon));
            draft.coupons = all;
            course.note(draft.made(), course.now, "coupon", code, note);
            return course.save();
        });
    }

    /** For billing itself: how far it has come with what was not paid, in a transaction that holds the account. */
    public void setStanding(
            Transaction transaction, BillingAccount account, UUID id, Standing standing, Instant at, String why)
            throws SQLException {
        Optional<Stored> found = store.find(transaction.connection(), id);
        if (found.isEmpty()
                || found.get().subscription().phase() == Phase.ENDED
                || found.get().subscription().standing() == standing) {
            return;
        }
        Course course = upToNow(transaction, account, found.get());
        if (course.stored.subscription().phase() != Phase.ENDED) {
            Subscription.Draft draft = course.stored.subscription().draft();
            draft.standing = standing;
            course.note(draft.made(), at, "standing", standing + ": " + why, BY_ITSELF);
        }
        var unused = course.save();
    }

    /**
     * For billing itself: a credit note takes a part of an invoice back, in a transaction that holds the account. What it was
     * for is charged so much less, so that time that is unused later is not given back a second time.
     */
    public void takenBack(Transaction transaction, BillingAccount account, Invoice invoice, Money amount, Instant at)
            throws SQLException {
        Optional<UUID> id = Sql.first(
                        transaction.connection(),
                        row -> Optional.ofNullable(row.getObject(1, UUID.class)),
                        "select subscription_id from invoice where id = ?",
                        invoice.id())
                .flatMap(subscription -> subscription);
        Optional<Stored> found = id.isEmpty() ? Optional.empty() : store.find(transaction.connection(), id.get());
        if (found.isEmpty() || found.get().subscription().phase() == Phase.ENDED) {
            return;
        }
        Course course = upToNow(transaction, account, found.get());
        Subscription before = course.stored.subscription();
        Subscription after = before.lessening(invoice, amount);
        if (before.phase() != Phase.ENDED && !after.equals(before)) {
            String detail = amount + " of invoice " + invoice.number();
            course.note(after, at, "taken-back", detail, BY_ITSELF);
        }
        var unused = course.save();
    }

    // What was due before comes first, so that records follow each other. Money is taken in even where that fails.
    private Course upToNow(Transaction transaction, BillingAccount account, Stored stored) throws SQLException {
        Prices prices = catalogue.within(transaction.connection());
        Savepoint before = transaction.connection().setSavepoint();
        Course course = new Course(transaction, account, prices, stored);
        try {
            course.runDue();
            transaction.connection().releaseSavepoint(before);
            return course;
        } catch (RuntimeException | SQLException failure) {
            if (ControlTransactions.isToBeTriedAgain(failure)) {
                throw failure;
            }
            transaction.connection().rollback(before);
            LOG.error(
                    "What is due of subscription {} could not take place",
                    stored.subscription().id(),
                    failure);
            return new Course(transaction, account, prices, stored);
        }
    }

    /** For billing itself: ends a subscription that was not paid, in a transaction that holds the account. */
    public void endUnpaid(Transaction transaction, BillingAccount account, UUID id, Instant at) throws SQLException {
        Optional<Stored> found = store.find(transaction.connection(), id);
        if (found.isEmpty() || found.get().subscription().phase() == Phase.ENDED) {
            return;
        }
        Course course = upToNow(transaction, account, found.get());
        if (course.stored.subscription().phase() != Phase.ENDED) {
            // What was not paid is not credited: it would be given back as money.
            course.change(new SubscriptionChange.Cancel("not paid", false), at, BY_ITSELF);
        }
        var unused = course.save();
    }

    /**
     * Lets take place what is due, oldest first.
     *
     * @param most of how many subscriptions at most, in one transaction
     * @return of how many something was due; less than the most when no more is due
     */
    public int runDue(int most) {
        try {
            return runTogether(most);
        } catch (RuntimeException failure) {
            LOG.warn("Subscriptions could not be run together and are run one by one", failure);
            return runOneByOne(most);
        }
    }

    private static List<DueRow> due(Transaction transaction, int most) throws SQLException {
        return Sql.list(
                transaction.connection(),
                row -> new DueRow(row.getObject(1, UUID.class), new TenantId(row.getObject(2, UUID.class))),
                "select s.id, s.tenant_id from subscription s join billing_account a on a.tenant_id = s.tenant_id"
                        + " where s.next_at <= ? and a.frozen_at is null order by s.next_at, s.id limit ?"
                        // The subscription too: one that another node has just run is looked at again and left out.
                        + " for update of a, s skip locked",
                transaction.recordedAt(),
                most);
    }

    private record DueRow(UUID id, TenantId tenant) {}

    private int runTogether(int most) {
        return database.transact("run subscriptions that are due", transaction -> {
            Connection connection = transaction.connection();
            List<DueRow> due = due(transaction, most);
            if (due.isEmpty()) {
                return 0;
            }
            Prices prices = catalogue.within(connection);
            // Read after they were locked: another node may have run them up to that moment.
            List<Loaded> all =
                    store.load(connection, due.stream().map(DueRow::id).toList());
            SubscriptionBatch batch = new SubscriptionBatch();
            batch.readUsage(connection, usage, prices.in(connection), all, transaction.recordedAt());
            for (Loaded each : all) {
                batch.isStatus(each.account().tenant(), each.status());
                Course course = new Course(transaction, each.account(), prices, each.stored(), batch);
                course.runDue();
                var unused = course.save();
            }
            invoices.make(transaction, batch.invoices());
            for (NewInvoice each : batch.invoices()) {
                if (each.calculation().total().isNegative()) {
                    invoices.payOpenFromCredit(
                            transaction,
                            each.account(),
                            each.calculation().total().currency(),
                            each.at());
                }
            }
            return due.size();
        });
    }

    /**
     * Tells tenants whose trial ends soon, once.
     *
     * @return how many
     */
    public int remindOfTrials() {
        return database.transact("remind of trials that end", transaction -> {
            Connection connection = transaction.connection();
            List<Trial> due = Sql.list(
                    connection,
                    row -> new Trial(row.getObject(1, UUID.class), new TenantId(row.getObject(2, UUID.class))),
                    "select s.id, s.tenant_id from subscription s join billing_account a on a.tenant_id = s.tenant_id"
                            + " where s.phase = 'TRIAL' and s.next_at between ? and ? and a.frozen_at is null"
                            + " and not exists (select 1 from billing_notice n"
                            + "   where n.tenant_id = s.tenant_id and n.kind = 'TRIAL_ENDS' and n.key like 'trial:' || s.id || ':%')"
                            + " limit 100 for update of a skip locked",
                    transaction.recordedAt(),
                    transaction.recordedAt().plus(TRIAL_REMINDER));
            for (Trial each : due) {
                BillingAccount account = accounts.lock(transaction, each.tenant());
                Subscription s = store.find(connection, each.id()).orElseThrow().subscription();
                notices.add(
                        transaction,
                        new BillingNotice(
                                "trial:" + s.id() + ":" + s.renewsAt(),
                                BillingNotice.Kind.TRIAL_ENDS,
                                s.tenant(),
                                accounts.seller(account.seller()),
                                account.buyer(),
                                null,
                                null,
                                null,
                                s.renewsAt(),
                                transaction.recordedAt()));
            }
            return due.size();
        });
    }

    /**
     * Subscriptions that could not be run, for the operator. They are tried again every quarter of an hour.
     *
     * @return tenant and what was wrong
     */
    public Map<TenantId, String> faults() {
        return database.transact("list subscriptions that could not be run", transaction -> {
            Map<TenantId, String> faults = new LinkedHashMap<>();
            Sql.list(
                            transaction.connection(),
                            row -> Map.entry(new TenantId(row.getObject(1, UUID.class)), row.getString(2)),
                            "select tenant_id, fault from subscription where fault is not null order by created_at")
                    .forEach(entry -> faults.put(entry.getKey(), entry.getValue()));
            return faults;
        });
    }

    private record Trial(UUID id, TenantId tenant) {}

    private int runOneByOne(int most) {
        int ran = 0;
        boolean more = true;
        while (ran < most && more) {
            more = database.transact("run a subscription that is due", transaction -> {
                List<DueRow> due = due(transaction, 1);
                if (!due.isEmpty()) {
                    runOne(transaction, catalogue.within(transaction.connection()), due.get(0));
                }
                return !due.isEmpty();
            });
            ran += more ? 1 : 0;
        }
        return ran;
    }

    // One that fails holds up no other: it is undone, told, and tried again later.
    private void runOne(Transaction transaction, Prices prices, DueRow due) throws SQLException {
        Savepoint before = transaction.connection().setSavepoint();
        try {
            BillingAccount account = accounts.lock(transaction, due.tenant());
            Stored stored = store.find(transaction.connection(), due.id()).orElseThrow();
            Course course = new Course(transaction, account, prices, stored);
            course.runDue();
            var unused = course.save();
            transaction.connection().releaseSavepoint(before);
        } catch (RuntimeException | SQLException failure) {
            if (ControlTransactions.isToBeTriedAgain(failure)) {
                throw failure;
            }
            transaction.connection().rollback(before);
            LOG.error(
                    "The subscription {} of tenant {} could not be run and is tried again",
                    due.id(),
                    due.tenant(),
                    failure);
            store.fault(
                    transaction,
                    due.id(),
                    String.valueOf(failure.getMessage()),
                    transaction.recordedAt().plus(AFTER_A_FAULT));
        }
    }

    /** For billing itself: lets take place what is due of one tenant, whatever its time is. */
    public void run(TenantId tenant) {
        database.transact("run the subscriptions of tenant " + tenant, transaction -> {
            Connection connection = transaction.connection();
            BillingAccount account = accounts.lock(transaction, tenant);
            Prices prices = catalogue.within(connection);
            List<UUID> due = Sql.list(
                    connection,
                    row -> row.getObject(1, UUID.class),
                    "select id from subscription where tenant_id = ? and next_at <= ? order by next_at, id",
                    tenant.value(),
                    accounts.now(account));
            for (UUID id : due) {
                Course course = new Course(
                        transaction, account, prices, store.find(connection, id).orElseThrow());
                course.runDue();
                var unused = course.save();
            }
            return due.size();
        });
    }

    private Course course(Transaction transaction, TenantId tenant) throws SQLException {
        BillingAccount account = accounts.lock(transaction, tenant);
        Stored stored = store.find(transaction.connection(), tenant)
                .orElseThrow(
                        () -> new BillingException(
                                "Tenant " + tenant
                                        + " has no subscription. Begin one: subscriptions().start(tenant, NewSubscription.of(plan), note)."));
        return new Course(transaction, account, catalogue.within(transaction.connection()), stored);
    }

    /** One tenant's subscription in one transaction. */
    private final class Course {
        final Transaction transaction;
        final BillingAccount account;
        final Prices prices;
        final SubscriptionEngine engine;
        final TermsSource terms;
        final Instant now;
        private final Subscription first;
        private final long firstVersion;
        private final @Nullable SubscriptionBatch batch;
        private boolean isNew;
        private boolean givesCredit;
        Stored stored;

        Course(Transaction transaction, BillingAccount account, Prices prices, Stored stored) {
            this(transaction, account, prices, stored, accounts.now(account));
        }

        /** As of an instant that was looked up already: a second may have passed since. */
        Course(Transaction transaction, BillingAccount account, Prices prices, Stored stored, Instant now) {
            this(transaction, account, prices, stored, null, now);
        }

        Course(
                Transaction transaction,
                BillingAccount account,
                Prices prices,
                Stored stored,
                @Nullable SubscriptionBatch batch) {
            this(transaction, account, prices, stored, batch, accounts.now(account));
        }

        Course(
                Transaction transaction,
                BillingAccount account,
                Prices prices,
                Stored stored,
                @Nullable SubscriptionBatch batch,
                Instant now) {
            this.batch = batch;
            this.transaction = transaction;
            this.account = account;
            this.prices = prices;
            this.stored = stored;
            this.first = stored.subscription();
            this.firstVersion = stored.version();
            this.now = now;
            Connection connection = transaction.connection();
            this.terms = prices.in(connection);
            this.engine = new SubscriptionEngine(
                    terms,
                    taxes,
                    accounts.seller(account.seller()),
                    account.buyer(),
                    (metric, from, until) ->
                            used(connection, batch, new UsageReports.Asked(account.tenant(), metric, from, until)),
                    lateUsage);
        }

        void runDue() throws SQLException {
            for (int i = 0; i < MOST_EVENTS_AT_ONCE; i++) {
                Subscription s = stored.subscription();
                Optional<Instant> next = engine.nextEvent(s);
                if (next.isEmpty() || next.get().isAfter(now)) {
                    return;
                }
                if (s.phase() != Phase.ENDED && isDeleted(s.tenant())) {
                    change(new SubscriptionChange.Cancel("the tenant was deleted", false), next.get(), BY_ITSELF);
                } else {
                    Outcome outcome = engine.step(s, next.get());
                    take(
                            s,
                            outcome,
                            next.get(),
                            kindOf(s, outcome.after()),
                            String.join(" ", outcome.dropped()),
                            BY_ITSELF);
                }
            }
        }

        private String kindOf(Subscription before, Subscription after) {
            if (after.phase() != before.phase()) {
                return after.phase() == Phase.RUNNING
                        ? "convert"
                        : after.phase().name().toLowerCase(Locale.ROOT);
            }
            return after.nextPeriod() != before.nextPeriod() ? "renew" : "change";
        }

        void change(SubscriptionChange change, Instant at, ChangeNote note) throws SQLException {
            Subscription before = stored.subscription();
            if (isThatAlready(before, change)) {
                return;
            }
            requireExchangeable(change);
            take(before, engine.change(before, change, at), at, "change", change.inWords(), note);
        }

        /** Refuses a plan of another family; the operator may agree terms with the tenant nevertheless. */
        void requireExchangeable(SubscriptionChange change) {
            Subscription s = stored.subscription();
            if (change instanceof SubscriptionChange.ToPlan to && to.terms() == 0) {
                String from = s.plan().code();
                if (!prices.isExchangeable(from, to.plan())) {
                    throw new BillingException("Plan '" + from + "' of tenant " + s.tenant()
                            + " cannot be exchanged for plan '" + to.plan() + "': it is of another family. It can be"
                            + " exchanged for " + prices.changesFrom(from) + ".");
                }
            }
        }

        private boolean isThatAlready(Subscription s, SubscriptionChange change) {
            if (s.phase() == Phase.ENDED) {
                return false;
            }
            if (change instanceof SubscriptionChange.ToPlan to) {
                long target = to.terms() == 0 ? terms.ofPlan(to.plan(), now).number() : to.terms();
                BillingInterval interval = to.interval();
                return target == s.plan().terms()
                        && (interval == null || interval.equals(s.interval()))
                        && (to.quantity() == 0 || to.quantity() == s.plan().quantity());
            }
            if (change instanceof SubscriptionChange.Seats seats) {
                return seats.seats() == s.plan().quantity();
            }
            if (change instanceof SubscriptionChange.AddOn addOn) {
                return s.addOn(addOn.addOn())
                        .filter(item -> item.quantity() == addOn.quantity())
                        .isPresent();
            }
            return false;
        }

        Subscription cancelAt(Instant at, SubscriptionChange.Cancel cancel, ChangeNote note) throws SQLException {
            Subscription s = stored.subscription();
            if (s.phase() == Phase.ENDED) {
                throw new BillingException(
                        "The subscription of tenant " + s.tenant() + " is over since " + s.endedAt() + " already.");
            }
            Subscription.Draft draft = s.draft();
            draft.cancelAt = at;
            draft.cancelReason = cancel.reason();
            draft.creditAtEnd = cancel.creditUnused();
            note(draft.made(), now, "cancel", "at " + at + ": " + cancel.reason(), note);
            notices.add(
                    transaction,
                    new BillingNotice(
                            "ends:" + s.id() + ":" + at,
                            BillingNotice.Kind.SUBSCRIPTION_ENDS,
                            s.tenant(),
                            accounts.seller(account.seller()),
                            account.buyer(),
                            null,
                            null,
                            null,
                            at,
                            now));
            return save();
        }

        /** Takes over what the rules made of the subscription: invoices, grants and records. */
        void take(
                @Nullable Subscription before, Outcome outcome, Instant at, String kind, String detail, ChangeNote note)
                throws SQLException {
            Subscription after = outcome.after();
            if (isInvoicedNow(outcome)) {
                after = invoice(outcome, note);
            }
            if (before != null
                    && (!after.anchor().equals(before.anchor())
                            || !after.interval().equals(before.interval()))) {
                store.schedule(transaction, after, at);
            }
            isNew |= before == null;
            after = access.grant(transaction, before, after, terms, note);
            note(after, at, kind, detail, note);
        }

        private boolean isInvoicedNow(Outcome outcome) {
            if (!outcome.invoice()) {
                return false;
            }
            if (outcome.periodBegins() || outcome.after().phase() == Phase.ENDED) {
                return true;
            }
            long sum = outcome.after().pending().stream()
                    .mapToLong(charge -> charge.amount().minorUnits())
                    .sum();
            return sum > 0;
        }

        private Subscription invoice(Outcome outcome, ChangeNote note) throws SQLException {
            Subscription s = outcome.after();
            Worked worked = engine.invoice(s, Money.zero(s.currency()), outcome.periodBegins());
            givesCredit |= worked.calculation().total().isNegative();
            NewInvoice made = new NewInvoice(
                    Ids.next(),
                    account,
                    accounts.seller(account.seller()),
                    s.id(),
                    lines(worked),
                    worked.calculation(),
                    worked.discounts().stream().map(Discount::name).toList(),
                    now,
                    note);
            if (batch == null) {
                invoices.make(transaction, made);
            } else {
                batch.add(made);
            }
            return worked.after();
        }

        void note(Subscription after, Instant at, String kind, String detail, ChangeNote note) throws SQLException {
            // One that was over already says nothing of its tenant, which may have another one by now.
            boolean wasOver = stored.subscription().phase() == Phase.ENDED;
            TenantStatus made = wasOver ? stored.tenantStatus() : setStatus(after);
            stored = new Stored(after, stored.version() + 1, made);
            Money monthly = Money.rounded(engine.monthly(after), after.currency());
            store.record(
                    transaction,
                    after,
                    at,
                    kind,
                    detail,
                    prices.rank(after.plan().code()),
                    monthly,
                    note,
                    account.isSandbox());
        }

        private @Nullable TenantStatus setStatus(Subscription after) throws SQLException {
            TenantStatus wanted = after.status().ofTenant();
            if (batch != null) {
                if (batch.status(after.tenant()).filter(wanted::equals).isPresent()) {
                    return wanted;
                }
                batch.forgetStatus(after.tenant());
            }
            return access.setStatus(transaction, stored.tenantStatus(), after);
        }

        private boolean isDeleted(TenantId tenant) throws SQLException {
            Optional<TenantStatus> known = batch == null ? Optional.empty() : batch.status(tenant);
            return known.isPresent()
                    ? known.get() == TenantStatus.DELETED
                    : Subscriptions.isDeleted(transaction.connection(), tenant);
        }

        Subscription save() throws SQLException {
            Subscription s = stored.subscription();
            if (isNew || stored.version() != firstVersion) {
                store.update(transaction, stored, engine.nextEvent(s).orElse(null));
            } else if (!first.equals(s)) {
                throw new IllegalStateException("Subscription " + s.id() + " was changed without a record");
            }
            // Those of a batch are made together, after all of it is stored.
            return givesCredit && batch == null ? afterPaying(s) : s;
        }

        // What an invoice gave back may pay another one, which gives access back. It does so here, where all is stored.
        private Subscription afterPaying(Subscription s) throws SQLException {
            invoices.payOpenFromCredit(transaction, account, s.currency(), now);
            return store.find(transaction.connection(), s.id()).orElseThrow().subscription();
        }

        SubscriptionPreview preview(Outcome outcome, long version, Instant at, @Nullable SubscriptionChange change) {
            Subscription after = outcome.after();
            Money zero = Money.zero(after.currency());
            if (after.pending().isEmpty()) {
                return new SubscriptionPreview(
                        after.tenant(),
                        version,
                        at,
                        change,
                        List.of(),
                        zero,
                        zero,
                        zero,
                        zero,
                        zero,
                        zero,
                        false,
                        after);
            }
            Money credit = credit(after.currency());
            Worked worked = engine.invoice(after, credit, outcome.periodBegins());
            Calculation sums = worked.calculation();
            return new SubscriptionPreview(
                    after.tenant(),
                    version,
                    at,
                    change,
                    lines(worked),
                    sums.subtotal(),
                    sums.discount(),
                    sums.tax(),
                    sums.total(),
                    sums.credited(),
                    sums.due(),
                    isInvoicedNow(outcome),
                    worked.after());
        }

        private Money credit(String currency) {
            try {
                return ledger.credit(transaction, account.tenant(), currency).total();
            } catch (SQLException failure) {
                throw new BillingUnavailableException(
                        ControlTransactions.message("read the credit of tenant " + account.tenant(), failure), failure);
            }
        }
    }

    private static List<InvoiceLine> lines(Worked worked) {
        List<InvoiceLine> lines = new ArrayList<>();
        for (int i = 0; i < worked.charges().size(); i++) {
            DraftCharge charge = worked.charges().get(i);
            Calculation.Line line = worked.calculation().lines().get(i);
            lines.add(new InvoiceLine(
                    charge.description(),
                    charge.item(),
                    charge.charge(),
                    charge.quantity(),
                    charge.unit(),
                    charge.from(),
                    charge.until(),
                    charge.amount(),
                    line.discount(),
                    charge.tax(),
                    line.tax(),
                    line.total()));
        }
        return lines;
    }

    private static boolean isDeleted(Connection connection, TenantId tenant) throws SQLException {
        return Sql.first(connection, row -> row.getString(1), "select status from tenant where id = ?", tenant.value())
                .map(status -> status.equals(TenantStatus.DELETED.name()))
                .orElse(true);
    }

    private BigDecimal used(Connection connection, @Nullable SubscriptionBatch batch, UsageReports.Asked asked) {
        BigDecimal known = batch == null ? null : batch.used(asked);
        if (known != null) {
            return known;
        }
        try {
            return usage.totals(connection, List.of(asked)).get(0);
        } catch (SQLException failure) {
            throw new BillingUnavailableException(
                    ControlTransactions.message("tell the usage of '" + asked.metric() + "'", failure), failure);
        }
    }
}
