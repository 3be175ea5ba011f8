package io.tenancy.plugins.kit;

import io.tenancy.plugins.sandbox.PluginResult;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What a sample is to answer: an output, or {@code {"error": {"code", "message"}}}, of which the message may be left out. */
final class SampleExpectation {

    private SampleExpectation() {}

    static boolean isError(JsonNode expected) {
        return expected.isObject()
                && expected.size() == 1
                && expected.path("error").path("code").isString();
    }

    /** How a result differs from what is expected. */
    static Optional<String> difference(JsonNode expected, PluginResult result) {
        String found = result.output() == null ? error(result) : Objects.requireNonNull(result.output());
        JsonNode answered = KitJson.read(found);
        boolean same =
                isError(expected) ? sameError(expected, result, answered) : sameOutput(expected, result, answered);
        return same ? Optional.empty() : Optional.of("expected " + expected + " but it answered " + answered);
    }

    private static boolean sameOutput(JsonNode expected, PluginResult result, JsonNode answered) {
        return result.output() != null && KitJson.same(expected, answered);
    }

    private static boolean sameError(JsonNode expected, PluginResult result, JsonNode answered) {
        if (result.output() != null) {
            return false;
        }
        return expected.path("error").has("message")
                ? expected.equals(answered)
                : expected.path("error")
                        .path("code")
                        .equals(answered.path("error").path("code"));
    }

    private static String error(PluginResult result) {
        PluginResult.PluginError error = Objects.requireNonNull(result.error());
        return "{\"error\":{\"code\":" + KitJson.write(error.code()) + ",\"message\":" + KitJson.write(error.message())
                + "}}";
    }
}
