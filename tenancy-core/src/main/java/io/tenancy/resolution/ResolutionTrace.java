package io.tenancy.resolution;

import java.util.List;

/**
 * Who was asked whose request it is, in their order, and what each said.
 *
 * @param attempts one per resolver asked
 */
public record ResolutionTrace(List<Attempt> attempts) {

    /** Copies the list. */
    public ResolutionTrace {
        attempts = List.copyOf(attempts);
    }

    /** One line for a log or a message. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Attempt attempt : attempts) {
            if (!text.isEmpty()) {
                text.append("; ");
            }
            text.append(attempt);
        }
        return text.toString();
    }

    /**
     * One resolver's answer.
     *
     * @param resolver the resolver's name
     * @param answer what it said
     */
    public record Attempt(String resolver, Answer answer) {
        @Override
        public String toString() {
            String said;
            if (answer instanceof Answer.Found found) {
                said = "found " + found.key();
            } else if (answer instanceof Answer.Abstained abstained) {
                said = abstained.reason();
            } else {
                said = "refused: " + ((Answer.Malformed) answer).reason();
            }
            return resolver + " resolver " + said;
        }
    }
}
