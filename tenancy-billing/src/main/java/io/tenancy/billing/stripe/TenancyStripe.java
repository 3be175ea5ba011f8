package io.tenancy.billing.stripe;

import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.account.BillingAccounts;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.payment.PaymentProvider;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.customer.StripeCustomers;
import io.tenancy.billing.stripe.finding.StripeFindings;
import io.tenancy.billing.stripe.object.FencedObjects;
import io.tenancy.billing.stripe.object.StripeObjects;
import io.tenancy.billing.stripe.payment.StripePages;
import io.tenancy.billing.stripe.payment.StripePayments;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import java.time.InstantSource;
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
    private final AtomicReference<Started> started = new AtomicReference<>();

    private record Started(StripeObjects objects, StripePages pages) {}

    private TenancyStripe(Builder builder) {
        installation = builder.installation;
        settings = builder.settings;
        clock = builder.clock;
        platform = installation.control().platformFor("tenancy-stripe", builder.connections);
        database = new ControlTransactions(platform, clock, BillingUnavailableException::new);
        calls = new StripeCalls(settings);
        ownership = new Ownership(settings.installation(), settings.livemode());
        findings = new StripeFindings(database);
        customers = new StripeCustomers(
                database, new BillingAccounts(database, Map.of(), List.of(), List.of()), calls, ownership);
        payments = new StripePayments(database, calls, customers, ownership);
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
     */
    public TenancyStripe start(TenancyBilling billing) {
        installation.control().contribute(HISTORY, LOCATION);
        FencedObjects objects = new FencedObjects(
                database, new FencedObjects.Parts(calls, customers, ownership, findings, billing.payments()));
        StripePages pages = new StripePages(
                database, new StripePages.Parts(calls, customers, ownership, billing.invoices(), objects));
        payments.join(new StripePayments.Joined(objects, pages));
        started.set(new Started(objects, pages));
        return this;
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

    /** Ends what it runs. The connections are closed with the installation. */
    @Override
    public void close() {
        started.set(null);
    }

    /** Settings of the adapter. */
    public static final class Builder {
        private final TenancyInstallation installation;
        private final StripeSettings settings;
        private InstantSource clock = InstantSource.system();
        private int connections = DEFAULT_CONNECTIONS;

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
         * Builds it.
         *
         * @return not started yet
         */
        public TenancyStripe build() {
            return new TenancyStripe(this);
        }
    }
}
