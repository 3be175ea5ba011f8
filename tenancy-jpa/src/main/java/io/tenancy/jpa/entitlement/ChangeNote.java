package io.tenancy.jpa.entitlement;

/**
 * Who changes something, and why; recorded with the change.
 *
 * @param actor a user, a job or a system, in the application's own words; 1 to 200 characters
 * @param reason why, in words; 1 to 1,000 characters
 */
public record ChangeNote(String actor, String reason) {

    private static final int LONGEST_ACTOR = 200;
    private static final int LONGEST_REASON = 1_000;

    /**
     * Validates both.
     *
     * @throws IllegalArgumentException when one is blank or too long
     */
    public ChangeNote {
        require("actor", actor, LONGEST_ACTOR);
        require("reason", reason, LONGEST_REASON);
    }

    private static void require(String name, String text, int longest) {
        if (text.isBlank() || text.length() > longest || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("A change is recorded with its " + name + ", 1 to " + longest
                    + " characters that are not blank, but this one has " + text.length());
        }
    }
}
