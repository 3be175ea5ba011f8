package io.tenancy.plugins.pack;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/** Sets of names in the one order that they are written in. */
final class Names {

    private Names() {}

    static SortedSet<String> copy(String what, SortedSet<String> names) {
        if (names.isEmpty() || names.size() > CapabilityRequest.MOST_NAMES) {
            throw new IllegalArgumentException(
                    "There were " + names.size() + " " + what + "; name 1 to " + CapabilityRequest.MOST_NAMES);
        }
        // Sorted by their units, whatever order the given set has.
        TreeSet<String> sorted = new TreeSet<>();
        sorted.addAll(names);
        return Collections.unmodifiableSortedSet(sorted);
    }
}
