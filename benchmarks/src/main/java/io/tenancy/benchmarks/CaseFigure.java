package io.tenancy.benchmarks;

import java.util.Locale;

/**
 * What one case came to: a row of the table.
 *
 * @param scope what {@code tenancy.bench.only} is to be for this case
 * @param name the case
 * @param target what is aimed at, or a dash
 * @param reached what was measured
 * @param beside what was measured beside it in the same run, or a dash
 * @param verdict whether the target was met
 * @param why where the time goes
 */
public record CaseFigure(
        String scope, String name, String target, String reached, String beside, Verdict verdict, String why) {

    /** In place of what a case does not have. */
    public static final String NONE = "—";

    /** Whether a target was met. */
    public enum Verdict {
        /** It was. */
        MET("met"),

        /** It was not. */
        MISSED("**missed**"),

        /** There is none, or the machine does not allow to tell. */
        FOR_COMPARISON("for comparison");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        /**
         * Of a condition.
         *
         * @param met whether the target was met
         * @return met or missed
         */
        public static Verdict of(boolean met) {
            return met ? MET : MISSED;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * A large number with separators.
     *
     * @param value the number
     * @return such as {@code 104,211}
     */
    public static String whole(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    /**
     * A large number with separators.
     *
     * @param value the number
     * @return such as {@code 104,211}
     */
    public static String whole(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /**
     * The middle of large numbers and how far they went.
     *
     * @param values the numbers
     * @return such as {@code 104,211 (98,020–110,400)}
     */
    public static String whole(Spread values) {
        return whole(values.median()) + " (" + whole(values.lowest()) + "–" + whole(values.highest()) + ")";
    }
}
