package io.tenancy.jpa.isolation.gate;

/** What the expectations ask of the names in them. */
final class Names {

    private Names() {}

    static void requireName(String part, String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("%s must name something in the database, but is blank".formatted(part));
        }
    }

    static void requireDistinct(String part, String name, String otherPart, String otherName) {
        requireName(part, name);
        requireName(otherPart, otherName);
        if (name.equals(otherName)) {
            throw new IllegalArgumentException(
                    "%s and %s are both '%s': one role for both parts leaves no wall to check; create two roles"
                            .formatted(part, otherPart, name));
        }
    }
}
