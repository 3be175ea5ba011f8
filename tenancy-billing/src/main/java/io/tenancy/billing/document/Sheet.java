package io.tenancy.billing.document;

import io.tenancy.billing.document.InvoiceHtml.Medium;
import io.tenancy.billing.internal.text.Characters;
import io.tenancy.billing.internal.text.Wording;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What invoices and credit notes have in common: head, letterhead, who and whom, and what they know of both. */
final class Sheet {

    private static final String CSS = readCss();
    private static final String INK = "#16202e";
    private static final String SEPARATOR = " \u00b7 ";

    private final Xhtml xhtml = new Xhtml();
    private final Wording words;
    private final Seller seller;
    private final Buyer buyer;
    private final String accent;
    private final @Nullable String logo;

    Sheet(Wording words, Branding branding, Seller seller, Buyer buyer, Medium medium) {
        this.words = words;
        this.seller = seller;
        this.buyer = buyer;
        this.accent = branding.colour() == null ? seller.colour() : branding.colour();
        String wanted = branding.logo() == null ? seller.logo() : branding.logo();
        boolean drawn = wanted != null && (medium == Medium.SCREEN || !wanted.startsWith("data:image/svg"));
        this.logo = drawn ? wanted : null;
    }

    /** A label and what it says. */
    record Fact(String label, String value) {}

    /**
     * Begins the document: everything above the lines.
     *
     * @param title what kind of document it is
     * @param number its number
     * @param stamp what stands across it, such as PAID, and the style of that; null for nothing
     * @param facts dates and such
     * @param headline what matters most
     */
    Xhtml begin(String title, String number, @Nullable Fact stamp, List<Fact> facts, Fact headline) {
        head(title + " " + number);
        xhtml.open("body").open("main", "class", "sheet");
        xhtml.open("div", "class", "band").close();
        letterhead(title, number, stamp);
        xhtml.open("section", "class", "row parties");
        party("from", seller.name(), seller.address(), seller.country(), seller.vatId(), seller.email());
        party("to", buyer.name(), buyer.address(), buyer.country(), buyer.vatId(), buyer.email());
        facts(facts);
        xhtml.close();
        xhtml.open("section", "class", "headline");
        xhtml.element("span", "label", headline.label()).element("strong", "", headline.value());
        return xhtml.close();
    }

    private void head(String title) {
        String language = words.locale().toLanguageTag();
        xhtml.open("html", "xmlns", "http://www.w3.org/1999/xhtml", "lang", language, "xml:lang", language);
        xhtml.open("head");
        xhtml.empty("meta", "charset", "utf-8");
        xhtml.empty(
                "meta",
                "http-equiv",
                "Content-Security-Policy",
                "content",
                "default-src 'none'; img-src data:; style-src 'unsafe-inline'");
        xhtml.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        xhtml.empty("meta", "name", "robots", "content", "noindex");
        xhtml.open("title").text(title + SEPARATOR + seller.name()).close();
        xhtml.style(CSS.replace("$accent", accent)
                .replace("$heading", Contrast.readable(accent, INK))
                .replace("$ink", INK)
                .replace("$foot", quoted(seller.name() + SEPARATOR + title))
                .replace("$page", quoted(words.text("page") + " ")));
        xhtml.close();
    }

    private void letterhead(String title, String number, @Nullable Fact stamp) {
        xhtml.open("header", "class", "row letterhead");
        xhtml.open("div", "class", "cell");
        if (logo == null) {
            xhtml.element("div", "wordmark", seller.name());
        } else {
            xhtml.empty("img", "class", "logo", "src", logo, "alt", seller.name());
        }
        xhtml.close();
        if (stamp != null) {
            xhtml.open("div", "class", "cell mark")
                    .element("span", "stamp " + stamp.label(), stamp.value())
                    .close();
        }
        xhtml.open("div", "class", "cell end");
        xhtml.open("h1").text(title).close();
        // A stamp that says the same as the number is enough.
        if (stamp == null || !stamp.value().equals(number)) {
            xhtml.element("div", "number", number);
        }
        xhtml.close().close();
    }

    private void party(
            String label,
            String name,
            List<String> address,
            String country,
            @Nullable String vatId,
            @Nullable String email) {
        xhtml.open("div", "class", "cell party");
        xhtml.open("h2").text(words.text(label)).close();
        xhtml.element("div", "name", name);
        address.forEach(line -> xhtml.element("div", "", line));
        xhtml.element("div", "", new Locale.Builder().setRegion(country).build().getDisplayCountry(words.locale()));
        if (vatId != null) {
            xhtml.element("div", "", words.text("vat-id") + " " + vatId);
        }
        if (email != null) {
            xhtml.element("div", "", email);
        }
        xhtml.close();
    }

    private void facts(List<Fact> facts) {
        xhtml.open("div", "class", "cell facts").open("table").open("tbody");
        for (Fact fact : facts) {
            xhtml.open("tr")
                    .open("th", "scope", "row")
                    .text(fact.label())
                    .close()
                    .element("td", "", fact.value())
                    .close();
        }
        xhtml.close().close().close();
    }

    /** A row of what is summed up; a style of {@code ""} for a usual one. */
    void sum(String style, String label, String value) {
        xhtml.open("tr", "class", style)
                .open("th", "scope", "row")
                .text(label)
                .close()
                .element("td", "amount", value)
                .close();
    }

    /** Ends the document. */
    String end() {
        Stream<String> identity = Stream.concat(
                Stream.concat(Stream.of(seller.name()), seller.address().stream()),
                Stream.of(seller.vatId() == null ? null : words.text("vat-id") + " " + seller.vatId(), seller.email())
                        .filter(Objects::nonNull));
        xhtml.element("footer", "foot", identity.collect(Collectors.joining(SEPARATOR)));
        return xhtml.end();
    }

    /** A string of CSS in which nothing but letters and digits stands for itself. */
    private static String quoted(String text) {
        StringBuilder css = new StringBuilder("\"");
        Characters.plain(text).codePoints().forEach(each -> {
            if ((each >= '0' && each <= '9') || (each >= 'A' && each <= 'Z') || (each >= 'a' && each <= 'z')) {
                css.appendCodePoint(each);
            } else {
                css.append('\\').append(String.format(Locale.ROOT, "%06x", each));
            }
        });
        return css.append('"').toString();
    }

    private static String readCss() {
        try (InputStream stream = Sheet.class.getResourceAsStream("invoice.css")) {
            return new String(
                    Objects.requireNonNull(stream, "invoice.css of the jar of tenancy-billing")
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
