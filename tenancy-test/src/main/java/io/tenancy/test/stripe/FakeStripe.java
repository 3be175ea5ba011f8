package io.tenancy.test.stripe;

import io.tenancy.test.stripe.internal.Account;
import io.tenancy.test.stripe.internal.ApiServer;
import io.tenancy.test.stripe.internal.Endpoints;
import io.tenancy.test.stripe.internal.Operations;
import io.tenancy.test.stripe.internal.Settings;
import io.tenancy.test.stripe.internal.Signatures;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Stripe on the own machine, for tests and development. It listens on the loopback address only, keeps everything in
 * memory and forgets it when it is closed.
 *
 * <pre>{@code
 * try (FakeStripe stripe = FakeStripe.start()) {
 *     StripeClient client = StripeClient.builder()
 *             .setApiKey(stripe.apiKey())
 *             .setApiBase(stripe.apiBase())
 *             .setMeterEventsBase(stripe.meterEventsBase())
 *             .build();
 *     …
 *     assertThat(stripe.charges()).filteredOn(StripeCharge::succeeded).hasSize(1);
 * }
 * }</pre>
 *
 * <p>Payments are made with <a href="https://docs.stripe.com/testing">Stripe's test cards</a>. Objects of test and live
 * mode are apart, chosen by the key, {@code sk_test_…} or {@code sk_live_…}; money is none in either.
 *
 * <p>What goes wrong is ordered with {@link #inject}; how events arrive, with {@link #webhooks(WebhookMode)}; and what
 * really happened is in {@link #charges}, {@link #refunds}, {@link #balance} and {@link #requests}. All methods are
 * thread-safe.
 */
public final class FakeStripe implements AutoCloseable {

    /** The API version that it speaks unless another is chosen: the one of stripe-java 33.3. */
    public static final String API_VERSION = "2026-07-29.dahlia";

    private static final Logger LOG = LoggerFactory.getLogger(FakeStripe.class);

    private final Settings settings;
    private final Account account;
    private final ApiServer server;
    private final Operations operations;

    private FakeStripe(Builder builder) {
        settings = builder.settings();
        account = new Account(settings);
        Endpoints endpoints = new Endpoints(account);
        server = new ApiServer(account, endpoints);
        operations = new Operations(account, endpoints);
        builder.webhooks.forEach(webhook -> webhook(webhook.url, webhook.secrets.toArray(String[]::new)));
        account.webhooks().start();
        server.start();
        LOG.info("Fake Stripe at {}, seed {}", apiBase(), settings.seed());
    }

    /**
     * Starts one on a free port, with the machine's time and a random seed, which it logs.
     *
     * @return a running one, for the caller to close
     */
    public static FakeStripe start() {
        return builder().start();
    }

    /**
     * Begins to describe one.
     *
     * @return a builder with the defaults of {@link #start()}
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Where the API and the pages are.
     *
     * @return a URL without a slash at the end, for stripe-java's {@code setApiBase}
     */
    public String apiBase() {
        return server.apiBase();
    }

    /**
     * Where streams of meter events are taken.
     *
     * @return a URL without a slash at the end, for stripe-java's {@code setMeterEventsBase}
     */
    public String meterEventsBase() {
        return server.meterEventsBase();
    }

    /**
     * A secret key of test mode that it takes.
     *
     * @return the one that was chosen, or a made-up one
     */
    public String apiKey() {
        String chosen = settings.apiKey();
        return chosen == null ? "sk_test_fake" : chosen;
    }

    /**
     * The account's id.
     *
     * @return such as {@code acct_…}
     */
    public String accountId() {
        return settings.accountId();
    }

    /**
     * What ids, shuffled events and faults by chance are drawn from.
     *
     * @return the seed
     */
    public long seed() {
        return settings.seed();
    }

    /**
     * The time here.
     *
     * @return what the clock says, with what was {@link #advance advanced}
     */
    public Instant now() {
        return account.clock().instant();
    }

    /**
     * Puts the clock forward: sessions and idempotency keys expire, refunds settle, and late or repeated events are
     * delivered.
     *
     * @param by zero or more
     */
    public void advance(Duration by) {
        operations.advance(by);
    }

    /**
     * Orders something to go wrong.
     *
     * @param fault what
     */
    public void inject(StripeFault fault) {
        server.inject(fault);
    }

    /** Takes back all faults that have not happened yet. */
    public void clearFaults() {
        server.clearFaults();
    }

    /**
     * Registers an endpoint of test mode for all events, as its owner would in Stripe's dashboard.
     *
     * @param url where events are sent, on this machine
     * @param secrets what they are signed with, {@code whsec_…}; several sign all, as while a secret is changed
     * @return its id, such as {@code we_…}
     */
    public String webhook(String url, String... secrets) {
        if (secrets.length == 0) {
            throw new IllegalArgumentException("An endpoint has one secret at least: give one, such as 'whsec_test'");
        }
        return operations.endpoint(url, List.of("*"), null, List.of(secrets), false);
    }

    /**
     * Registers an endpoint.
     *
     * @param url where events are sent, on this machine
     * @param types which events, such as {@code charge.refunded} or {@code *}
     * @param apiVersion of its payloads, or null for the account's; stripe-java does not read objects of another release
     *     train than its own
     * @param secret what they are signed with, {@code whsec_…}
     * @param livemode whether for events of live mode
     * @return its id, such as {@code we_…}
     */
    public String webhook(
            String url, List<String> types, @Nullable String apiVersion, String secret, boolean livemode) {
        return operations.endpoint(url, types, apiVersion, List.of(secret), livemode);
    }

    /**
     * Gives an endpoint a new secret. For 24 hours the one before signs too.
     *
     * @param endpoint the endpoint's id
     * @return the new secret
     */
    public String rollSecret(String endpoint) {
        return operations.rollSecret(endpoint);
    }

    /**
     * Says how events are delivered from now on.
     *
     * @param mode how
     */
    public void webhooks(WebhookMode mode) {
        account.webhooks().mode(mode);
    }

    /** Holds events back until they are asked for: {@link #webhooks webhooks}({@link WebhookMode#HELD}). */
    public void hold() {
        webhooks(WebhookMode.HELD);
    }

    /**
     * Delivers everything that was held, is late or waits to be repeated, whenever it is due. Lost events stay lost.
     *
     * @return what was sent
     */
    public List<WebhookDelivery> deliverAll() {
        return account.webhooks().deliverAll();
    }

    /**
     * Delivers one event to every endpoint that wants it, whether it was delivered before, is held, or was lost.
     *
     * @param eventId the event's id
     * @return what was sent
     */
    public List<WebhookDelivery> deliver(String eventId) {
        return account.webhooks().deliver(eventId);
    }

    /**
     * Waits until every event that is due was sent.
     *
     * @param most how long, in the time of the machine
     * @return false when that was not enough
     */
    public boolean awaitWebhooks(Duration most) {
        return account.webhooks().awaitQuiet(most);
    }

    /**
     * Every attempt to deliver an event until now.
     *
     * @return in the order in which they ended
     */
    public List<WebhookDelivery> deliveries() {
        return account.webhooks().deliveries();
    }

    /**
     * Signs a payload as an event is signed, for requests that Stripe would not send.
     *
     * @param payload the body
     * @param secret the endpoint's secret
     * @param at the time that the signature says
     * @return the value of the header {@code Stripe-Signature}
     */
    public String sign(String payload, String secret, Instant at) {
        return Signatures.header(at.getEpochSecond(), payload, List.of(secret), false);
    }

    /**
     * Everything that happened, delivered or not; what happened in live mode comes after what happened in test mode, and
     * thin events come last.
     *
     * @return events, oldest first
     */
    public List<StripeEvent> events() {
        return operations.events();
    }

    /**
     * Sends an event of test mode that the fake does not cause itself, such as one of a subscription.
     *
     * @param type such as {@code invoice.paid}
     * @param objectJson the object that it is about
     * @return the event's id
     */
    public String send(String type, String objectJson) {
        return operations.send(type, objectJson, "", false);
    }

    /**
     * Sends an event of test mode that says it is about another account, which an application without connected accounts
     * should refuse.
     *
     * @param otherAccount such as {@code acct_…}
     * @param type such as {@code charge.refunded}
     * @param objectJson the object that it is about
     * @return the event's id
     */
    public String sendOfAccount(String otherAccount, String type, String objectJson) {
        return operations.send(type, objectJson, otherAccount, false);
    }

    /**
     * Sends an event of live mode.
     *
     * @param type such as {@code invoice.paid}
     * @param objectJson the object that it is about
     * @return the event's id
     */
    public String sendLive(String type, String objectJson) {
        return operations.send(type, objectJson, "", true);
    }

    /**
     * Sends a thin event of test mode: its payload has no details, they are fetched from {@code /v2/core/events}.
     *
     * @param type such as {@code v1.billing.meter.no_meter_found}
     * @param meter the id of the meter that it is about, or empty
     * @param dataJson its details
     * @return the event's id
     */
    public String sendThin(String type, String meter, String dataJson) {
        return operations.sendThin(type, meter, dataJson, false);
    }

    /**
     * Every attempt to take money.
     *
     * @return oldest first, those of test mode before those of live mode
     */
    public List<StripeCharge> charges() {
        return operations.charges();
    }

    /**
     * All money given back.
     *
     * @return oldest first, those of test mode before those of live mode
     */
    public List<StripeRefund> refunds() {
        return operations.refunds();
    }

    /**
     * The money that the account has of test mode: charges, less refunds and lost disputes. There are no fees.
     *
     * @param currency three letters
     * @return in the smallest unit of the currency as Stripe counts it
     */
    public long balance(String currency) {
        return operations.balance(currency.toLowerCase(Locale.ROOT), false);
    }

    /**
     * Every request to the API.
     *
     * @return in the order in which they were answered; the first 100,000
     */
    public List<StripeRequest> requests() {
        return server.requests();
    }

    /**
     * Any object as the API shows it.
     *
     * @param id its id
     * @return JSON
     */
    public String object(String id) {
        return operations.object(id);
    }

    /**
     * Plays the payer on the page of a checkout session.
     *
     * @param session the session's id
     * @param card a payment method or one of Stripe's tokens, such as {@code pm_card_visa}
     * @return empty, or what the page says because the card was declined; the session is open still then. With a card
     *     that the bank asks about it is open too, until {@link #authenticate}
     */
    public String completeCheckout(String session, String card) {
        return operations.pay(session, card);
    }

    /**
     * Plays the customer on the portal's page: saves a card and makes it the one for invoices.
     *
     * @param customer the customer's id
     * @param card a payment method or one of Stripe's tokens
     * @return empty, or what the page says because the card was declined
     */
    public String replaceCard(String customer, String card) {
        return operations.replaceCard(customer, card);
    }

    /**
     * Plays the payer on the bank's page.
     *
     * @param intent the id of a payment intent or set-up intent that has the status {@code requires_action}
     * @param agreed whether the payer agreed
     */
    public void authenticate(String intent, boolean agreed) {
        operations.authenticate(intent, agreed);
    }

    /**
     * Lets the bank refuse the next charge of a customer's card, whichever card that is, in words for which Stripe has no
     * test card that can be saved. Called more than once, it refuses as many charges, one after the other.
     *
     * @param customer the customer's id
     * @param declineCode one of <a href="https://docs.stripe.com/declines/codes">Stripe's decline codes</a>, such as
     *     {@code stolen_card}
     */
    public void refuseNextCharge(String customer, String declineCode) {
        operations.refuseNextCharge(customer, declineCode);
    }

    /**
     * Ends a bank debit that is under way.
     *
     * @param paymentIntent the id of a payment intent that has the status {@code processing}
     * @param paid whether the money came
     */
    public void settlePayment(String paymentIntent, boolean paid) {
        operations.settlePayment(paymentIntent, paid);
    }

    /**
     * Lets a refund arrive that was pending.
     *
     * @param refund the refund's id
     */
    public void settleRefund(String refund) {
        operations.settleRefund(refund, null);
    }

    /**
     * Lets a refund fail, although it may have said that it succeeded. The money is back on the balance.
     *
     * @param refund the refund's id
     * @param reason as Stripe names it, such as {@code expired_or_canceled_card}
     */
    public void failRefund(String refund, String reason) {
        operations.settleRefund(refund, reason);
    }

    /**
     * Lets the payer ask the bank for a payment back, which takes the money from the balance.
     *
     * @param charge the charge's id
     * @param reason as Stripe names it, such as {@code fraudulent}
     * @return the dispute's id
     */
    public String dispute(String charge, String reason) {
        return operations.dispute(charge, reason);
    }

    /**
     * Ends a dispute for the account, which gives the money back.
     *
     * @param dispute the dispute's id
     */
    public void winDispute(String dispute) {
        operations.decide(dispute, true);
    }

    /**
     * Ends a dispute for the payer.
     *
     * @param dispute the dispute's id
     */
    public void loseDispute(String dispute) {
        operations.decide(dispute, false);
    }

    /**
     * Plays the card network, which tells Stripe that a card was replaced by one with another expiry.
     *
     * @param paymentMethod the payment method's id
     * @param month from 1 to 12
     * @param year with four digits
     */
    public void updateCard(String paymentMethod, int month, int year) {
        operations.updateCard(paymentMethod, month, year);
    }

    /** Stops it; events that were not delivered are forgotten with everything else. */
    @Override
    public void close() {
        server.close();
        account.webhooks().close();
    }

    /** Describes a {@link FakeStripe}. */
    public static final class Builder {

        private final List<Webhook> webhooks = new ArrayList<>();
        private int port;
        private @Nullable Long seed;
        private InstantSource clock = InstantSource.system();
        private String apiVersion = API_VERSION;
        private boolean exactVersion;
        private @Nullable String apiKey;
        private @Nullable String accountId;
        private boolean documentedMinimums;
        private int requestsPerSecond;
        private int threads = 8;
        private int webhookThreads = 1;
        private Duration webhookTimeout = Duration.ofSeconds(10);

        private Builder() {}

        /**
         * Chooses the API's port.
         *
         * @param number from 1 to 65535, or 0 for a free one, which is the default
         * @return this
         */
        public Builder port(int number) {
            if (number < 0 || number > 65_535) {
                throw new IllegalArgumentException("A port is from 0 to 65535, but got " + number);
            }
            port = number;
            return this;
        }

        /**
         * Chooses the seed, to see the same ids, shuffles and faults by chance once more.
         *
         * @param number any; the default is random
         * @return this
         */
        public Builder seed(long number) {
            seed = number;
            return this;
        }

        /**
         * Chooses the time that it goes with.
         *
         * @param source the machine's by default
         * @return this
         */
        public Builder clock(InstantSource source) {
            clock = source;
            return this;
        }

        /**
         * Chooses the API version of its events.
         *
         * @param version such as {@link #API_VERSION}, the default
         * @return this
         */
        public Builder apiVersion(String version) {
            apiVersion = version;
            return this;
        }

        /**
         * Refuses requests with another {@code Stripe-Version} than its own; without this, any well-formed one goes.
         *
         * @return this
         */
        public Builder onlyThisVersion() {
            exactVersion = true;
            return this;
        }

        /**
         * Takes one secret key of test mode only; without this, any goes.
         *
         * @param secretKey such as {@code sk_test_…}
         * @return this
         */
        public Builder apiKey(String secretKey) {
            if (!secretKey.matches("(sk|rk)_test_[A-Za-z0-9_]+")) {
                throw new IllegalArgumentException(
                        "A secret key of test mode begins with sk_test_ or rk_test_, which the given one does not");
            }
            apiKey = secretKey;
            return this;
        }

        /**
         * Is that account.
         *
         * @param id {@code acct_…}; without this, one that is made of the seed, so another one each time
         * @return this
         */
        public Builder accountId(String id) {
            if (!id.matches("acct_[A-Za-z0-9]+")) {
                throw new IllegalArgumentException(
                        "An account's id begins with acct_, with letters and digits after it, but" + " got '" + id
                                + "'");
            }
            accountId = id;
            return this;
        }

        /**
         * Refuses amounts below Stripe's own minimums, such as 50 cents in USD; without this, 1 is enough.
         *
         * @return this
         */
        public Builder documentedMinimums() {
            documentedMinimums = true;
            return this;
        }

        /**
         * Answers 429 to more requests than that in a second of its clock.
         *
         * @param requests 1 or more; without this, any number goes
         * @return this
         */
        public Builder requestsPerSecond(int requests) {
            requestsPerSecond = positive(requests, "requests in a second");
            return this;
        }

        /**
         * Works on so many requests at once.
         *
         * @param number 1 or more, 8 by default
         * @return this
         */
        public Builder threads(int number) {
            threads = positive(number, "threads");
            return this;
        }

        /**
         * Delivers so many events at once, as Stripe does; with the default of 1 they keep their order.
         *
         * @param number 1 or more
         * @return this
         */
        public Builder webhookThreads(int number) {
            webhookThreads = positive(number, "threads for events");
            return this;
        }

        /**
         * Waits so long for the answer to an event.
         *
         * @param most above zero, 10 seconds by default
         * @return this
         */
        public Builder webhookTimeout(Duration most) {
            if (most.isNegative() || most.isZero()) {
                throw new IllegalArgumentException("A timeout is above zero, but got " + most);
            }
            webhookTimeout = most;
            return this;
        }

        /**
         * Registers an endpoint of test mode for all events.
         *
         * @param url where events are sent, on this machine
         * @param secrets what they are signed with, {@code whsec_…}
         * @return this
         */
        public Builder webhook(String url, String... secrets) {
            webhooks.add(new Webhook(url, List.of(secrets)));
            return this;
        }

        private static int positive(int number, String what) {
            if (number < 1) {
                throw new IllegalArgumentException("There is 1 of " + what + " at least, but got " + number);
            }
            return number;
        }

        /**
         * Starts it.
         *
         * @return a running one, for the caller to close
         */
        public FakeStripe start() {
            return new FakeStripe(this);
        }

        private Settings settings() {
            long drawn = seed == null ? new SecureRandom().nextLong() : seed;
            return new Settings(
                    port,
                    drawn,
                    clock,
                    apiVersion,
                    exactVersion,
                    apiKey,
                    accountId == null ? "acct_fake" + Long.toUnsignedString(drawn, 36) : accountId,
                    "US",
                    "usd",
                    documentedMinimums,
                    requestsPerSecond,
                    threads,
                    webhookThreads,
                    webhookTimeout);
        }
    }

    private record Webhook(String url, List<String> secrets) {}
}
