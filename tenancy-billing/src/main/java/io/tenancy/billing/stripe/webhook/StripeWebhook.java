package io.tenancy.billing.stripe.webhook;

import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where Stripe's events come in, for any kind of HTTP server: nothing is believed that Stripe did not sign, and what it signed
 * is stored in one transaction before it is answered with 200. What it means is worked out later, see {@link StripeInbox}. The
 * endpoint needs no tenant, no session and no token against forgery of requests: the signature is all there is. Safe for many
 * threads and many nodes.
 */
public final class StripeWebhook {

    /** How long a body may be, in bytes; Stripe's are of some kilobytes. */
    public static final int LONGEST_BODY = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(StripeWebhook.class);
    private static final Duration LOGGED_EVERY = Duration.ofMinutes(1);

    // Parameters of application/json have no meaning, but some clients name the only encoding there is.
    private static final Pattern JSON = Pattern.compile("application/json\\s*(;\\s*charset\\s*=\\s*\"?utf-8\"?\\s*)?");

    private static final WebhookAnswer STORED = new WebhookAnswer(200, "stored");
    private static final WebhookAnswer KNOWN = new WebhookAnswer(200, "known already");
    private static final WebhookAnswer NOT_JSON =
            new WebhookAnswer(415, "the body must be application/json in UTF-8, neither packed nor encoded");
    private static final WebhookAnswer TOO_LONG =
            new WebhookAnswer(413, "the body must not be longer than " + LONGEST_BODY + " bytes");
    private static final WebhookAnswer HALF = new WebhookAnswer(400, "the body could not be read to its end");
    private static final WebhookAnswer NO_SIGNATURE =
            new WebhookAnswer(400, "the header Stripe-Signature is missing or cannot be read");
    private static final WebhookAnswer FORGED = new WebhookAnswer(400, "no signature fits the body");
    private static final WebhookAnswer NOT_NOW = new WebhookAnswer(
            400, "it was signed more than " + StripeSignature.TOLERANCE.toSeconds() + " seconds before or after now");
    private static final WebhookAnswer NO_EVENT = new WebhookAnswer(400, "the body is no event");
    private static final WebhookAnswer NO_SECRET =
            new WebhookAnswer(503, "this endpoint has no secret yet; send it again later");
    private static final WebhookAnswer UNAVAILABLE =
            new WebhookAnswer(503, "it could not be stored; send it again later");

    private final ControlTransactions database;
    private final InstantSource clock;
    private final Runnable onStored;
    private volatile StripeSettings settings;
    private final LongAdder stored = new LongAdder();
    private final LongAdder known = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Map<WebhookAnswer, Instant> loggedAt = new ConcurrentHashMap<>();

    /**
     * An endpoint.
     *
     * @param database the control database; what takes in events should have connections of its own, so that it never waits
     *     for what works
     * @param settings secrets, mode and account
     * @param clock tells the time, by which old signatures are refused
     * @param onStored run after an event was stored that is to be worked through, such as to wake who does; must be quick and
     *     must not throw
     */
    public StripeWebhook(
            ControlTransactions database, StripeSettings settings, InstantSource clock, Runnable onStored) {
        this.database = database;
        this.settings = settings;
        this.clock = clock;
        this.onStored = onStored;
    }

    /**
     * Replaces the secrets of the endpoint from the next event on. While one is rotated, give both: Stripe signs with both
     * until the old one expires.
     *
     * @param secrets {@code whsec_…}; with none, every event is answered with 503
     * @throws IllegalArgumentException when one of them is none
     */
    public void useSecrets(List<String> secrets) {
        settings = settings.withWebhookSecrets(secrets);
    }

    /**
     * What came in since this was made.
     *
     * @param stored events that were new
     * @param known events that were there already
     * @param refused what was answered with 400, 413 and 415
     * @param failed what was answered with 503
     */
    public record Tally(long stored, long known, long refused, long failed) {}

    /**
     * What came in on this node.
     *
     * @return since this was made
     */
    public Tally tally() {
        return new Tally(stored.sum(), known.sum(), refused.sum(), failed.sum());
    }

    /**
     * Takes in what may be an event. Never throws because of what it is given or because of the database.
     *
     * @param request what came in
     * @return what to answer
     */
    public WebhookAnswer receive(WebhookRequest request) {
        StripeSettings current = settings;
        WebhookAnswer answer;
        try {
            answer = answer(request, current);
        } catch (BillingUnavailableException away) {
            answer = UNAVAILABLE;
            logSeldom(answer, "An event of Stripe could not be stored; Stripe is told to send it again", away);
        } catch (RuntimeException failure) {
            answer = UNAVAILABLE;
            logSeldom(answer, "An event of Stripe could not be taken in; Stripe is told to send it again", failure);
        }
        count(answer);
        return answer;
    }

    private void count(WebhookAnswer answer) {
        if (answer.taken()) {
            (answer.equals(KNOWN) ? known : stored).increment();
        } else if (answer.status() == UNAVAILABLE.status()) {
            failed.increment();
        } else {
            refused.increment();
            logSeldom(
                    answer,
                    "What came in as an event of Stripe is answered with " + answer.status() + ": " + answer.text(),
                    null);
        }
    }

