package io.tenancy.plugins.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request as plugins write it. */
record PluginRequest(String method, String url, Map<String, String> headers, String body) {

    PluginRequest(
            @Nullable String method,
            @Nullable String url,
            @Nullable Map<String, String> headers,
            @Nullable String body) {
        this.method = method == null ? "GET" : method;
        this.url = url == null ? "" : url;
        this.headers = headers == null ? Map.of() : Map.copyOf(headers);
        this.body = body == null ? "" : body;
    }
}
