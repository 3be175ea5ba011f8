package io.tenancy.plugins.schema;

import com.networknt.schema.regex.RegularExpression;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A regular expression of a stranger: it looks at so many characters and no more, since some look at each again and again. */
final class BoundedPattern implements RegularExpression {

    private final Pattern pattern;
    private final Steps steps;
    private final boolean toTheEnd;

    /** How many characters may still be looked at. Not for several threads at once. */
    static final class Steps {
        private long left;

        void begin(long most) {
            left = most;
        }

        private void take() {
            if (--left < 0) {
                throw new TooManyStepsException();
            }
        }
    }

    /** A pattern looked at too many characters. */
    static final class TooManyStepsException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyStepsException() {
            super("its patterns take too many steps with this value");
        }
    }

    private record Watched(CharSequence text, Steps steps) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            steps.take();
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Watched(text.subSequence(start, end), steps);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }

    BoundedPattern(String regex, Steps steps) {
        this.pattern = Pattern.compile(regex);
        this.steps = steps;
        this.toTheEnd = regex.endsWith("$") && !regex.endsWith("\\$");
    }

    @Override
    public boolean matches(String value) {
        Matcher matcher = pattern.matcher(new Watched(value, steps));
        while (matcher.find()) {
            // Java takes a last line break for none, ECMA-262, whose patterns these are, does not.
            if (!toTheEnd || matcher.end() == value.length()) {
                return true;
            }
        }
        return false;
    }
}
