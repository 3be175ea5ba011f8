package io.tenancy.entitlement;

import io.tenancy.internal.Printable;
import java.util.regex.Pattern;

/** The one form of names in catalogues and grants. */
final class Names {

    static final String FORM = "[a-z][a-z0-9_.-]{0,62}";

    private static final Pattern NAME = Pattern.compile(FORM);

    private Names() {}

    static boolean valid(String name) {
        return NAME.matcher(name).matches();
    }

    static String require(String what, String name) {
        if (!valid(name)) {
            throw new IllegalArgumentException(
                    what + " is '" + Printable.of(name) + "', but must match " + FORM + ", such as stock_take");
        }
        return name;
    }
}
