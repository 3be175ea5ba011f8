package io.tenancy.billing.stripe.client;

import com.stripe.Stripe;
import com.stripe.StripeClient;
import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.AuthenticationException;
import com.stripe.exception.CardException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.PermissionException;
import com.stripe.exception.RateLimitException;
import com.stripe.exception.StripeException;
import com.stripe.model.HasId;
import com.stripe.model.PaymentIntent;
import com.stripe.model.StripeCollection;
import com.stripe.net.RequestOptions;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.CustomerListParams;
import com.stripe.param.CustomerRetrieveParams;
import com.stripe.param.CustomerUpdateParams;
import com.stripe.param.DisputeListParams;
import com.stripe.param.PaymentIntentCreateParams;
import com.stripe.param.PaymentIntentListParams;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.RefundListParams;
import com.stripe.param.billing.MeterEventCreateParams;
import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.param.checkout.SessionRetrieveParams;
import io.tenancy.billing.stripe.client.StripeCallException.Kind;
import java.net.URI;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of Stripe that billing makes, each once; its library's own types stay in here. What is made is made with a key of
 * the caller, so that it is made once however often it is asked. Safe for many threads.
 */
public final class StripeCalls {

    /** Where Stripe's interface is. */
    public static final URI API = URI.create(Stripe.LIVE_API_BASE);

    /** Where Stripe takes usage. */
    public static final URI METER_EVENTS = URI.create(Stripe.METER_EVENTS_API_BASE);

    /** The version of the interface that is spoken; the endpoint for events is to have the same. */
    public static final String API_VERSION = Stripe.API_VERSION;

    private static final Logger LOG = LoggerFactory.getLogger(StripeCalls.class);
    private static final long PAGE = 100;
    private static final int TOO_MANY = 429;
    private static final int MISSING = 404;
    private static final int IN_USE = 409;
    private static final int FAILED = 500;

    private final StripeClient client;
    private final AccountCheck check;
    private final AtomicBoolean checked = new AtomicBoolean();

    /** Looks at which account the key is of, before anything else is asked with it. */
    @FunctionalInterface
    public interface AccountCheck {

        /**
         * Looks at it, once for each process that succeeds in it.
         *
         * @param account {@code acct_…}
         * @throws StripeCallException when nothing may be asked of that account
         */
        void check(String account);
    }

    /**
     * Calls with settings, of whatever account the key is of.
     *
     * @param settings where, and with which key
     */
    public StripeCalls(StripeSettings settings) {
        this(settings, account -> {});
        checked.set(true);
    }

    /**
     * Calls with settings.
     *
     * @param settings where, and with which key
     * @param check looks at the account before anything else is asked
     */
    public StripeCalls(StripeSettings settings, AccountCheck check) {
        this.check = check;
        client = StripeClient.builder()
                .setApiKey(settings.apiKey())
                .setApiBase(text(settings.apiBase()))
                .setMeterEventsBase(text(settings.meterEventsBase()))
                .setConnectTimeout(Math.toIntExact(settings.connectTimeout().toMillis()))
                .setReadTimeout(Math.toIntExact(settings.readTimeout().toMillis()))
                .setMaxNetworkRetries(settings.networkRetries())
                .setHttpClient(new RetryingClient())
                .build();
    }

