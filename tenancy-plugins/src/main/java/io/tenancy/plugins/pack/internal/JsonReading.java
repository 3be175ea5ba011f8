package io.tenancy.plugins.pack.internal;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the parts of a JSON document. What is not as expected is told with its JSON pointer, what was found and what to
 * do, and reading goes on, so that all is told at once; a method that told something answers with null or with what could
 * be read.
 */
public final class JsonReading {

    private final Problems problems;

    /** Takes what is wrong. */
    @FunctionalInterface
    public interface Problems {

        void add(String pointer, String found, String advice);
    }

    /** A value and where it stands. */
    public record At(String pointer, JsonNode json) {

        public At child(String name, JsonNode value) {
            return new At(pointer + "/" + Shown.plain(name.replace("~", "~0").replace("/", "~1")), value);
        }

        /** What it is, for messages. */
        public String kind() {
            return switch (json.getNodeType()) {
                case OBJECT -> "an object";
                case ARRAY -> "an array";
                case STRING -> "the text " + Shown.of(json.stringValue());
                case NUMBER -> "the number " + Shown.plain(json.toString());
                case BOOLEAN -> json.toString();
                default -> "null";
            };
        }
    }

    /** The members of an object that are known. */
    public record Members(At owner, Map<String, At> known) {

        public @Nullable At get(String name) {
            return known.get(name);
        }
    }

    public JsonReading(Problems problems) {
        this.problems = problems;
    }

    public void problem(At at, String found, String advice) {
        problems.add(at.pointer(), found, advice);
    }

    /** The members of an object; others than the known ones are told. */
    public Members members(At at, String... known) {
        Map<String, At> members = new LinkedHashMap<>();
        if (!at.json().isObject()) {
            problem(at, "was " + at.kind(), "write an object with " + String.join(", ", known));
            return new Members(at, members);
        }
        Set<String> names = Set.of(known);
        at.json().properties().forEach(member -> {
            At child = at.child(member.getKey(), member.getValue());
            if (names.contains(member.getKey())) {
                members.put(member.getKey(), child);
            } else {
                problem(child, "is not known here", "leave it out; known are " + String.join(", ", known));
            }
        });
        return new Members(at, members);
    }

    /** The members of an object that an author names; a name that does not fit is told. */
    public Map<String, At> named(@Nullable At at, int most, Form form) {
        Map<String, At> named = new LinkedHashMap<>();
        if (at == null) {
            return named;
        }
        if (!at.json().isObject()) {
            problem(at, "was " + at.kind(), "write an object");
            return named;
        }
        if (at.json().size() > most) {
            problem(at, "has " + at.json().size() + " members", "write at most " + most);
            return named;
        }
        at.json().properties().forEach(member -> {
            At child = at.child(member.getKey(), member.getValue());
            if (form.fits(member.getKey())) {
                named.put(member.getKey(), child);
            } else {
                problem(child, "is called " + Shown.of(member.getKey()), form.advice());
            }
        });
        return named;
    }

    /** The elements of an array; none if it is left out. */
    public List<At> elements(@Nullable At at, int most) {
        List<At> elements = new ArrayList<>();
        if (at == null) {
            return elements;
        }
        if (!at.json().isArray()) {
            problem(at, "was " + at.kind(), "write an array");
            return elements;
        }
        if (at.json().size() > most) {
            problem(at, "has " + at.json().size() + " elements", "write at most " + most);
            return elements;
        }
        Iterator<JsonNode> each = at.json().iterator();
        for (int i = 0; each.hasNext(); i++) {
            elements.add(at.child(Integer.toString(i), each.next()));
        }
        return elements;
    }

    /** A member that has to be there. */
    public @Nullable At needed(Members members, String name, String advice) {
        At at = members.get(name);
        // An owner that is no object was told of already.
        if (at == null && members.owner().json().isObject()) {
            problem(
                    new At(
                            members.owner().pointer() + "/" + name,
                            members.owner().json()),
                    "is missing",
                    advice);
        }
        return at;
    }

    public @Nullable String text(Members members, String name, Form form) {
        At at = needed(members, name, form.advice());
        return at == null ? null : text(at, form);
    }

