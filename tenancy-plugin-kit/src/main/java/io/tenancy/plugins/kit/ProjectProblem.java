package io.tenancy.plugins.kit;

/**
 * Something about a plugin's project that is to be mended or known.
 *
 * @param severity whether it keeps the plugin from being packed
 * @param place a file of the project, with a JSON pointer behind it where that helps
 * @param found what was found there
 * @param advice what to do
 */
public record ProjectProblem(Severity severity, String place, String found, String advice) {

    /** Whether a problem has to be mended. */
    public enum Severity {
        /** The plugin is not packed with it. */
        ERROR,
        /** The plugin is packed with it, but its author may want to know. */
        NOTE
    }

    static ProjectProblem error(String place, String found, String advice) {
        return new ProjectProblem(Severity.ERROR, place, found, advice);
    }

    static ProjectProblem note(String place, String found, String advice) {
        return new ProjectProblem(Severity.NOTE, place, found, advice);
    }

    /** Whether it keeps the plugin from being packed. */
    public boolean isError() {
        return severity == Severity.ERROR;
    }

    @Override
    public String toString() {
        return (isError() ? "error: " : "note: ") + place + ": " + found + "; " + advice;
    }
}
