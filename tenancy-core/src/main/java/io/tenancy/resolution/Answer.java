package io.tenancy.resolution;

import io.tenancy.catalog.TenantKey;
import java.util.Objects;

/** What one resolver says of a request. */
public sealed interface Answer {

    /**
     * The request names a tenant.
     *
     * @param key what to look the tenant up by
     * @param consumedPath the beginning of the path that named the tenant and is not the application's, or empty
     */
    record Found(TenantKey key, String consumedPath) implements Answer {
        /** Refuses null. */
        public Found {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(consumedPath, "consumedPath");
        }

        /**
         * Found without touching the path.
         *
         * @param key what to look the tenant up by
         */
        public Found(TenantKey key) {
            this(key, "");
        }
    }

    /**
     * The request says nothing that this resolver understands.
     *
     * @param reason what was looked for, as the end of a sentence that begins with the resolver's name
     */
    record Abstained(String reason) implements Answer {}

    /**
     * The request is broken or hostile; no other resolver is asked.
     *
     * @param reason what is wrong, safe to log
     */
    record Malformed(String reason) implements Answer {}
}
