package io.tenancy.entitlement;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A rate limit that comes with a plan. Always one tenant's: what holds for all tenants together is no plan's to say.
 *
 * @param name its name, matching {@code [a-z][a-z0-9_.-]{0,62}}
 * @param scope whose requests are counted together
 * @param capacity how many requests within the window; 1 to {@link #MAXIMUM_CAPACITY}
 * @param per the window; whole seconds, at most {@link #MAXIMUM_WINDOW}
 * @param kind how the window moves
 * @param paths with scope ENDPOINT the paths it is about, such as {@code /api/**}, each a limit of its own; {@code *}
 *     stands for one segment, {@code **} at the end for any rest. Empty with every other scope
 */
public record PlannedRateLimit(String name, Scope scope, long capacity, Duration per, Kind kind, List<String> paths) {

    /** The greatest capacity. */
    public static final long MAXIMUM_CAPACITY = 1_000_000_000;

    private static final int LONGEST_PATH = 500;

    /** The longest window. */
    public static final Duration MAXIMUM_WINDOW = Duration.ofDays(366);

    /**
     * Validates all of it, so that what a catalogue says can be kept when requests come.
     *
     * @throws IllegalArgumentException when the name is malformed, the capacity or the window is out of bounds, scope and
     *     paths do not fit, or a path is no pattern
     */
    public PlannedRateLimit {
        Names.require("The name of a rate limit", name);
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(kind, "kind");
        paths = List.copyOf(paths);
        if (capacity < 1 || capacity > MAXIMUM_CAPACITY) {
            throw new IllegalArgumentException("Rate limit '" + name + "' has a capacity of 1 to " + MAXIMUM_CAPACITY
                    + ", but this one has " + capacity);
        }
        if (per.compareTo(Duration.ofSeconds(1)) < 0
                || per.compareTo(MAXIMUM_WINDOW) > 0
                || !per.equals(Duration.ofSeconds(per.toSeconds()))) {
            throw new IllegalArgumentException(
                    "Rate limit '" + name + "' is per whole seconds up to " + MAXIMUM_WINDOW + ", but not per " + per);
        }
        if ((scope == Scope.ENDPOINT) == paths.isEmpty()) {
            throw new IllegalArgumentException("Rate limit '" + name + "' has the scope " + scope + " and "
                    + paths.size() + " paths; a limit of scope ENDPOINT names its paths, and no other does");
        }
        for (String path : paths) {
            requirePattern(name, path);
        }
    }

    private static void requirePattern(String name, String path) {
        if (!path.startsWith("/") || path.length() > LONGEST_PATH) {
            throw new IllegalArgumentException("A path of rate limit '" + name
                    + "' begins with a slash and has at most " + LONGEST_PATH + " characters, but '" + path
                    + "' does not");
        }
        String[] segments = path.split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean wildcard = segments[i].equals("*") || (segments[i].equals("**") && i == segments.length - 1);
            if (!wildcard && segments[i].indexOf('*') >= 0) {
                throw new IllegalArgumentException("In a path of rate limit '" + name
                        + "' a '*' stands for a whole segment and '**' for the rest, but '" + path + "' has '"
                        + segments[i] + "'");
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
        API_KEY
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
