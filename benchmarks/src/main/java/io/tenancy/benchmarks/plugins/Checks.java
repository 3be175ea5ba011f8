package io.tenancy.benchmarks.plugins;

/** What is measured is looked at, so that nothing is optimised away and nothing else is measured. */
final class Checks {

    private Checks() {}

    static void isDigit(String text) {
        if (text.length() != 1 || text.charAt(0) < '0' || text.charAt(0) > '9') {
            throw new IllegalStateException("A digit was expected, not '" + text + "'");
        }
    }
}
