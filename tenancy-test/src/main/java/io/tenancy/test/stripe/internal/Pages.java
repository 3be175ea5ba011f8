package io.tenancy.test.stripe.internal;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The pages that a payer sees. */
final class Pages {

    void answer(HttpExchange exchange) throws IOException {
        byte[] body = "Not here.".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(404, body.length);
        exchange.getResponseBody().write(body);
    }
}