    public @Nullable String optionalText(Members members, String name, Form form) {
        At at = members.get(name);
        return at == null ? null : text(at, form);
    }

    public @Nullable String text(At at, Form form) {
        if (at.json().isString() && form.fits(at.json().stringValue())) {
            return at.json().stringValue();
        }
        problem(at, "was " + at.kind(), form.advice());
        return null;
    }

    /** Words for people. */
    public @Nullable String words(Members members, String name, int longest, boolean lines) {
        String advice = "write a text of 1 to " + longest + " characters";
        At at = needed(members, name, advice);
        if (at == null) {
            return null;
        }
        if (!at.json().isString()) {
            problem(at, "was " + at.kind(), advice);
            return null;
        }
        String text = at.json().stringValue();
        if (text.isBlank() || text.length() > longest) {
            problem(at, "was a text of " + text.length() + " characters", advice + ", not all blank");
            return null;
        }
        OptionalInt unfit = Wording.unfit(text, lines);
        if (unfit.isPresent()) {
            problem(
                    at,
                    "has the character U+"
                            + Integer.toHexString(unfit.getAsInt()).toUpperCase(Locale.ROOT),
                    "leave it out; it cannot be seen, or changes the direction of text");
            return null;
        }
        return text;
    }

    public @Nullable Long whole(Members members, String name, long least, long most) {
        At at = needed(members, name, "write a whole number from " + least + " to " + most);
        return at == null ? null : whole(at, least, most);
    }

    public @Nullable Long whole(At at, long least, long most) {
        JsonNode json = at.json();
        if (json.isIntegralNumber() && json.canConvertToLong()) {
            long value = json.longValue();
            if (value >= least && value <= most) {
                return value;
            }
        }
        problem(at, "was " + at.kind(), "write a whole number from " + least + " to " + most);
        return null;
    }

    /** One of several words. */
    public <T> @Nullable T oneOf(At at, Collection<String> words, Function<String, Optional<T>> of) {
        Optional<T> found = at.json().isString() ? of.apply(at.json().stringValue()) : Optional.empty();
        if (found.isEmpty()) {
            problem(at, "was " + at.kind(), "write one of " + String.join(", ", words));
        }
        return found.orElse(null);
    }

    /** Texts without repetition; at least one. */
    public SortedSet<String> texts(Members members, String name, int most, Form form) {
        TreeSet<String> texts = new TreeSet<>();
        At at = needed(members, name, "write an array of at least one; " + form.advice());
        if (at == null) {
            return texts;
        }
        for (At each : elements(at, most)) {
            String text = text(each, form);
            if (text != null && !texts.add(text)) {
                problem(each, "is there twice", "write it once");
            }
        }
        if (at.json().isArray() && at.json().isEmpty()) {
            problem(at, "is empty", "name at least one");
        }
        return texts;
    }

    /** A time in whole seconds of UTC, such as 2026-01-31T12:00:00Z. */
    public @Nullable Instant instant(Members members, String name) {
        String advice = "write a time in UTC with whole seconds, such as 2026-01-31T12:00:00Z";
        At at = needed(members, name, advice);
        if (at == null) {
            return null;
        }
        String text = at.json().isString() ? at.json().stringValue() : "";
        try {
            // One way to write it, and only years of four digits: others are no dates that anybody means.
            Instant instant = Instant.parse(text);
            if (text.length() == "2026-01-31T12:00:00Z".length()
                    && instant.toString().equals(text)) {
                return instant;
            }
        } catch (DateTimeException noTime) {
            // Told below, as any other text is that is no such time.
        }
        problem(at, "was " + at.kind(), advice);
        return null;
    }

    /** What a record makes of its parts; what it refuses is told. */
    public <T> @Nullable T build(At at, Supplier<T> supplier) {
        try {
            return supplier.get();
        } catch (IllegalArgumentException refused) {
            String message = String.valueOf(refused.getMessage());
            int advice = message.indexOf("; ");
            problem(
                    at,
                    advice < 0 ? message : message.substring(0, advice),
                    advice < 0 ? "mend it" : message.substring(advice + 2));
            return null;
        }
    }
}
