package io.tenancy.resolution;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The part of a request that can say whose it is. Belongs to one thread. */
public final class TenantRequest {

    private final @Nullable String rawHost;
    private final String path;
    private final Headers headers;
    private @Nullable HostName host;

    /**
     * Describes a request.
     *
     * @param rawHost the Host header as it came, or null when there was none
     * @param path the path without the application's own prefix, beginning with a slash
     * @param headers gives the values of a header
     */
    public TenantRequest(@Nullable String rawHost, String path, Headers headers) {
        this.rawHost = rawHost;
        this.path = Objects.requireNonNull(path, "path");
        this.headers = Objects.requireNonNull(headers, "headers");
    }

    /**
     * The host, parsed once.
     *
     * @return the normalised host, or what is wrong with it
     */
    public HostName host() {
        HostName parsed = host;
        if (parsed == null) {
            parsed = HostName.parse(rawHost);
            host = parsed;
        }
        return parsed;
    }

    /**
     * The path.
     *
     * @return begins with a slash
     */
    public String path() {
        return path;
    }

    /**
     * All values of a header.
     *
     * @param name the header, any case
     * @return the values in their order, empty when there are none
     */
    public List<String> header(String name) {
        return headers.all(name);
    }

    /** Access to headers. */
    @FunctionalInterface
    public interface Headers {
        /** A request without headers. */
        Headers NONE = name -> List.of();

        /**
         * All values of a header.
         *
         * @param name the header, any case
         * @return the values in their order, empty when there are none
         */
        List<String> all(String name);
    }
}
