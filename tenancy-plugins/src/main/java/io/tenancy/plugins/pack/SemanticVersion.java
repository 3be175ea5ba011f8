package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Shown;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A version by Semantic Versioning 2.0.0 (semver.org), such as {@code 1.4.0}, {@code 2.0.0-rc.1} or {@code
 * 1.4.0+build.7}. The order is that of its section 11: numbers as numbers, a pre-release before its release, build
 * metadata of no weight. Two versions that differ in build metadata alone therefore compare as equal while they are not
 * {@link #equals equal}. Immutable.
 *
 * @param major changes with what breaks users; digits without leading zeros
 * @param minor changes with what is added; digits without leading zeros
 * @param patch changes with what is mended; digits without leading zeros
 * @param preRelease identifiers after the hyphen; empty for a release
 * @param build identifiers after the plus sign; empty for none
 */
public record SemanticVersion(String major, String minor, String patch, List<String> preRelease, List<String> build)
        implements Comparable<SemanticVersion> {

    /** How many characters a version has at most. */
    public static final int LONGEST = 64;

    private static final String NUMBER = "0|[1-9][0-9]*";
    // A pre-release's numeric identifiers have no leading zeros, those of build metadata may.
    private static final String IDENTIFIER = "(?:" + NUMBER + "|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)";
    private static final String BUILD = "[0-9a-zA-Z-]+";
    private static final Pattern FORM = Pattern.compile("(" + NUMBER + ")\\.(" + NUMBER + ")\\.(" + NUMBER + ")"
            + "(?:-(" + IDENTIFIER + "(?:\\." + IDENTIFIER + ")*))?"
            + "(?:\\+(" + BUILD + "(?:\\." + BUILD + ")*))?");

    /**
     * Requires the form.
     *
     * @throws IllegalArgumentException when the parts are no version
     */
    public SemanticVersion {
        preRelease = List.copyOf(preRelease);
        build = List.copyOf(build);
        String text = text(major, minor, patch, preRelease, build);
        Matcher form = FORM.matcher(text);
        if (text.length() > LONGEST
                || !form.matches()
                || !form.group(1).equals(major)
                || !form.group(2).equals(minor)
                || !identifiers(form.group(4)).equals(preRelease)
                || !identifiers(form.group(5)).equals(build)) {
            throw new IllegalArgumentException(malformed(text));
        }
    }

    /**
     * Reads a version.
     *
     * @param text such as {@code 1.4.0-rc.1}, at most {@value #LONGEST} characters
     * @return the version
     * @throws IllegalArgumentException when it is none
     */
    public static SemanticVersion parse(String text) {
        Matcher form = FORM.matcher(text);
        if (text.length() > LONGEST || !form.matches()) {
            throw new IllegalArgumentException(malformed(text));
        }
        return new SemanticVersion(
                form.group(1), form.group(2), form.group(3), identifiers(form.group(4)), identifiers(form.group(5)));
    }

    /**
     * Whether this is meant for trying out.
     *
     * @return true if there is something after a hyphen
     */
    public boolean isPreRelease() {
        return !preRelease.isEmpty();
    }

    @Override
    public int compareTo(SemanticVersion other) {
        int order = compareNumbers(major, other.major);
        order = order != 0 ? order : compareNumbers(minor, other.minor);
        order = order != 0 ? order : compareNumbers(patch, other.patch);
        return order != 0 ? order : comparePreReleases(preRelease, other.preRelease);
    }

    @Override
    public String toString() {
        return text(major, minor, patch, preRelease, build);
    }

    private static String text(String major, String minor, String patch, List<String> preRelease, List<String> build) {
        return major + "." + minor + "." + patch + (preRelease.isEmpty() ? "" : "-" + String.join(".", preRelease))
                + (build.isEmpty() ? "" : "+" + String.join(".", build));
    }

    @SuppressWarnings("StringSplitter") // The form has been matched: no identifier is empty.
    private static List<String> identifiers(@Nullable String joined) {
        return joined == null ? List.of() : List.of(joined.split("\\.", -1));
    }

    private static String malformed(String text) {
        return "The version was " + Shown.of(text) + "; write one of Semantic Versioning 2.0.0 with at most " + LONGEST
                + " characters, such as 1.4.0 or 2.0.0-rc.1";
    }

    // Without leading zeros the longer number is the larger one, however many digits there are.
    private static int compareNumbers(String one, String other) {
        return one.length() != other.length() ? Integer.compare(one.length(), other.length()) : one.compareTo(other);
    }

    private static int comparePreReleases(List<String> one, List<String> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return Boolean.compare(one.isEmpty(), other.isEmpty());
        }
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            int order = compareIdentifiers(one.get(i), other.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(one.size(), other.size());
    }

    private static int compareIdentifiers(String one, String other) {
        boolean number = isNumber(one);
        if (number != isNumber(other)) {
            return number ? -1 : 1;
        }
        return number ? compareNumbers(one, other) : one.compareTo(other);
    }

    private static boolean isNumber(String identifier) {
        return identifier.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
