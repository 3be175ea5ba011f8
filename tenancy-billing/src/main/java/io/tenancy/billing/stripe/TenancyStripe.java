package io.tenancy.billing.stripe;

import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.account.BillingAccounts;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.payment.PaymentProvider;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.billing.stripe.customer.KnownAccount;
import io.tenancy.billing.stripe.customer.KnownInstallation;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.customer.StripeCustomers;
import io.tenancy.billing.stripe.finding.StripeFindings;
import io.tenancy.billing.stripe.meter.StripeMeter;
import io.tenancy.billing.stripe.meter.StripeMeters;
import io.tenancy.billing.stripe.object.FencedObjects;
import io.tenancy.billing.stripe.object.StripeObjects;
import io.tenancy.billing.stripe.payment.OldPages;
import io.tenancy.billing.stripe.payment.StripePages;
import io.tenancy.billing.stripe.payment.StripePayments;
import io.tenancy.billing.stripe.reconciliation.ReconciliationBounds;
import io.tenancy.billing.stripe.reconciliation.StripeReconciliation;
import io.tenancy.billing.stripe.run.StripeJobs;
import io.tenancy.billing.stripe.webhook.StripeEvents;
import io.tenancy.billing.stripe.webhook.StripeInbox;
import io.tenancy.billing.stripe.webhook.StripeInboxThread;
import io.tenancy.billing.stripe.webhook.StripeWebhook;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/**
 * Stripe for one installation: billing owns subscriptions, proration and invoices, and Stripe collects. Build it on a started
 * installation, give its {@link #provider()} to billing, start billing, then {@link #start} it. Safe for many threads.
 */
public final class TenancyStripe implements AutoCloseable {

    /** Table with the history of the adapter's own migrations in the control schema. */
    public static final String HISTORY = "stripe_history";

    /** How many connections to the control database it has at most, unless told otherwise. */
    public static final int DEFAULT_CONNECTIONS = 4;

    private static final String LOCATION = "classpath:io/tenancy/billing/stripe/control";

    private final TenancyInstallation installation;
    private final StripeSettings settings;
    private final InstantSource clock;
    private final DataSource platform;
    private final ControlTransactions database;
    private final StripeCalls calls;
    private final Ownership ownership;
    private final StripeFindings findings;
    private final StripeCustomers customers;
    private final StripePayments payments;
    private final StripeEvents events;
    private final List<StripeMeter> meters;
    private final int workers;
    private final Duration comparedEvery;
    private final ReconciliationBounds comparedWithin;
    private final AtomicReference<Started> started = new AtomicReference<>();

    private record Started(
            StripeObjects objects,
            StripePages pages,
            StripeWebhook webhook,
            StripeInbox inbox,
            StripeReconciliation reconciliation,
            StripeMeters meters,
            StripeJobs jobs) {}

    private TenancyStripe(Builder builder) {
        installation = builder.installation;
        settings = builder.settings;
        clock = builder.clock;
        platform = installation.control().platformFor("tenancy-stripe", builder.connections);
        database = new ControlTransactions(platform, clock, BillingUnavailableException::new);
        calls = new StripeCalls(settings, new KnownAccount(database, settings));
        ownership = new Ownership(settings.installation(), settings.livemode());
        findings = new StripeFindings(database);
        customers = new StripeCustomers(
                database, new BillingAccounts(database, Map.of(), List.of(), List.of()), calls, ownership);
        payments = new StripePayments(database, calls, customers, ownership);
        events = new StripeEvents(database);
        meters = List.copyOf(builder.meters);
        workers = builder.workers;
        comparedEvery = builder.comparedEvery;
        comparedWithin = builder.comparedWithin;
    }

    /**
     * Begins with Stripe.
     *
     * @param installation the installation, started before
     * @param settings how to reach Stripe
     * @return a builder
     */
    public static Builder builder(TenancyInstallation installation, StripeSettings settings) {
        return new Builder(installation, settings);
    }

    /**
     * What collects: for {@link TenancyBilling.Builder#provider}.
     *
     * @return the provider
     */
    public PaymentProvider provider() {
        return payments;
    }

    /**
     * Brings the adapter's tables up to date, and joins it to billing.
     *
     * @param billing what was built with {@link #provider()}, and was started
     * @return this
     * @throws io.tenancy.TenancyException when the control database cannot be reached
     * @throws io.tenancy.billing.BillingException when the installation was called otherwise before
     */
    public TenancyStripe start(TenancyBilling billing) {
        installation.control().contribute(HISTORY, LOCATION);
        KnownInstallation.require(database, settings.installation());
        FencedObjects objects = new FencedObjects(
                database, new FencedObjects.Parts(calls, customers, ownership, findings, billing.payments()));
        StripePages pages = new StripePages(
                database, new StripePages.Parts(calls, customers, ownership, billing.invoices(), objects));
        payments.join(new StripePayments.Joined(objects, pages));
        started.set(around(objects, pages));
        return this;
    }

