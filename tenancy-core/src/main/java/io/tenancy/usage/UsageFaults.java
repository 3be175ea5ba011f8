package io.tenancy.usage;

import io.tenancy.TenantId;
import java.util.ArrayList;
import java.util.List;

/** Collects everything that is wrong with an event, so that it is told together. */
final class UsageFaults {

    private static final int SHOWN = 60;

    private final List<String> faults = new ArrayList<>(0);

    void add(String fault) {
        faults.add(fault);
    }

    void text(String name, String value, int maximum) {
        if (value.isBlank() || value.length() > maximum || value.indexOf('\0') >= 0) {
            add(name + " is '" + shortened(value) + "' (" + value.length() + " characters), but has 1 to " + maximum
                    + " characters, is not blank and does not hold the character 0");
        }
        wellFormed(name, value);
    }

    /** Half a character has no form in any encoding: what is stored and sent would be another text. */
    void wellFormed(String name, String value) {
        int at = 0;
        while (at < value.length()) {
            int point = value.codePointAt(at);
            if (Character.isBmpCodePoint(point) && Character.isSurrogate((char) point)) {
                add(name + " holds half a character (an unpaired surrogate) at index " + at
                        + "; send well-formed Unicode");
                return;
            }
            at += Character.charCount(point);
        }
    }

    void refuse(TenantId tenant, String source, String key) {
        if (!faults.isEmpty()) {
            throw new InvalidUsageException("Usage of tenant " + tenant + " from source '" + shortened(source)
                    + "' with key '" + shortened(key) + "' was refused and not stored: " + String.join("; ", faults)
                    + ".");
        }
    }

    static String shortened(String value) {
        return value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "…";
    }
}
