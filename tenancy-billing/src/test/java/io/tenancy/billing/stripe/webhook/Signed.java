package io.tenancy.billing.stripe.webhook;

import com.stripe.net.Webhook;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Events as Stripe sends them, signed by Stripe's own library. */
final class Signed {

    static final String SECRET = "whsec_right";
    static final String OLD_SECRET = "whsec_older";
    static final String JSON = "application/json; charset=utf-8";

    private Signed() {}

    static String header(Instant at, String body, String... secrets) {
        return "t=" + at.getEpochSecond() + ","
                + Arrays.stream(secrets)
                        .map(secret -> "v1=" + digest(at, body, secret))
                        .collect(Collectors.joining(","));
    }

    static String digest(Instant at, String body, String secret) {
        try {
            return Webhook.Util.computeHmacSha256(secret, at.getEpochSecond() + "." + body);
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException(failure);
        }
    }

    static WebhookRequest request(Instant at, String body, String... secrets) {
        return request(header(at, body, secrets), body);
    }

    static WebhookRequest request(@Nullable String header, String body) {
        return WebhookRequest.of(JSON, null, header, body.getBytes(StandardCharsets.UTF_8));
    }

    /** A snapshot event about an object. */
    static String event(String id, String type, String kind, String object) {
        return event(id, type, kind, object, "");
    }

    /** The same with more fields of the object, such as {@code , "customer": "cus_1"}. */
    static String event(String id, String type, String kind, String object, String more) {
        return """
                {"id": "%s", "object": "event", "api_version": "2026-07-29.dahlia", "created": 1768035600,
                 "livemode": false, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null},
                 "type": "%s", "data": {"object": {"id": "%s", "object": "%s"%s}}}""".formatted(id, type, object, kind, more);
    }

    static String thin(String id, String type, String related) {
        return """
                {"id": "%s", "object": "v2.core.event", "type": "%s", "livemode": false,
                 "created": "2026-01-10T08:59:59.123Z", "context": null, "reason": null, "related_object": %s}""".formatted(id, type, related);
    }
}