    private Started around(FencedObjects objects, StripePages pages) {
        StripeInbox inbox = new StripeInbox(database, settings, objects, findings, workers);
        StripeInboxThread thread = new StripeInboxThread(
                inbox,
                StripeInboxThread.DEFAULT_INTERVAL,
                () -> Tenancy.runAsPlatform("account of Stripe", calls::requireAccount));
        StripeReconciliation reconciliation = new StripeReconciliation(
                new StripeReconciliation.Parts(database, calls, objects, findings, ownership), comparedWithin);
        StripeMeters told = new StripeMeters(
                new StripeMeters.Parts(
                        database,
                        installation.usage().store(),
                        installation.usage().reports(),
                        calls,
                        objects,
                        findings,
                        ownership),
                meters);
        StripeJobs jobs = new StripeJobs(
                platform,
                new StripeJobs.Work(thread, pages, reconciliation, told, events, findings, new OldPages(database)),
                comparedEvery);
        StripeWebhook webhook = new StripeWebhook(database, settings, clock, thread::wake);
        return new Started(objects, pages, webhook, inbox, reconciliation, told, jobs);
    }

    private Started started() {
        Started known = started.get();
        if (known == null) {
            throw new IllegalStateException(
                    "Stripe was used before it was started: call start(billing) once billing was started");
        }
        return known;
    }

    /**
     * Who tenants are at Stripe.
     *
     * @return the customers
     */
    public StripeCustomers customers() {
        return customers;
    }

    /**
     * Pages of Stripe for tenants.
     *
     * @return the pages
     */
    public StripePages pages() {
        return started().pages();
    }

    /**
     * What takes in what Stripe has.
     *
     * @return the objects
     */
    public StripeObjects objects() {
        return started().objects();
    }

    /**
     * What differs and is for somebody to look at.
     *
     * @return the findings
     */
    public StripeFindings findings() {
        return findings;
    }

    /**
     * Takes in events, whatever carries them here.
     *
     * @return the webhook
     */
    public StripeWebhook webhook() {
        return started().webhook();
    }

    /**
     * Works through events that came in; {@link #jobs()} do that by themselves.
     *
     * @return the inbox
     */
    public StripeInbox inbox() {
        return started().inbox();
    }

    /**
     * Events that came in, for the operator.
     *
     * @return the events
     */
    public StripeEvents events() {
        return events;
    }

    /**
     * Compares both sides; {@link #jobs()} do that by themselves.
     *
     * @return the comparison
     */
    public StripeReconciliation reconciliation() {
        return started().reconciliation();
    }

    /**
     * Tells Stripe the usage of tenants for which that is wanted.
     *
     * @return the meters
     */
    public StripeMeters meters() {
        return started().meters();
    }

    /**
     * Runs all of it again and again once started.
     *
     * @return the jobs
     */
    public StripeJobs jobs() {
        return started().jobs();
    }

    /** Ends what it runs. The connections are closed with the installation. */
    @Override
    public void close() {
        Started ended = started.getAndSet(null);
        if (ended != null) {
            ended.jobs().close();
        }
    }

    /** Settings of the adapter. */
    public static final class Builder {
        private final TenancyInstallation installation;
        private final StripeSettings settings;
        private InstantSource clock = InstantSource.system();
        private final List<StripeMeter> meters = new ArrayList<>();
        private int connections = DEFAULT_CONNECTIONS;
        private int workers = StripeInbox.DEFAULT_WORKERS;
        private Duration comparedEvery = StripeJobs.DEFAULT_COMPARED_EVERY;
        private ReconciliationBounds comparedWithin = ReconciliationBounds.DEFAULT;

        private Builder(TenancyInstallation installation, StripeSettings settings) {
            this.installation = Objects.requireNonNull(installation, "installation");
            this.settings = Objects.requireNonNull(settings, "settings");
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
         * How many connections to the control database it has at most; {@value #DEFAULT_CONNECTIONS} otherwise.
         *
         * @param value 2 and more
         * @return this builder
         */
        public Builder connections(int value) {
            if (value < 2) {
                throw new IllegalArgumentException(
                        "Stripe needs 2 connections or more, one for its jobs, but was to have " + value);
            }
            connections = value;
            return this;
        }

        /**
         * Tells Stripe a usage metric of tenants for which that is wanted: {@link StripeMeters#enable}.
         *
         * @param value which metric goes to which meter
         * @return this builder
         */
        public Builder meter(StripeMeter value) {
            meters.add(Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * How many threads work through events; {@value StripeInbox#DEFAULT_WORKERS} otherwise.
         *
         * @param value 1 and more
         * @return this builder
         */
        public Builder workers(int value) {
            workers = value;
            return this;
        }

        /**
         * How often both sides are compared; {@link StripeJobs#DEFAULT_COMPARED_EVERY} otherwise.
         *
         * @param value positive
         * @return this builder
         */
        public Builder comparedEvery(Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException(
                        "Billing and Stripe are compared again after some time, not after " + value);
            }
            comparedEvery = value;
            return this;
        }

        /**
         * How much is compared in one go at most; {@link ReconciliationBounds#DEFAULT} otherwise.
         *
         * @param value with more calls where the note of a comparison says that it needs them
         * @return this builder
         */
        public Builder comparedWithin(ReconciliationBounds value) {
            comparedWithin = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Builds it.
         *
         * @return not started yet
         */
        public TenancyStripe build() {
            return new TenancyStripe(this);
        }
    }
}
