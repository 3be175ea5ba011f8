package io.tenancy.test.stripe.internal;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;

/** URLs that are given to the fake. */
final class Urls {

    private Urls() {}

    /** Only what a browser may be sent to; a script is no URL. Stripe's placeholder is in braces, which no URL has. */
    static void check(Params params, String name) {
        params.text(name).ifPresent(url -> {
            try {
                URI parsed = new URI(url.replace("{CHECKOUT_SESSION_ID}", "cs"));
                if (isWeb(parsed)) {
                    return;
                }
            } catch (URISyntaxException e) {
                throw invalid(params.full(name), String.valueOf(e.getMessage()));
            }
            throw invalid(params.full(name), "it must begin with http:// or https:// and name a host");
        });
    }

    private static boolean isWeb(URI url) {
        return url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()));
    }

    private static ApiError invalid(String param, String why) {
        return ApiError.invalid("url_invalid", "Not a valid URL: " + why + ".", param);
    }

    /** A fake sends to its own machine only, lest the events of a test reach somebody. */
    static void checkOwnMachine(String url) {
        try {
            URI parsed = new URI(url);
            if (!isWeb(parsed)) {
                throw invalid("url", "it must begin with http:// or https:// and name a host");
            }
            if (!InetAddress.getByName(parsed.getHost()).isLoopbackAddress()) {
                throw invalid(
                        "url", "the fake Stripe sends events to the own machine only, not to " + parsed.getHost());
            }
        } catch (URISyntaxException | UnknownHostException e) {
            throw invalid("url", String.valueOf(e.getMessage()));
        }
    }
}
