package io.tenancy.resolution;

import io.tenancy.internal.Printable;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The Host header of a request, checked and normalised: lower case, no port, no trailing dot. Accepts DNS names of
 * letters, digits and hyphens (RFC 1123) and IP literals; everything else is malformed, also international names that
 * are not in their ASCII form.
 */
public final class HostName {

    /** The longest DNS name in text form (RFC 1035). */
    public static final int MAX_LENGTH = 253;

    private final String name;
    private final Kind kind;

    private HostName(String name, Kind kind) {
        this.name = name;
        this.kind = kind;
    }

    /**
     * Reads a Host header.
     *
     * @param raw the header's value, or null when there was none
     * @return the host; never throws
     */
    public static HostName parse(@Nullable String raw) {
        if (raw == null || raw.isEmpty()) {
            return new HostName("no Host header was sent", Kind.MALFORMED);
        }
        if (raw.charAt(0) == '[') {
            return ipv6(raw);
        }
        int colon = raw.indexOf(':');
        int end = colon < 0 ? raw.length() : colon;
        if (colon >= 0 && !isPort(raw, colon + 1)) {
            return malformed(raw, "has a malformed port");
        }
        if (end > 0 && raw.charAt(end - 1) == '.') {
            end--;
        }
        if (end > MAX_LENGTH) {
            return malformed(raw, "is longer than " + MAX_LENGTH + " characters");
        }
        return dnsName(raw, end);
    }

    private static HostName dnsName(String raw, int end) {
        boolean upper = false;
        boolean numeric = true;
        int labelStart = 0;
        for (int i = 0; i <= end; i++) {
            char c = i == end ? '.' : raw.charAt(i);
            if (c == '.') {
                int length = i - labelStart;
                if (length == 0 || length > 63 || raw.charAt(labelStart) == '-' || raw.charAt(i - 1) == '-') {
                    return malformed(raw, "has an empty or malformed label");
                }
                labelStart = i + 1;
            } else if (c >= 'A' && c <= 'Z') {
                upper = true;
                numeric = false;
            } else if ((c >= 'a' && c <= 'z') || c == '-') {
                numeric = false;
            } else if (c < '0' || c > '9') {
                return malformed(raw, "has a character that no host name has");
            }
        }
        String bare = end == raw.length() ? raw : raw.substring(0, end);
        return new HostName(upper ? bare.toLowerCase(Locale.ROOT) : bare, numeric ? Kind.IP_LITERAL : Kind.DNS_NAME);
    }

    private static HostName ipv6(String raw) {
        int close = raw.indexOf(']');
        if (close < 3 || close > 46) {
            return malformed(raw, "is no IP literal");
        }
        for (int i = 1; i < close; i++) {
            char c = raw.charAt(i);
            if (Character.digit(c, 16) < 0 && c != ':' && c != '.') {
                return malformed(raw, "is no IP literal");
            }
        }
        boolean portOk = close + 1 == raw.length() || (raw.charAt(close + 1) == ':' && isPort(raw, close + 2));
        return portOk
                ? new HostName(raw.substring(0, close + 1).toLowerCase(Locale.ROOT), Kind.IP_LITERAL)
                : malformed(raw, "has a malformed port");
    }

    private static boolean isPort(String raw, int from) {
        if (raw.length() - from > 5) {
            return false;
        }
        for (int i = from; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
        }
        return true;
    }

    private static HostName malformed(String raw, String why) {
        return new HostName("host '" + Printable.of(raw) + "' " + why, Kind.MALFORMED);
    }

    /**
     * What was found.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * The normalised name; for a malformed host the reason, safe to log.
     *
     * @return the name or the reason
     */
    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return name;
    }

    /** What a Host header can be. */
    public enum Kind {
        /** A DNS name. */
        DNS_NAME,
        /** An IPv4 or IPv6 address, which names no tenant. */
        IP_LITERAL,
        /** Nothing that a host can be called. */
        MALFORMED
    }
}
