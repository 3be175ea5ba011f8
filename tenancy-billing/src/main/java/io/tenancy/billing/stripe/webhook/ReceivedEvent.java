package io.tenancy.billing.stripe.webhook;

import io.tenancy.billing.internal.JsonObject;
import io.tenancy.billing.stripe.object.ObjectKind;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An event as its body has it. Of what it is about only the names are read; the rest is looked up.
 *
 * @param id {@code evt_…}
 * @param type such as {@code payment_intent.succeeded}
 * @param kind Stripe's word for what it is about, or for what is looked up instead; null where it is about nothing
 * @param object the id of that
 * @param customer whose that is; null where it does not say
 * @param account a connected account; null for the key's own
 * @param livemode whether it is about real money
 * @param apiVersion in which it is written; null for thin events, which have none
 * @param createdAt when it was made at Stripe
 * @param body all of it
 */
record ReceivedEvent(
        String id,
        String type,
        @Nullable String kind,
        @Nullable String object,
        @Nullable String customer,
        @Nullable String account,
        boolean livemode,
        @Nullable String apiVersion,
        Instant createdAt,
        String body) {

    private static final Pattern ID = Pattern.compile("evt_[A-Za-z0-9_]{1,250}");
    // Some of Stripe's have brackets, such as v2.core.account[requirements].updated.
    private static final Pattern TYPE = Pattern.compile("[a-z0-9_.\\[\\]]{1,200}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,255}");
    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");
    private static final String SNAPSHOT = "event";
    private static final String THIN = "v2.core.event";

    /** Null for what is no event. */
    static @Nullable ReceivedEvent read(byte[] bytes) {
        String body = text(bytes);
        JsonObject json = body == null ? null : JsonObject.read(body);
        if (body == null || json == null) {
            return null;
        }
        String id = json.text("id");
        String type = json.text("type");
        Boolean livemode = json.flag("livemode");
        Instant createdAt = instant(json);
        if (id == null
                || !ID.matcher(id).matches()
                || type == null
                || !TYPE.matcher(type).matches()
                || livemode == null
                || createdAt == null) {
            return null;
        }
        String object = json.text("object");
        if (THIN.equals(object)) {
            return new ReceivedEvent(
                    id,
                    type,
                    name(json.text("related_object", "type")),
                    name(json.text("related_object", "id")),
                    null,
                    accountOf(json.text("context")),
                    livemode,
                    null,
                    createdAt,
                    body);
        }
        if (!SNAPSHOT.equals(object)) {
            return null;
        }
        return snapshot(json, id, type, livemode, createdAt, body);
    }

    private static ReceivedEvent snapshot(
            JsonObject json, String id, String type, boolean livemode, Instant createdAt, String body) {
        String kind = name(json.text("data", "object", "object"));
        String object = name(json.text("data", "object", "id"));
        String customer = name(json.text("data", "object", "customer"));
        if (customer == null) {
            // What was taken off a customer is nobody's by now; the event says whose it was.
            customer = name(json.text("data", "previous_attributes", "customer"));
        }
        String word = ObjectKind.CUSTOMER.word();
        if (word.equals(kind)) {
            customer = object;
        } else if (isOfCustomer(type)) {
            // It is the customer that has them, so that many of these events need one look-up.
            kind = customer == null ? kind : word;
            object = customer == null ? object : customer;
        }
        return new ReceivedEvent(
                id,
                type,
                kind,
                object,
                customer,
                name(json.text("account")),
                livemode,
                name(json.text("api_version")),
                createdAt,
                body);
    }

    private static boolean isOfCustomer(String type) {
        return type.startsWith("payment_method.") || type.equals("setup_intent.succeeded");
    }

    private static @Nullable String text(byte[] bytes) {
        try {
            // Unlike new String, this refuses what is no UTF-8 instead of replacing it.
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException malformed) {
            return null;
        }
    }

    private static @Nullable Instant instant(JsonObject json) {
        OptionalLong seconds = json.number("created");
        String text = json.text("created");
        try {
            if (seconds.isEmpty() && text == null) {
                return null;
            }
            Instant instant = text == null ? Instant.ofEpochSecond(seconds.getAsLong()) : Instant.parse(text);
            // No other one is Stripe's, and not every one can be kept by the database.
            return instant.isBefore(Instant.EPOCH) || instant.isAfter(LATEST) ? null : instant;
        } catch (DateTimeException malformed) {
            return null;
        }
    }

    private static @Nullable String name(@Nullable String value) {
        return value == null || !NAME.matcher(value).matches() ? null : value;
    }

    // Of an organisation it is a path, whose end is the account.
    private static @Nullable String accountOf(@Nullable String context) {
        return context == null ? null : name(context.substring(context.lastIndexOf('/') + 1));
    }
}
