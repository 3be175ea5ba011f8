package io.tenancy.test.stripe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Requests as no client of Stripe's would make them. Redirects are not followed. */
final class Raw {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Raw() {}

    static HttpResponse<String> get(String url, String... headers) {
        return send(with(HttpRequest.newBuilder(URI.create(url)), headers).build());
    }

    static HttpResponse<String> post(String url, String form, String... headers) {
        return send(request(url, form, headers));
    }

    static CompletableFuture<HttpResponse<String>> postLater(String url, String form, String... headers) {
        return HTTP.sendAsync(request(url, form, headers), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(String url, String form, String... headers) {
        return with(HttpRequest.newBuilder(URI.create(url)), headers)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
    }

    private static HttpRequest.Builder with(HttpRequest.Builder request, String... headers) {
        return headers.length == 0 ? request : request.headers(headers);
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString()).get();
        } catch (ExecutionException e) {
            throw new UncheckedIOException(
                    e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause()));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
