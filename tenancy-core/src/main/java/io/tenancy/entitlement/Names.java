package io.tenancy.entitlement;

import io.tenancy.document.DocumentReading;
import io.tenancy.internal.Printable;

/** The one form of names in catalogues and grants. */
final class Names {

    static final String FORM = DocumentReading.NAME_FORM;

    private Names() {}

    static boolean valid(String name) {
        return DocumentReading.isName(name);
    }

    static String require(String what, String name) {
        if (!valid(name)) {
            throw new IllegalArgumentException(
                    what + " is '" + Printable.of(name) + "', but must match " + FORM + ", such as stock_take");
        }
        return name;
    }
}
