package io.tenancy.billing.stripe.webhook;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * What came in over HTTP, before anything is believed of it.
 *
 * @param contentType the header {@code Content-Type}; null where there is none
 * @param contentEncoding the header {@code Content-Encoding}; null where there is none
 * @param signature the header {@code Stripe-Signature}; null where there is none
 * @param contentLength the header {@code Content-Length}; -1 where there is none
 * @param body the bytes as they came: nothing may have parsed, decoded or unpacked them. It is read by whom this is given to,
 *     as far as it is allowed to be long, and is not closed
 */
public record WebhookRequest(
        @Nullable String contentType,
        @Nullable String contentEncoding,
        @Nullable String signature,
        long contentLength,
        InputStream body) {

    /**
     * A request whose body was read already.
     *
     * @param contentType the header {@code Content-Type}; null where there is none
     * @param contentEncoding the header {@code Content-Encoding}; null where there is none
     * @param signature the header {@code Stripe-Signature}; null where there is none
     * @param body all its bytes as they came
     * @return the request
     */
    public static WebhookRequest of(
            @Nullable String contentType, @Nullable String contentEncoding, @Nullable String signature, byte[] body) {
        return new WebhookRequest(contentType, contentEncoding, signature, body.length, new ByteArrayInputStream(body));
    }
}
