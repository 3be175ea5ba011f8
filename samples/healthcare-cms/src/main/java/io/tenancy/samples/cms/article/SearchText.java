package io.tenancy.samples.cms.article;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Text as the search sees it: lower case and without diacritics, so that a visitor who types {@code palpitacao} on a
 * phone finds {@code Palpitação}. Every character stays at its place, which is what lets hits be marked in the
 * original. Folding in the application keeps the database free of extensions and of one text-search configuration per
 * language.
 */
public final class SearchText {

    private static final int MAX_TERMS = 6;
    private static final int PASSAGE = 220;
    private static final Pattern MARKS = Pattern.compile("(?m)^\\s*(#{1,6}|[-*>]|\\d+\\.)\\s|[*_`]");

    private SearchText() {}

    /**
     * Folds text.
     *
     * @param text any text
     * @return folded text of exactly the same length
     */
    public static String fold(String text) {
        char[] folded = new char[text.length()];
        for (int i = 0; i < folded.length; i++) {
            folded[i] = fold(text.charAt(i));
        }
        return new String(folded);
    }

    private static char fold(char character) {
        if (character < 0x80) {
            return Character.toLowerCase(character);
        }
        String decomposed = Normalizer.normalize(String.valueOf(character), Normalizer.Form.NFD);
        return Character.toLowerCase(decomposed.charAt(0));
    }

    /**
     * Splits what a visitor typed into folded terms, all of which have to occur.
     *
     * @param query what was typed
     * @return at most six distinct terms; empty if nothing was typed
     */
    static List<String> terms(String query) {
        return Arrays.stream(fold(Normalizer.normalize(query, Normalizer.Form.NFC))
                        .strip()
                        .split("\\s+"))
                .filter(term -> !term.isEmpty())
                .distinct()
                .limit(MAX_TERMS)
                .toList();
    }

    /**
     * Cuts a text where the terms of a query begin and end.
     *
     * @param text the text to show
     * @param query what the visitor typed
     * @return the whole text in pieces, in order
     */
    public static List<Segment> highlight(String text, String query) {
        boolean[] hit = new boolean[text.length()];
        String folded = fold(text);
        for (String term : terms(query)) {
            for (int at = folded.indexOf(term); at >= 0; at = folded.indexOf(term, at + term.length())) {
                Arrays.fill(hit, at, at + term.length(), true);
            }
        }
        List<Segment> segments = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= hit.length; i++) {
            if (i == hit.length || hit[i] != hit[from]) {
                segments.add(new Segment(text.substring(from, i), hit[from]));
                from = i;
            }
        }
        return segments;
    }

    /**
     * Tells whether any term of a query occurs in a text.
     *
     * @param text any text
     * @param query what the visitor typed
     * @return true if at least one term occurs
     */
    static boolean occursIn(String text, String query) {
        String folded = fold(text);
        return terms(query).stream().anyMatch(folded::contains);
    }

    /**
     * Cuts the words around the first term that occurs out of a text.
     *
     * @param markdown the text, whose marks are left out
     * @param query what the visitor typed
     * @return a passage of about two lines; the beginning of the text if no term occurs
     */
    static String passage(String markdown, String query) {
        String text =
                MARKS.matcher(markdown).replaceAll(" ").replaceAll("\\s+", " ").strip();
        String folded = fold(text);
        int hit = terms(query).stream()
                .mapToInt(folded::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(0);
        int from = hit <= PASSAGE / 3 ? 0 : text.indexOf(' ', hit - PASSAGE / 3) + 1;
        int to = from + PASSAGE >= text.length() ? text.length() : text.lastIndexOf(' ', from + PASSAGE);
        if (from > hit || to <= hit) {
            from = hit;
            to = Math.min(text.length(), hit + PASSAGE);
        }
        return (from > 0 ? "… " : "") + text.substring(from, to) + (to < text.length() ? " …" : "");
    }

    /**
     * Escapes the characters that {@code LIKE} gives a meaning, for {@code escape '!'}.
     *
     * @param term a folded term
     * @return a pattern that matches the term anywhere
     */
    static String pattern(String term) {
        return "%" + term.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%";
    }

    /**
     * Turns a title into a part of an address.
     *
     * @param title any text
     * @return letters, digits and single hyphens, at most 80 characters; empty if nothing of the title is left
     */
    public static String slug(String title) {
        String spelled = title.toLowerCase(Locale.ROOT)
                .replace("ß", "ss")
                .replace("ä", "ae")
                .replace("ö", "oe")
                .replace("ü", "ue");
        String joined = fold(spelled).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
        return joined.length() <= 80 ? joined : joined.substring(0, 80).replaceAll("-[^-]*$", "");
    }

    /**
     * A piece of a text.
     *
     * @param text the piece
     * @param hit whether it is what was searched for
     */
    public record Segment(String text, boolean hit) {}
}
