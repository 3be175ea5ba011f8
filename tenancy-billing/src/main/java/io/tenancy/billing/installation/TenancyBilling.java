package io.tenancy.billing.installation;

import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.account.BillingAccounts;
import io.tenancy.billing.coupon.Coupons;
import io.tenancy.billing.dunning.Dunning;
import io.tenancy.billing.invoice.InvoiceNumbering;
import io.tenancy.billing.invoice.Invoices;
import io.tenancy.billing.ledger.Ledger;
import io.tenancy.billing.notice.BillingNotifier;
import io.tenancy.billing.notice.Notices;
import io.tenancy.billing.party.Seller;
import io.tenancy.billing.payment.ManualPayments;
import io.tenancy.billing.payment.PaymentProvider;
import io.tenancy.billing.payment.Payments;
import io.tenancy.billing.revenue.RevenueReports;
import io.tenancy.billing.run.BillingJobs;
import io.tenancy.billing.run.BillingRun;
import io.tenancy.billing.run.Sandbox;
import io.tenancy.billing.subscription.BillingCatalogue;
import io.tenancy.billing.subscription.SubscriptionPeriods;
import io.tenancy.billing.subscription.Subscriptions;
import io.tenancy.billing.subscription.TenantAccess;
import io.tenancy.billing.tax.TaxPolicy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Billing of one installation: what tenants subscribe to, what they owe, and what happens when they do not pay. Build it on
 * a started installation, {@link #start()} it, and let {@link #jobs()} or calls of {@link #run()} let take place what is
 * due. Safe for many threads.
 */
public final class TenancyBilling implements AutoCloseable {

    /** Table with the history of billing's own migrations in the control schema. */
    public static final String HISTORY = "billing_history";

    /** How many threads run subscriptions when many are due, unless told otherwise. */
    public static final int DEFAULT_WORKERS = 2;

    /** How many connections to the control database billing has at most, unless told otherwise. */
    public static final int DEFAULT_CONNECTIONS = 4;

    private static final String LOCATION = "classpath:io/tenancy/billing/control";

    private final TenancyInstallation installation;
    private final BillingAccounts accounts;
    private final BillingCatalogue catalogue;
    private final Subscriptions subscriptions;
    private final Invoices invoices;
    private final Payments payments;
    private final Coupons coupons;
    private final Dunning dunning;
    private final Ledger ledger;
    private final Notices notices;
    private final RevenueReports revenue;
    private final BillingRun run;
    private final Sandbox sandbox;
    private final BillingJobs jobs;
    private final ControlTransactions database;
    private final @Nullable SubscriptionPeriods periods;

    private TenancyBilling(Builder settings) {
        installation = settings.installation;
        DataSource platform = installation.control().platformFor("tenancy-billing", settings.connections);
        database = new ControlTransactions(platform, settings.clock, BillingUnavailableException::new);
        periods = settings.periods;
        List<String> names = List.copyOf(settings.providers.keySet());
        List<String> ofSandbox = settings.providers.values().stream()
                .filter(PaymentProvider::worksInSandbox)
                .map(PaymentProvider::name)
                .toList();
        accounts = new BillingAccounts(database, Collections.unmodifiableMap(settings.sellers), names, ofSandbox);
        ledger = new Ledger(database);
        notices = new Notices(database, settings.notifiers);
        List<String> collecting = settings.providers.values().stream()
                .filter(PaymentProvider::collects)
                .map(PaymentProvider::name)
                .toList();
        invoices = new Invoices(
                database,
                accounts,
                ledger,
                notices,
                new Invoices.Settings(settings.numbering, settings.term, settings.draftFor, collecting));
        catalogue = new BillingCatalogue(database, installation.entitlementAdministration());
        coupons = new Coupons(database);
        subscriptions = new Subscriptions(
                database,
                new Subscriptions.Parts(
                        accounts,
                        catalogue,
                        invoices,
                        ledger,
                        coupons,
                        notices,
                        installation.usage().reports(),
                        settings.taxes,
                        settings.lateUsage),
                new TenantAccess(
                        installation.entitlementAdministration(), installation.catalog(), installation::invalidate));
        payments = new Payments(
                database, accounts, invoices, ledger, notices, Collections.unmodifiableMap(settings.providers));
        dunning = new Dunning(database, accounts, catalogue, invoices, subscriptions, notices);
        invoices.onSettled(dunning::settled);
        invoices.onTakenBack(subscriptions::takenBack);
        payments.onDeclined(dunning::declined);
        payments.onTriedAgain(dunning::triedAgain);
        payments.askForNextRetries(dunning::nextRetries);
        revenue = new RevenueReports(database);
        run = new BillingRun(subscriptions, invoices, payments, dunning, notices, settings.workers());
        sandbox = new Sandbox(database, accounts, subscriptions, invoices, payments, dunning);
        jobs = new BillingJobs(platform, run, settings.interval);
    }

    /**
     * Begins with billing.
     *
     * @param installation the installation, started before billing is
     * @return a builder without settings; it needs a seller
     */
    public static Builder builder(TenancyInstallation installation) {
        return new Builder(installation);
    }

    /**
     * Brings billing's tables up to date, and takes over the prices of the catalogue that was imported last.
     *
     * @return this
     * @throws io.tenancy.TenancyException when the control database cannot be reached, or the catalogue's prices are wrong
     */
    public TenancyBilling start() {
        installation.control().contribute(HISTORY, LOCATION);
        catalogue.catchUp();
        if (periods != null) {
            periods.readFrom(database);
        }
        return this;
    }

    /**
     * Who is billed for tenants.
     *
     * @return the accounts
     */
    public BillingAccounts accounts() {
        return accounts;
    }

    /**
     * What is for sale.
     *
     * @return the catalogue
     */
    public BillingCatalogue catalogue() {
        return catalogue;
    }

    /**
     * What tenants have subscribed to.
     *
     * @return the subscriptions
     */
    public Subscriptions subscriptions() {
        return subscriptions;
    }

    /**
     * What tenants were invoiced.
     *
     * @return the invoices
     */
    public Invoices invoices() {
        return invoices;
    }

    /**
     * Money that comes and goes.
     *
     * @return the payments
     */
    public Payments payments() {
        return payments;
    }

    /**
     * What can be redeemed.
     *
     * @return the coupons
     */
    public Coupons coupons() {
        return coupons;
    }

    /**
     * What was not paid.
     *
     * @return the dunning
     */
    public Dunning dunning() {
        return dunning;
    }

    /**
     * The books.
     *
     * @return the ledger
     */
    public Ledger ledger() {
        return ledger;
    }

    /**
     * What tenants were told.
     *
     * @return the notices
     */
    public Notices notices() {
        return notices;
    }

    /**
     * What comes in.
     *
     * @return the reports
     */
    public RevenueReports revenue() {
        return revenue;
    }

    /**
     * Lets take place what is due.
     *
     * @return the run
     */
    public BillingRun run() {
        return run;
    }

    /**
     * Tenants whose time is made up.
     *
     * @return the sandbox
     */
    public Sandbox sandbox() {
        return sandbox;
    }

    /**
     * Runs billing again and again once started.
     *
     * @return the jobs
     */
    public BillingJobs jobs() {
        return jobs;
    }

    /** Ends the jobs. The connections are closed with the installation. */
    @Override
    public void close() {
        jobs.close();
    }

    /** Settings of billing. Each is set once. */
    public static final class Builder {
        private static final int LONGEST_NAME = 200;

        private final TenancyInstallation installation;
        private final Map<String, Seller> sellers = new LinkedHashMap<>();
        private final Map<String, PaymentProvider> providers = new LinkedHashMap<>();
        private final List<BillingNotifier> notifiers = new ArrayList<>();
        private TaxPolicy taxes = TaxPolicy.NONE;
        private InvoiceNumbering numbering = InvoiceNumbering.DEFAULT;
        private Duration term = Invoices.DEFAULT_TERM;
        private Duration draftFor = Duration.ZERO;
        private Duration lateUsage = Subscriptions.DEFAULT_LATE_USAGE;
        private Duration interval = BillingJobs.DEFAULT_INTERVAL;
        private int connections = DEFAULT_CONNECTIONS;
        private @Nullable Integer workers;
        private InstantSource clock = InstantSource.system();
        private @Nullable SubscriptionPeriods periods;

        private Builder(TenancyInstallation installation) {
            this.installation = installation;
        }

        /**
         * Adds a legal entity that sells; the first one sells unless an account says otherwise.
         *
         * @param seller the seller
         * @return this builder
         * @throws IllegalArgumentException when one of this code was added already
         */
        public Builder seller(Seller seller) {
            if (sellers.putIfAbsent(seller.code(), seller) != null) {
                throw new IllegalArgumentException("Seller '" + seller.code() + "' was added twice");
            }
            return this;
        }

        /**
         * Adds a payment provider; the first one is used unless an account says otherwise. {@link ManualPayments} is always
         * there.
         *
         * @param provider the provider
         * @return this builder
         * @throws IllegalArgumentException when one of this name was added already, or its name is not 1 to 200 characters
         *     that are not blank
         */
        public Builder provider(PaymentProvider provider) {
            String name = provider.name();
            if (name.isBlank() || name.length() > LONGEST_NAME) {
                throw new IllegalArgumentException("A payment provider of " + provider.getClass() + " has the name '"
                        + name + "'; payments are recorded with it, so it is 1 to " + LONGEST_NAME + " characters that"
                        + " are not blank");
            }
            if (providers.putIfAbsent(provider.name(), provider) != null) {
                throw new IllegalArgumentException("The payment provider '" + provider.name() + "' was added twice");
            }
            return this;
        }

        /**
         * Adds somebody who tells tenants of their bills.
         *
         * @param notifier tells them
         * @return this builder
         */
        public Builder notifier(BillingNotifier notifier) {
            notifiers.add(Objects.requireNonNull(notifier, "notifier"));
            return this;
        }

        /**
         * What is levied; nothing otherwise.
         *
         * @param value the policy
         * @return this builder
         */
        public Builder taxes(TaxPolicy value) {
            taxes = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * How invoices are numbered; {@link InvoiceNumbering#DEFAULT} otherwise.
         *
         * @param value the numbering
         * @return this builder
         */
        public Builder numbering(InvoiceNumbering value) {
            numbering = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * How long tenants have to pay; {@link Invoices#DEFAULT_TERM} otherwise.
         *
         * @param value not negative
         * @return this builder
         */
        public Builder term(Duration value) {
            term = requireNotNegative("term of payment", value);
            return this;
        }

        /**
         * How long invoices can be looked at before they become final; not at all otherwise.
         *
         * @param value not negative
         * @return this builder
         */
        public Builder draftFor(Duration value) {
            draftFor = requireNotNegative("time for drafts", value);
            return this;
        }

        /**
         * How much later usage that came in late is looked for; {@link Subscriptions#DEFAULT_LATE_USAGE} otherwise. At least
         * as long as usage is taken late.
         *
         * @param value not negative
         * @return this builder
         */
        public Builder lateUsage(Duration value) {
            lateUsage = requireNotNegative("time for late usage", value);
            return this;
        }

        /**
         * How long the jobs wait between two runs; {@link BillingJobs#DEFAULT_INTERVAL} otherwise.
         *
         * @param value positive
         * @return this builder
         */
        public Builder interval(Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException("The jobs wait longer than no time, but were to wait " + value);
            }
            interval = value;
            return this;
        }

        /**
         * How many connections to the control database billing has at most; {@value #DEFAULT_CONNECTIONS} otherwise.
         *
         * @param value 2 and more
         * @return this builder
         */
        public Builder connections(int value) {
            if (value < 2) {
                throw new IllegalArgumentException(
                        "Billing needs 2 connections or more, one for its jobs, but was to have " + value);
            }
            connections = value;
            return this;
        }

        /**
         * How many threads run subscriptions when many are due; {@value #DEFAULT_WORKERS} otherwise, or one less than there
         * are connections. Each has a connection, and the jobs have one more.
         *
         * @param value 1 and more
         * @return this builder
         */
        public Builder workers(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("A run needs a worker or more, but was to have " + value);
            }
            workers = value;
            return this;
        }

        /**
         * The time source; the system's otherwise.
         *
         * @param value the time source
         * @return this builder
         */
        public Builder clock(InstantSource value) {
            clock = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * The periods that were given to the installation's builder, so that usage and quotas follow subscriptions.
         *
         * @param value the periods
         * @return this builder
         */
        public Builder periods(SubscriptionPeriods value) {
            periods = Objects.requireNonNull(value, "value");
            return this;
        }

        private static Duration requireNotNegative(String what, Duration value) {
            if (value.isNegative()) {
                throw new IllegalArgumentException("The " + what + " was " + value + ", but is not negative");
            }
            return value;
        }

        private int workers() {
            return workers == null ? Math.min(DEFAULT_WORKERS, connections - 1) : workers;
        }

        /**
         * Makes billing; opens no connection yet.
         *
         * @return billing to be started
         * @throws IllegalArgumentException when there is no seller, or there are fewer connections than workers need
         */
        public TenancyBilling build() {
            if (sellers.isEmpty()) {
                throw new IllegalArgumentException(
                        "Billing needs a seller, in whose name invoices are made: seller(Seller.of(code, name, country))");
            }
            if (connections < workers() + 1) {
                throw new IllegalArgumentException("Billing with " + workers() + " workers needs " + (workers() + 1)
                        + " connections or more, one for its jobs, but was to have " + connections + ".");
            }
            providers.putIfAbsent(ManualPayments.NAME, new ManualPayments());
            return new TenancyBilling(this);
        }
    }
}
