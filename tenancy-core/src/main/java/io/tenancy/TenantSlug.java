package io.tenancy;

import io.tenancy.internal.Printable;
import java.util.Optional;
import java.util.Set;

/**
 * The name of a tenant in URLs: 1 to 63 characters of {@code a-z0-9-}, starting with a letter, not ending with a hyphen
 * (it becomes a DNS label, RFC 1035) and not one of the {@linkplain #RESERVED reserved words}. It may change over time;
 * {@link TenantId} may not.
 *
 * @param value the slug
 */
public record TenantSlug(String value) implements Comparable<TenantSlug> {

    /** The longest slug: the longest DNS label. */
    public static final int MAX_LENGTH = 63;

    /** Names that belong to the platform, or that mail and browsers give a meaning of their own. */
    public static final Set<String> RESERVED = Set.of(
            "admin",
            "api",
            "app",
            "assets",
            "auth",
            "autoconfig",
            "autodiscover",
            "billing",
            "cdn",
            "console",
            "control",
            "dashboard",
            "ftp",
            "help",
            "imap",
            "internal",
            "localhost",
            "login",
            "mail",
            "mta-sts",
            "ns1",
            "ns2",
            "platform",
            "pop",
            "root",
            "shared",
            "signup",
            "smtp",
            "sso",
            "static",
            "status",
            "support",
            "system",
            "tenancy",
            "tenant",
            "webmail",
            "wpad",
            "www");

    /**
     * Validates the slug.
     *
     * @throws IllegalArgumentException when the value breaks a rule; the message names the rule
     */
    public TenantSlug {
        Optional<String> fault = fault(value);
        if (fault.isPresent()) {
            throw new IllegalArgumentException("Slug '" + Printable.of(value) + "' " + fault.get()
                    + ". A slug has 1 to 63 characters of a-z, 0-9 and '-', starts with a letter, does not end with '-'"
                    + " and is not a reserved word.");
        }
    }

    /**
     * Whether a text could be a slug, without an exception.
     *
     * @param text any text
     * @return true when {@code new TenantSlug(text)} would succeed
     */
    public static boolean isValid(String text) {
        return wellFormed(text) && !RESERVED.contains(text);
    }

    /**
     * What is wrong with a text as a slug.
     *
     * @param text any text
     * @return the broken rule as the end of a sentence, or empty when the text is a valid slug
     */
    public static Optional<String> fault(String text) {
        if (text.isEmpty()) {
            return Optional.of("is empty");
        }
        if (text.length() > MAX_LENGTH) {
            return Optional.of("is longer than " + MAX_LENGTH + " characters");
        }
        if (!wellFormed(text)) {
            return Optional.of("is malformed");
        }
        return RESERVED.contains(text) ? Optional.of("is a reserved word") : Optional.empty();
    }

    @Override
    public int compareTo(TenantSlug other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }

    private static boolean wellFormed(String text) {
        int length = text.length();
        if (length == 0 || length > MAX_LENGTH || !letter(text.charAt(0)) || text.charAt(length - 1) == '-') {
            return false;
        }
        for (int i = 1; i < length; i++) {
            char c = text.charAt(i);
            if (!letter(c) && !(c >= '0' && c <= '9') && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean letter(char c) {
        return c >= 'a' && c <= 'z';
    }
}
