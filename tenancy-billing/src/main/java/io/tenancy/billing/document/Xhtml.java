package io.tenancy.billing.document;

import io.tenancy.billing.internal.text.Characters;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes a document that is well-formed both as XML and as HTML: whatever comes from data goes through {@link #text} or the
 * value of an attribute, and is escaped there.
 */
final class Xhtml {

    private final StringBuilder out = new StringBuilder(16_384);
    private final Deque<String> open = new ArrayDeque<>();

    /** Opens an element; attributes are names and values by turns. */
    Xhtml open(String element, String... attributes) {
        start(element, attributes).append('>');
        open.push(element);
        return this;
    }

    /** An element that has no content. */
    Xhtml empty(String element, String... attributes) {
        start(element, attributes).append(" />");
        return this;
    }

    private StringBuilder start(String element, String... attributes) {
        out.append('<').append(element);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            escape(attributes[i + 1]);
            out.append('"');
        }
        return out;
    }

    Xhtml text(String text) {
        escape(text);
        return this;
    }

    Xhtml close() {
        out.append("</").append(open.pop()).append(">\n");
        return this;
    }

    /** An element with a class and nothing but text. */
    Xhtml element(String element, String style, String text) {
        return open(element, "class", style).text(text).close();
    }

    /** Styles of this module's own making, without a character that HTML and XML read differently. */
    Xhtml style(String css) {
        if (css.indexOf('<') >= 0 || css.indexOf('&') >= 0) {
            throw new IllegalStateException("A style sheet with < or & means one thing as XML and another as HTML");
        }
        open("style");
        out.append(css);
        return close();
    }

    private void escape(String text) {
        String plain = Characters.plain(text);
        for (int i = 0; i < plain.length(); i++) {
            char each = plain.charAt(i);
            switch (each) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(each);
            }
        }
    }

    /** The document, with everything that is still open closed. */
    String end() {
        while (!open.isEmpty()) {
            close();
        }
        return "<!DOCTYPE html>\n" + out;
    }
}
