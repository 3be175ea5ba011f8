package io.tenancy.jpa.control.migration;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/**
 * The version of a script: numbers between dots, compared number by number; {@code 1}, {@code 1.0} and {@code 01} are
 * the same.
 *
 * @param parts the numbers, without zeros at the end
 */
public record ScriptVersion(List<BigInteger> parts) implements Comparable<ScriptVersion> {

    /** Cuts zeros at the end, so that equal versions are equal records. */
    public ScriptVersion {
        int length = parts.size();
        while (length > 1 && parts.get(length - 1).signum() == 0) {
            length--;
        }
        parts = List.copyOf(parts.subList(0, length));
    }

    /**
     * Reads a version as it stands in a file name.
     *
     * @param text digits, in groups between dots or underscores
     * @return the version
     * @throws NumberFormatException when the text is anything else
     */
    public static ScriptVersion of(String text) {
        return new ScriptVersion(Arrays.stream(text.replace('_', '.').split("\\.", -1))
                .map(BigInteger::new)
                .toList());
    }

    @Override
    public int compareTo(ScriptVersion other) {
        for (int i = 0; i < Math.max(parts.size(), other.parts.size()); i++) {
            int compared = part(i).compareTo(other.part(i));
            if (compared != 0) {
                return compared;
            }
        }
        return 0;
    }

    private BigInteger part(int i) {
        return i < parts.size() ? parts.get(i) : BigInteger.ZERO;
    }

    /** The numbers between dots. */
    @Override
    public String toString() {
        return String.join(".", parts.stream().map(BigInteger::toString).toList());
    }
}
