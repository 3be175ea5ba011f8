package io.tenancy.ratelimit;

import io.tenancy.TenantId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a rate limiter wants to know of a request.
 *
 * @param tenant whose it is
 * @param path the path within the application, decoded
 * @param user name of the signed-in user, or null
 * @param apiKey the key that the request came with, or null; neither stored nor logged, only its SHA-256
 */
public record RateLimitRequest(
        TenantId tenant,
        String path,
        @Nullable String user,
        @Nullable String apiKey) {

    /** Requires tenant and path. */
    public RateLimitRequest {
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(path, "path");
    }

    /**
     * Work of a tenant that has no path, no user and no key, such as a job.
     *
     * @param tenant whose it is
     * @return a request for the path {@code /}
     */
    public static RateLimitRequest of(TenantId tenant) {
        return new RateLimitRequest(tenant, "/", null, null);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "RateLimitRequest[tenant=" + tenant + ", path=" + path + ", user=" + user + ", apiKey="
                + (apiKey == null ? "none" : "******") + "]";
    }
}