    private static String text(URI base) {
        String text = base.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    // ---- customers

    /** Makes a customer. */
    public CustomerState createCustomer(String key, String name, @Nullable String email, Map<String, String> metadata) {
        CustomerCreateParams.Builder wanted = CustomerCreateParams.builder()
                .setName(name)
                .putAllMetadata(metadata)
                .addExpand(DEFAULT_METHOD);
        if (email != null) {
            wanted.setEmail(email);
        }
        return call("make a customer", () -> States.of(client.v1().customers().create(wanted.build(), keyed(key))));
    }

    private static final String DEFAULT_METHOD = "invoice_settings.default_payment_method";

    /** Looks a customer up. */
    public CustomerState customer(String id) {
        String what = "look up customer " + id;
        CustomerRetrieveParams withMethod =
                CustomerRetrieveParams.builder().addExpand(DEFAULT_METHOD).build();
        try {
            return call(what, () -> States.of(client.v1().customers().retrieve(id, withMethod)));
        } catch (StripeCallException refused) {
            if (refused.kind() != Kind.REFUSED) {
                throw refused;
            }
            // Of one that was deleted there is nothing to expand.
            CustomerState plain =
                    call(what, () -> States.of(client.v1().customers().retrieve(id)));
            if (!plain.deleted()) {
                throw refused;
            }
            return plain;
        }
    }

    /** Has a customer charged with something else from now on. */
    public CustomerState useForCustomer(String id, String paymentMethod) {
        CustomerUpdateParams wanted = CustomerUpdateParams.builder()
                .setInvoiceSettings(CustomerUpdateParams.InvoiceSettings.builder()
                        .setDefaultPaymentMethod(paymentMethod)
                        .build())
                .addExpand(DEFAULT_METHOD)
                .build();
        return call(
                "set what customer " + id + " is charged with",
                () -> States.of(client.v1().customers().update(id, wanted)));
    }

    /** Looks through customers that were made at a time or later, the newest first. */
    public void customers(Instant since, Consumer<CustomerState> each) {
        CustomerListParams wanted = CustomerListParams.builder()
                .setCreated(CustomerListParams.Created.builder()
                        .setGte(since.getEpochSecond())
                        .build())
                .setLimit(PAGE)
                .build();
        pages("list customers", () -> client.v1().customers().list(wanted), States::of, each);
    }

    /** When a payment method was made, which is when its number was typed. */
    public Instant paymentMethodMade(String id) {
        return call(
                "look up payment method " + id,
                () -> Instant.ofEpochSecond(
                        client.v1().paymentMethods().retrieve(id).getCreated()));
    }

    /** Whose a payment method is; empty where it is nobody's. */
    public Optional<String> customerOfPaymentMethod(String id) {
        return call(
                "look up payment method " + id,
                () -> Optional.ofNullable(
                        States.orNull(client.v1().paymentMethods().retrieve(id).getCustomer())));
    }

    /**
     * Looks through customers that were made in a stretch of time, both ends in it, the newest first, with what they are
     * charged with; until it is told to stop.
     */
    public void customersBetween(Instant from, Instant until, Predicate<CustomerState> goOn) {
        CustomerListParams wanted = CustomerListParams.builder()
                .setCreated(CustomerListParams.Created.builder()
                        .setGte(from.getEpochSecond())
                        .setLte(until.getEpochSecond())
                        .build())
                .setLimit(PAGE)
                .addExpand("data." + DEFAULT_METHOD)
                .build();
        pagesWhile("list customers", () -> client.v1().customers().list(wanted), States::of, goOn);
    }

    // ---- payments

    /** A payment to be made at once, without its payer. */
    public record Collection(
            String customer,
            String paymentMethod,
            long amount,
            String currency,
            String description,
            Map<String, String> metadata) {}

    /** Takes money. */
    public IntentState collect(String key, Collection wanted) {
        PaymentIntentCreateParams params = PaymentIntentCreateParams.builder()
                .setCustomer(wanted.customer())
                .setPaymentMethod(wanted.paymentMethod())
                .setAmount(wanted.amount())
                .setCurrency(wanted.currency().toLowerCase(Locale.ROOT))
                .setDescription(wanted.description())
                .putAllMetadata(wanted.metadata())
                .setConfirm(true)
                .setOffSession(true)
                .setAutomaticPaymentMethods(PaymentIntentCreateParams.AutomaticPaymentMethods.builder()
                        .setEnabled(true)
                        .setAllowRedirects(PaymentIntentCreateParams.AutomaticPaymentMethods.AllowRedirects.NEVER)
                        .build())
                .build();
        return call("take money", () -> States.of(client.v1().paymentIntents().create(params, keyed(key))));
    }

    /** Looks a payment up. */
    public IntentState intent(String id) {
        return call(
                "look up payment " + id,
                () -> States.of(client.v1().paymentIntents().retrieve(id)));
    }

    /** Looks through payments that were made at a time or later, the newest first. */
    public void intents(@Nullable String customer, Instant since, Consumer<IntentState> each) {
        PaymentIntentListParams.Builder wanted = PaymentIntentListParams.builder()
                .setCreated(PaymentIntentListParams.Created.builder()
                        .setGte(since.getEpochSecond())
                        .build())
                .setLimit(PAGE);
        if (customer != null) {
            wanted.setCustomer(customer);
        }
        pages("list payments", () -> client.v1().paymentIntents().list(wanted.build()), States::of, each);
    }

    /** Looks through payments that were made in a stretch of time, both ends in it, the newest first; until told to stop. */
    public void intentsBetween(Instant from, Instant until, Predicate<IntentState> goOn) {
        PaymentIntentListParams wanted = PaymentIntentListParams.builder()
                .setCreated(PaymentIntentListParams.Created.builder()
                        .setGte(from.getEpochSecond())
                        .setLte(until.getEpochSecond())
                        .build())
                .setLimit(PAGE)
                .build();
        pagesWhile("list payments", () -> client.v1().paymentIntents().list(wanted), States::of, goOn);
    }

    // ---- refunds and disputes

    /** Pays back. */
    public RefundState refund(String key, String intent, long amount, Map<String, String> metadata) {
        RefundCreateParams params = RefundCreateParams.builder()
                .setPaymentIntent(intent)
                .setAmount(amount)
                .putAllMetadata(metadata)
                .build();
        return call(
                "pay back payment " + intent,
                () -> States.of(client.v1().refunds().create(params, keyed(key))));
    }

    /** Looks a refund up. */
    public RefundState refund(String id) {
        return call(
                "look up refund " + id, () -> States.of(client.v1().refunds().retrieve(id)));
    }

    /** Looks through refunds: of a payment, or all that were made at a time or later, the newest first. */
    public void refunds(@Nullable String intent, @Nullable Instant since, Consumer<RefundState> each) {
        RefundListParams.Builder wanted = RefundListParams.builder().setLimit(PAGE);
        if (intent != null) {
            wanted.setPaymentIntent(intent);
        }
        if (since != null) {
            wanted.setCreated(RefundListParams.Created.builder()
                    .setGte(since.getEpochSecond())
                    .build());
        }
        pages("list refunds", () -> client.v1().refunds().list(wanted.build()), States::of, each);
    }

    /** Looks a dispute up. */
    public DisputeState dispute(String id) {
        return call(
                "look up dispute " + id, () -> States.of(client.v1().disputes().retrieve(id)));
    }

    /** Looks through disputes: of a payment, or all that were made at a time or later, the newest first. */
    public void disputes(@Nullable String intent, @Nullable Instant since, Consumer<DisputeState> each) {
        DisputeListParams.Builder wanted = DisputeListParams.builder().setLimit(PAGE);
        if (intent != null) {
            wanted.setPaymentIntent(intent);
        }
        if (since != null) {
            wanted.setCreated(DisputeListParams.Created.builder()
                    .setGte(since.getEpochSecond())
                    .build());
        }
        pages("list disputes", () -> client.v1().disputes().list(wanted.build()), States::of, each);
    }

    /** Looks through refunds that were made in a stretch of time, both ends in it, the newest first; until told to stop. */
    public void refundsBetween(Instant from, Instant until, Predicate<RefundState> goOn) {
        RefundListParams wanted = RefundListParams.builder()
                .setCreated(RefundListParams.Created.builder()
                        .setGte(from.getEpochSecond())
                        .setLte(until.getEpochSecond())
                        .build())
                .setLimit(PAGE)
                .build();
        pagesWhile("list refunds", () -> client.v1().refunds().list(wanted), States::of, goOn);
    }

    /** Looks through disputes that were made in a stretch of time, both ends in it, the newest first; until told to stop. */
    public void disputesBetween(Instant from, Instant until, Predicate<DisputeState> goOn) {
        DisputeListParams wanted = DisputeListParams.builder()
                .setCreated(DisputeListParams.Created.builder()
                        .setGte(from.getEpochSecond())
                        .setLte(until.getEpochSecond())
                        .build())
                .setLimit(PAGE)
                .build();
        pagesWhile("list disputes", () -> client.v1().disputes().list(wanted), States::of, goOn);
    }

    /** The payment of a charge; empty where it is of none. */
    public Optional<String> intentOfCharge(String id) {
        return call(
                "look up charge " + id,
                () -> Optional.ofNullable(
                        States.orNull(client.v1().charges().retrieve(id).getPaymentIntent())));
    }

    // ---- pages of Stripe

    /** Where Stripe sends people back to. */
    public record Ways(String success, String cancel) {}

    /** A page on which one payment is made, and what pays it is kept for later ones. */
    public record PayPage(
            String customer,
            long amount,
            String currency,
            String what,
            Map<String, String> metadata,
            Ways ways,
            Instant expiresAt) {}

    /** Opens a page on which one payment is made. */
    public SessionState openPayPage(String key, PayPage page) {
        SessionCreateParams params = SessionCreateParams.builder()
                .setMode(SessionCreateParams.Mode.PAYMENT)
                .setCustomer(page.customer())
                .setSuccessUrl(page.ways().success())
                .setCancelUrl(page.ways().cancel())
                .setExpiresAt(page.expiresAt().getEpochSecond())
                .putAllMetadata(page.metadata())
                .setPaymentIntentData(SessionCreateParams.PaymentIntentData.builder()
                        .putAllMetadata(page.metadata())
                        .setDescription(page.what())
                        .setSetupFutureUsage(SessionCreateParams.PaymentIntentData.SetupFutureUsage.OFF_SESSION)
                        .build())
                .addLineItem(SessionCreateParams.LineItem.builder()
                        .setQuantity(1L)
                        .setPriceData(SessionCreateParams.LineItem.PriceData.builder()
                                .setCurrency(page.currency().toLowerCase(Locale.ROOT))
                                .setUnitAmount(page.amount())
                                .setProductData(SessionCreateParams.LineItem.PriceData.ProductData.builder()
                                        .setName(page.what())
                                        .build())
                                .build())
                        .build())
                .build();
        return call(
                "open a page for a payment",
                () -> States.of(client.v1().checkout().sessions().create(params, keyed(key))));
    }

    /** Opens a page on which something to be charged with is left. */
    public SessionState openSavePage(
            String key, String customer, String currency, Map<String, String> metadata, Ways ways) {
        SessionCreateParams params = SessionCreateParams.builder()
                .setMode(SessionCreateParams.Mode.SETUP)
                .setCustomer(customer)
                .setCurrency(currency.toLowerCase(Locale.ROOT))
                .setSuccessUrl(ways.success())
                .setCancelUrl(ways.cancel())
                .putAllMetadata(metadata)
                .setSetupIntentData(SessionCreateParams.SetupIntentData.builder()
                        .putAllMetadata(metadata)
                        .build())
                .build();
        return call(
                "open a page for a card",
                () -> States.of(client.v1().checkout().sessions().create(params, keyed(key))));
    }

    /** Looks a page up, with what was left on it. */
    public SessionState session(String id) {
        SessionRetrieveParams params = SessionRetrieveParams.builder()
                .addExpand("setup_intent")
                .addExpand("payment_intent")
                .build();
        return call(
                "look up page " + id,
                () -> States.of(client.v1().checkout().sessions().retrieve(id, params)));
    }

    /** Closes a page; refused when it is not open any more. */
    public SessionState closeSession(String id) {
        return call(
                "close page " + id,
                () -> States.of(client.v1().checkout().sessions().expire(id)));
    }

    /** Opens the page on which a customer changes what it is charged with. */
    public URI openPortal(String customer, String back) {
        var params = com.stripe.param.billingportal.SessionCreateParams.builder()
                .setCustomer(customer)
                .setReturnUrl(back)
                .build();
        return call(
                "open the page of customer " + customer,
                () -> URI.create(
                        client.v1().billingPortal().sessions().create(params).getUrl()));
    }

    // ---- usage

    /**
     * Tells usage; told again within a day with the same id, it counts once.
     *
     * @param id names it, at most 100 characters
     * @param meter name of the meter's events
     * @param customer whose
     * @param value how much, a whole number or a decimal one
     * @param at when, at most 35 days ago and 5 minutes ahead
     */
    public void tellUsage(String id, String meter, String customer, String value, Instant at) {
        MeterEventCreateParams params = MeterEventCreateParams.builder()
                .setEventName(meter)
                .setIdentifier(id)
                .setTimestamp(at.getEpochSecond())
                .putPayload("stripe_customer_id", customer)
                .putPayload("value", value)
                .build();
        var unused = call(
                "tell usage",
                () -> client.v1().billing().meterEvents().create(params).getIdentifier());
    }

    // ---- how all of them are made

    private static RequestOptions keyed(String key) {
        return RequestOptions.builder().setIdempotencyKey(key).build();
    }

    /** A call of the library. */
    @FunctionalInterface
    private interface Call<T> {
        T make() throws StripeException;
    }

    private <T extends HasId, S> void pages(
            String what, Call<StripeCollection<T>> first, Function<T, S> read, Consumer<S> each) {
        pagesWhile(what, first, read, state -> {
            each.accept(state);
            return true;
        });
    }

    private <T extends HasId, S> void pagesWhile(
            String what, Call<StripeCollection<T>> first, Function<T, S> read, Predicate<S> goOn) {
        Iterable<T> all = call(what, first).autoPagingIterable();
        var next = all.iterator();
        // The library throws its own when a page cannot be read, unchecked and wrapped.
        while (true) {
            S state;
            try {
                if (!next.hasNext()) {
                    return;
                }
                state = read.apply(next.next());
            } catch (StripeCallException known) {
                throw known;
            } catch (RuntimeException failure) {
                throw failure.getCause() instanceof StripeException cause ? told(what, cause) : failure;
            }
            if (!goOn.test(state)) {
                return;
            }
        }
    }

    /**
     * Looks at which account the key is of, unless that was looked at before; each call does that by itself. To be called before
     * what is known of customers is read, as they may be of another account.
     *
     * @throws StripeCallException when nothing may be asked of that account, or it is not told now
     */
    public void requireAccount() {
        if (!checked.get()) {
            checkAccount();
            checked.set(true);
        }
    }

    private <T> T call(String what, Call<T> call) {
        requireAccount();
        return ask(what, call);
    }

    // What is to be asked was not asked yet, so whatever goes wrong here, nothing of it was done.
    private void checkAccount() {
        String account;
        try {
            account = ask(
                    "tell which account the key is of",
                    () -> client.v1().accounts().retrieveCurrent().getId());
        } catch (StripeCallException failure) {
            if (failure.kind() != Kind.NOT_ALLOWED) {
                throw new StripeCallException(Kind.BUSY, failure.code(), null, message(failure), failure);
            }
            if (failure.getCause() instanceof PermissionException) {
                LOG.warn(
                        "The key of Stripe may not look at its account, so it is not known whether it is the same account as"
                                + " before. Let the restricted key read accounts.",
                        failure);
                return;
            }
            throw failure;
        }
        check.check(account);
    }

    private static String message(StripeCallException failure) {
        return String.valueOf(failure.getMessage());
    }

    private static <T> T ask(String what, Call<T> call) {
        try {
            return call.make();
        } catch (StripeException failure) {
            throw told(what, failure);
        } catch (RuntimeException unreadable) {
            // Its library fails in its own ways on answers that are not as it expects.
            throw new StripeCallException(
                    Kind.UNKNOWN,
                    "unreadable_answer",
                    null,
                    "Stripe was asked to " + what
                            + " and answered what cannot be read; it is asked again with the same key.",
                    unreadable);
        }
    }

    private static StripeCallException told(String what, StripeException failure) {
        var error = failure.getStripeError();
        PaymentIntent intent = error == null ? null : error.getPaymentIntent();
        Kind kind = kind(failure);
        return new StripeCallException(
                kind,
                code(failure),
                intent == null ? null : intent.getId(),
                "Stripe was asked to " + what + " and said (" + status(failure) + ", request " + failure.getRequestId()
                        + "): " + failure.getMessage() + ". " + advice(kind),
                failure);
    }

    private static String status(StripeException failure) {
        Integer status = failure.getStatusCode();
        return status == null || status == 0 ? "no status" : "status " + status;
    }

    private static String advice(Kind kind) {
        return switch (kind) {
            case REFUSED -> "Asked again, it would say the same.";
            case MISSING -> "It is not there for this key; test and live mode have things of their own.";
            case DECLINED -> "The bank said no.";
            case BUSY -> "Nothing was done by this; it is asked again later.";
            case FAILED -> "Whether it was done is not known; it is looked for before it is asked again.";
            case UNKNOWN -> "Whether it was done is not known; it is asked again with the same key.";
            case NOT_ALLOWED -> "Check the API key and what it may do.";
        };
    }

    private static String code(StripeException failure) {
        if (failure instanceof CardException card && card.getDeclineCode() != null) {
            return card.getDeclineCode();
        }
        String code = failure.getCode();
        return code == null ? "unknown" : code;
    }

    private static Kind kind(StripeException failure) {
        if (failure instanceof CardException) {
            return Kind.DECLINED;
        }
        if (failure instanceof ApiConnectionException unconnected) {
            // Only what was never sent is known not to have been done.
            return RetryingClient.isNeverSent(unconnected) ? Kind.BUSY : Kind.UNKNOWN;
        }
        Integer status = failure.getStatusCode();
        if (failure instanceof RateLimitException || (status != null && (status == TOO_MANY || status == IN_USE))) {
            return Kind.BUSY;
        }
        if (failure instanceof AuthenticationException || failure instanceof PermissionException) {
            return Kind.NOT_ALLOWED;
        }
        if (failure instanceof IdempotencyException) {
            return Kind.REFUSED;
        }
        if (failure instanceof InvalidRequestException) {
            return status != null && status == MISSING ? Kind.MISSING : Kind.REFUSED;
        }
        return status != null && status >= FAILED ? Kind.FAILED : Kind.UNKNOWN;
    }
}
