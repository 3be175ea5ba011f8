package io.tenancy.ratelimit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many units, usually requests, somebody may use within a time.
 *
 * @param name its name, which callers see: 1 to 63 characters of {@code a-z0-9_.-}, a letter first
 * @param scope who shares one counter
 * @param capacity units per window: 1 to {@link #MAXIMUM_CAPACITY}, or {@link #UNLIMITED}
 * @param window whole seconds, {@link #MINIMUM_WINDOW} to {@link #MAXIMUM_WINDOW}
 * @param kind how units come back
 * @param pathPattern which paths it counts: begins with a slash, {@code *} stands for one segment, {@code **} at the end
 *     for any rest; for {@link Scope#ENDPOINT} and null otherwise
 */
public record RateLimit(
        String name,
        Scope scope,
        long capacity,
        Duration window,
        Kind kind,
        @Nullable String pathPattern) {

    /** The capacity of a limit that limits nothing. */
    public static final long UNLIMITED = -1;

    /** The greatest capacity. */
    public static final long MAXIMUM_CAPACITY = 1_000_000_000;

    /** The shortest window. */
    public static final Duration MINIMUM_WINDOW = Duration.ofSeconds(1);

    /** The longest window. */
    public static final Duration MAXIMUM_WINDOW = Duration.ofDays(366);

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_.-]{0,62}");
    private static final int SHOWN = 60;

    /**
     * Validates.
     *
     * @throws IllegalArgumentException naming everything that is wrong
     */
    public RateLimit {
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(kind, "kind");
        List<String> faults = new ArrayList<>(0);
        if (!NAME.matcher(name).matches()) {
            faults.add("a name has 1 to 63 characters of a-z, 0-9, '_', '.' and '-', and begins with a letter");
        }
        if (capacity != UNLIMITED && (capacity < 1 || capacity > MAXIMUM_CAPACITY)) {
            faults.add("its capacity is " + capacity + ", but 1 to " + MAXIMUM_CAPACITY + ", or " + UNLIMITED
                    + " for no limit");
        }
        if (window.compareTo(MINIMUM_WINDOW) < 0
                || window.compareTo(MAXIMUM_WINDOW) > 0
                || !window.equals(Duration.ofSeconds(window.toSeconds()))) {
            faults.add(
                    "its window is " + window + ", but whole seconds from " + MINIMUM_WINDOW + " to " + MAXIMUM_WINDOW);
        }
        if (scope == Scope.ENDPOINT) {
            String fault = pathPattern == null ? "it has none" : PathMatch.faultOf(pathPattern);
            if (fault != null) {
                faults.add(
                        "a limit of an endpoint says which paths it counts, such as '/api/reports/**', but " + fault);
            }
        } else if (pathPattern != null) {
            faults.add("only a limit of an endpoint has a path pattern, but this one's scope is " + scope);
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("Rate limit '"
                    + (name.length() > SHOWN ? name.substring(0, SHOWN) + "…" : name) + "' was refused: "
                    + String.join("; ", faults) + ".");
        }
    }

    /**
     * A limit that counts every path.
     *
     * @param name its name
     * @param scope who shares one counter; not {@link Scope#ENDPOINT}
     * @param capacity units per window, or {@link #UNLIMITED}
     * @param window whole seconds
     * @param kind how units come back
     * @return the limit
     * @throws IllegalArgumentException naming everything that is wrong
     */
    public static RateLimit of(String name, Scope scope, long capacity, Duration window, Kind kind) {
        return new RateLimit(name, scope, capacity, window, kind, null);
    }

    /**
     * A limit on some paths, for all users of a tenant together.
     *
     * @param name its name
     * @param pathPattern which paths
     * @param capacity units per window, or {@link #UNLIMITED}
     * @param window whole seconds
     * @param kind how units come back
     * @return the limit
     * @throws IllegalArgumentException naming everything that is wrong
     */
    public static RateLimit ofEndpoint(String name, String pathPattern, long capacity, Duration window, Kind kind) {
        return new RateLimit(name, Scope.ENDPOINT, capacity, window, kind, pathPattern);
    }

    /**
     * Whether it limits nothing.
     *
     * @return true for a capacity of {@link #UNLIMITED}
     */
    public boolean unlimited() {
        return capacity == UNLIMITED;
    }

    /** Who shares one counter. */
    public enum Scope {
        /** A tenant. */
        TENANT,
        /** A tenant, on the paths of the limit's pattern. */
        ENDPOINT,
        /** A user of a tenant; a request without a user is not counted. */
        USER,
        /** An API key of a tenant; a request without a key is not counted. */
        API_KEY,
        /** All tenants together. */
        GLOBAL
    }

    /** How units come back. */
    public enum Kind {
        /**
         * A token bucket: full at first, refilled evenly, one unit each {@code window / capacity}. In any time t it
         * admits at most {@code capacity + capacity * t / window}.
         */
        BURST,
        /**
         * Never more than the capacity in any window of that length, wherever it begins. A unit comes back one window
         * after its use, plus at most a twentieth of the window.
         */
        SLIDING,
        /**
         * All units come back at once, at whole multiples of the window since 1970-01-01T00:00Z. Around such an instant
         * up to twice the capacity may pass within one window's length.
         */
        FIXED
    }
}