    private WebhookAnswer answer(WebhookRequest request, StripeSettings current) {
        if (current.webhookSecrets().isEmpty()) {
            logSeldom(
                    NO_SECRET,
                    "An event of Stripe came in, but no secret of the endpoint is set, so it is not known whether it is"
                            + " Stripe's; all are answered with 503. Set webhookSecrets of StripeSettings to the 'whsec_…' of"
                            + " the endpoint in Stripe's dashboard",
                    null);
            return NO_SECRET;
        }
        if (!isPlainJson(request)) {
            return NOT_JSON;
        }
        StripeSignature signature = StripeSignature.read(request.signature());
        if (signature == null) {
            return NO_SIGNATURE;
        }
        if (request.contentLength() > LONGEST_BODY) {
            return TOO_LONG;
        }
        byte[] body;
        try {
            // One more tells that there is more.
            body = request.body().readNBytes(LONGEST_BODY + 1);
        } catch (IOException cut) {
            return HALF;
        }
        if (body.length > LONGEST_BODY) {
            return TOO_LONG;
        }
        return signed(signature, body, current);
    }

    private static boolean isPlainJson(WebhookRequest request) {
        String type = request.contentType();
        String encoding = request.contentEncoding();
        return type != null
                && JSON.matcher(type.strip().toLowerCase(Locale.ROOT)).matches()
                && (encoding == null || encoding.strip().equalsIgnoreCase("identity"));
    }

    private WebhookAnswer signed(StripeSignature signature, byte[] body, StripeSettings current) {
        if (!signature.isOf(body, current.webhookSecrets())) {
            return FORGED;
        }
        Instant now = clock.instant();
        if (!signature.isOfAbout(now)) {
            logSeldom(
                    NOT_NOW,
                    "An event that Stripe signed at " + signature.at() + " was refused, because it is " + now
                            + " here: either somebody sent it a second time, or the clock of this machine is wrong",
                    null);
            return NOT_NOW;
        }
        ReceivedEvent event = ReceivedEvent.read(body);
        return event == null ? NO_EVENT : store(event, current);
    }

    private WebhookAnswer store(ReceivedEvent event, StripeSettings current) {
        Optional<Stored> isNew = database.transact("store an event of Stripe", transaction -> {
            Stored first = first(transaction, event, current);
            return insert(transaction, event, first.state(), first.note()) ? Optional.of(first) : Optional.empty();
        });
        if (isNew.isEmpty()) {
            return KNOWN;
        }
        Stored outcome = isNew.get();
        if (outcome.state() == EventState.PARKED) {
            LOG.warn("Stripe's event {} ({}) is parked: {}", event.id(), event.type(), outcome.note());
        }
        if (outcome.state() == EventState.WAITING) {
            wake();
        }
        return STORED;
    }

    /** How an event is stored. */
    private record Stored(EventState state, @Nullable String note) {}

    private static Stored first(Transaction transaction, ReceivedEvent event, StripeSettings current)
            throws SQLException {
        String strange = Addressee.strangeAtIntake(transaction, event.livemode(), event.account(), current);
        if (strange != null) {
            return new Stored(EventState.PARKED, strange);
        }
        return Reaction.to(event.type()) == Reaction.NONE
                ? new Stored(EventState.DONE, StripeInbox.NO_INTEREST)
                : new Stored(EventState.WAITING, null);
    }

    // What is stored is stored, whoever sleeps.
    private void wake() {
        try {
            onStored.run();
        } catch (RuntimeException failure) {
            LOG.error("Who works through Stripe's events could not be woken; it looks by itself later", failure);
        }
    }

    private static boolean insert(Transaction transaction, ReceivedEvent event, EventState state, @Nullable String note)
            throws SQLException {
        boolean waits = state == EventState.WAITING;
        return Sql.update(
                        transaction.connection(),
                        "insert into stripe_event (id, type, object_kind, object, customer, account, livemode,"
                                + " api_version, created_at, received_at, body, state, note, waits_since, next_at, ended_at)"
                                + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing",
                        event.id(),
                        event.type(),
                        event.kind(),
                        event.object(),
                        event.customer(),
                        event.account(),
                        event.livemode(),
                        event.apiVersion(),
                        event.createdAt(),
                        transaction.recordedAt(),
                        event.body(),
                        state.name(),
                        note,
                        transaction.recordedAt(),
                        waits ? transaction.recordedAt() : null,
                        waits ? null : transaction.recordedAt())
                == 1;
    }

    // Anybody can make these happen as often as they like; the log is not to be filled by it.
    private void logSeldom(WebhookAnswer answer, String message, @Nullable RuntimeException failure) {
        Instant now = clock.instant();
        Instant next =
                loggedAt.merge(answer, now, (last, ours) -> ours.isBefore(last.plus(LOGGED_EVERY)) ? last : ours);
        if (next.equals(now)) {
            LOG.warn("{} (said at most once a minute)", message, failure);
        }
    }
}
