package io.tenancy.entitlement;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A rate limit that comes with a plan.
 *
 * @param name its name, matching {@code [a-z][a-z0-9_.-]{0,62}}
 * @param scope whose requests are counted together
 * @param capacity how many requests within the window; 1 and more
 * @param per the window; longer than nothing
 * @param kind how the window moves
 * @param paths the paths it is about, such as {@code /api/}; empty for all
 */
public record PlannedRateLimit(String name, Scope scope, long capacity, Duration per, Kind kind, List<String> paths) {

    /**
     * Validates the numbers.
     *
     * @throws IllegalArgumentException when the name is malformed, the capacity or the window is not positive, or a path
     *     does not begin with a slash
     */
    public PlannedRateLimit {
        Names.require("The name of a rate limit", name);
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(kind, "kind");
        paths = List.copyOf(paths);
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "Rate limit '" + name + "' has a capacity of 1 and more, but this one has " + capacity);
        }
        if (per.isZero() || per.isNegative()) {
            throw new IllegalArgumentException("Rate limit '" + name + "' is per a time, but not per " + per);
        }
        for (String path : paths) {
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException(
                        "A path of rate limit '" + name + "' begins with a slash, but '" + path + "' does not");
            }
        }
    }

    /** Whose requests are counted together. */
    public enum Scope {
        /** All of a tenant. */
        TENANT,
        /** Those of a tenant to one endpoint. */
        ENDPOINT,
        /** Those of one user. */
        USER,
        /** Those with one API key. */
        API_KEY,
        /** All of all tenants. */
        GLOBAL
    }

    /** How the window moves. */
    public enum Kind {
        /** A bucket that is full at first and fills up steadily. */
        BURST,
        /** The window ends now. */
        SLIDING,
        /** One window after another. */
        FIXED
    }
}
