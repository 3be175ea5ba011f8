package io.tenancy.test.stripe.internal;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An answer of Stripe's that is an error: its status, and the object under {@code error} in its body. */
public final class ApiError extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final transient ObjectNode error;

    private ApiError(int status, String type, @Nullable String code, String message, @Nullable String param) {
        super(message);
        this.status = status;
        error = JsonNodeFactory.instance.objectNode();
        if (code != null) {
            error.put("code", code);
            error.put("doc_url", "https://stripe.com/docs/error-codes/" + code.replace('_', '-'));
        }
        error.put("message", message);
        if (param != null) {
            error.put("param", param);
        }
        error.put("type", type);
    }

    static ApiError invalid(String message, @Nullable String param) {
        return new ApiError(400, "invalid_request_error", null, message, param);
    }

    static ApiError invalid(String code, String message, @Nullable String param) {
        return new ApiError(400, "invalid_request_error", code, message, param);
    }

    static ApiError missing(String kind, String id, String param, String hint) {
        return missing(404, kind, id, param, hint);
    }

    /** Of a list that is asked for by something: nothing is there of that id. */
    static ApiError missingInFilter(String kind, String id, String param, String hint) {
        return missing(400, kind, id, param, hint);
    }

    private static ApiError missing(int status, String kind, String id, String param, String hint) {
        String noun = switch (kind) {
            case "payment_method" -> "PaymentMethod";
            case "checkout.session" -> "checkout.session";
            default -> kind.replace("billing.", "").replace("test_helpers.", "");
        };
        return new ApiError(
                status,
                "invalid_request_error",
                "resource_missing",
                "No such " + noun + ": '" + id + "'" + hint,
                param);
    }

    static ApiError missingParameter(String name) {
        return invalid("parameter_missing", "Missing required param: " + name + ".", name);
    }

    static ApiError card(String code, @Nullable String declineCode, String message) {
        ApiError error = new ApiError(402, "card_error", code, message, null);
        if (declineCode != null) {
            error.error.put("decline_code", declineCode);
        }
        return error;
    }

    static ApiError of(int status, String type, @Nullable String code, String message) {
        return new ApiError(status, type, code, message, null);
    }

    /** What Stripe says with a status that has nothing to do with the request itself. */
    static ApiError ofStatus(int status) {
        return switch (status) {
            case 401 -> of(401, "invalid_request_error", null, "Invalid API Key provided.");
            case 403 ->
                of(403, "invalid_request_error", null, "The API key doesn't have permissions for this request.");
            case 409 ->
                of(
                        409,
                        "invalid_request_error",
                        "lock_timeout",
                        "This object cannot be accessed right now because another API request or Stripe process is"
                                + " currently accessing it.");
            case 429 -> of(429, "invalid_request_error", "rate_limit", "Request rate limit exceeded.");
            default ->
                of(
                        status,
                        "api_error",
                        null,
                        String.format(
                                Locale.ROOT,
                                "An unknown error occurred (%d). The fake Stripe was told to answer so.",
                                status));
        };
    }

    ApiError with(String field, JsonNode value) {
        error.set(field, value);
        return this;
    }

    int status() {
        return status;
    }

    ObjectNode error() {
        return error;
    }

    ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("error", error);
        return body;
    }

    /** Whether Stripe had begun to carry the request out, so that the answer is kept for its idempotency key. */
    boolean isKept() {
        return status == 402 || status == 500;
    }
}
