package io.tenancy.plugins.pack.internal;

import java.util.regex.Pattern;

/** How the words of a manifest are written. */
public enum Form {
    PLUGIN_ID(
            "[a-z][a-z0-9_]{0,39}(?:\\.[a-z][a-z0-9_]{0,39}){0,4}",
            "write one to five parts of a-z, 0-9 and _ with dots between them, such as cardiology.cardiac_risk"),
    NAME("[a-z][a-z0-9_]{0,62}", "write up to 63 of a-z, 0-9 and _, beginning with a letter, such as cardiac_risk"),
    SECRET("[A-Za-z][A-Za-z0-9_.-]{0,62}", "write up to 63 letters, digits, _, . and -, such as api_token"),
    LICENCE(
            "[A-Za-z0-9][A-Za-z0-9.-]{0,62}\\+?",
            "write one identifier of the SPDX licence list, such as Apache-2.0, or LicenseRef- and a name"),
    /** Relative, ASCII, without . and .. and empty parts; the patterns of Windows' devices do no harm here. */
    FILE(
            "[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}(?:/[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}){0,5}",
            "write a relative path of letters, digits, _, - and . with up to six parts, such as assets/logo.png"),
    /** Names only, so that no address of a private network can be allowed by being written down. */
    HOST(
            "(?=[a-z0-9.-]{1,253}(?::|$))(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
                    + "(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?",
            "write a full host name in small letters, such as api.example.org, with :port if it is not 443;"
                    + " addresses and wildcards are not taken"),
    METHOD("GET|HEAD|POST|PUT|PATCH|DELETE", "write some of GET, HEAD, POST, PUT, PATCH and DELETE"),
    CURRENCY("[A-Z]{3}", "write an ISO 4217 code, such as EUR"),
    AMOUNT("(?:0|[1-9][0-9]{0,8})(?:\\.[0-9]{1,4})?", "write an amount as a text, such as \"49.90\""),
    DIGEST("[0-9a-f]{64}", "write 64 hexadecimal digits in small letters"),
    SIGNATURE("[0-9a-f]{128}", "write 128 hexadecimal digits in small letters");

    private final Pattern pattern;
    private final String advice;

    Form(String pattern, String advice) {
        this.pattern = Pattern.compile(pattern);
        this.advice = advice;
    }

    public boolean fits(String text) {
        // No pattern takes longer texts, so that matching is bounded too.
        return text.length() <= 400 && pattern.matcher(text).matches();
    }

    public String advice() {
        return advice;
    }

    /** The text itself if it fits. */
    public String require(String what, String text) {
        if (!fits(text)) {
            throw new IllegalArgumentException(what + " was " + Shown.of(text) + "; " + advice);
        }
        return text;
    }
}
