package io.tenancy.billing.document;

import io.tenancy.billing.Money;
import io.tenancy.billing.document.Sheet.Fact;
import io.tenancy.billing.internal.text.Formats;
import io.tenancy.billing.internal.text.Wording;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceLine;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Tax;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An invoice on its sheet. */
final class InvoiceSheet {

    private final Sheet sheet;
    private final Wording words;
    private final Formats formats;
    private final Invoice invoice;
    private final ZoneId zone;
    private final boolean discounted;

    InvoiceSheet(Sheet sheet, Wording words, Invoice invoice) {
        this.sheet = sheet;
        this.words = words;
        this.formats = new Formats(words.locale());
        this.invoice = invoice;
        this.zone = invoice.buyer().zone();
        this.discounted =
                invoice.lines().stream().anyMatch(line -> !line.discount().isZero());
    }

    String write() {
        String number = invoice.number() == null ? words.text("draft") : invoice.number();
        Xhtml xhtml = sheet.begin(words.text("invoice"), number, stamp(), facts(number), headline());
        lines(xhtml);
        xhtml.open("div", "class", "row bottom");
        xhtml.open("div", "class", "cell aside");
        taxes(xhtml);
        notes(xhtml);
        xhtml.close();
        xhtml.open("div", "class", "cell sums");
        sums(xhtml);
        xhtml.close().close();
        payment(xhtml);
        return sheet.end();
    }

    private @Nullable Fact stamp() {
        return switch (invoice.status()) {
            case DRAFT -> new Fact("draft", words.text("draft"));
            case PAID -> new Fact("paid", words.text("paid.stamp"));
            case VOID -> new Fact("void", words.text("void"));
            case OPEN, UNCOLLECTIBLE -> null;
        };
    }

    private List<Fact> facts(String number) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact(words.text("number"), number));
        Instant dated = invoice.finalisedAt() == null ? invoice.createdAt() : invoice.finalisedAt();
        facts.add(new Fact(words.text("date"), formats.date(dated, zone)));
        facts.add(new Fact(words.text("due-date"), formats.date(invoice.dueAt(), zone)));
        facts.add(new Fact(words.text("currency"), invoice.currency()));
        return facts;
    }

    private Fact headline() {
        boolean owed = !invoice.due().isZero() && invoice.status() != InvoiceStatus.VOID;
        return owed
                ? new Fact(
                        words.text("headline.due", formats.date(invoice.dueAt(), zone)), formats.money(invoice.due()))
                : new Fact(words.text("total"), formats.money(invoice.total()));
    }

    private void lines(Xhtml xhtml) {
        xhtml.open("table", "class", "lines").open("thead").open("tr");
        heading(xhtml, "", "description");
        heading(xhtml, "amount", "quantity");
        heading(xhtml, "amount", "tax");
        if (discounted) {
            heading(xhtml, "amount", "discount");
        }
        heading(xhtml, "amount", "amount");
        xhtml.close().close().open("tbody");
        invoice.lines().forEach(line -> line(xhtml, line));
        xhtml.close().close();
    }

    private void heading(Xhtml xhtml, String style, String key) {
        xhtml.open("th", "scope", "col", "class", style).text(words.text(key)).close();
    }

    private void line(Xhtml xhtml, InvoiceLine line) {
        xhtml.open("tr").open("td", "class", "what");
        xhtml.element("div", "name", line.description());
        if (line.from() != null) {
            xhtml.element("div", "period", period(line.from(), line.until()));
        }
        xhtml.close();
        cell(xhtml, "quantity", quantity(line));
        cell(xhtml, "tax", formats.percent(line.tax().rate()) + (isIncluded(line) ? " " + words.text("included") : ""));
        if (discounted) {
            cell(xhtml, "discount", line.discount().isZero() ? "" : less(line.discount()));
        }
        cell(xhtml, "amount", formats.money(line.amount()));
        xhtml.close();
    }

    /** A cell that names its column where columns do not fit. */
    private void cell(Xhtml xhtml, String key, String value) {
        String style = value.isEmpty() ? "amount none" : "amount";
        xhtml.open("td", "class", style, "data-label", words.text(key))
                .text(value)
                .close();
    }

    private String quantity(InvoiceLine line) {
        if (line.quantity() == null) {
            return "";
        }
        String number = formats.number(line.quantity());
        return line.unit() == null ? number : number + " \u00d7 " + line.unit();
    }

    private static boolean isIncluded(InvoiceLine line) {
        return line.tax().inclusive() && line.tax().rate().signum() > 0;
    }

    /** From the first day to the last, both in it. */
    private String period(Instant from, @Nullable Instant until) {
        String first = formats.shortDate(from, zone);
        if (until == null) {
            return first;
        }
        Instant end = until.isAfter(from) ? until.minusNanos(1) : from;
        String last = formats.shortDate(end, zone);
        return first.equals(last) ? first : first + " \u2013 " + last;
    }

    private void taxes(Xhtml xhtml) {
        List<TaxRow> rows = TaxRow.of(invoice.lines());
        if (rows.isEmpty()) {
            return;
        }
        xhtml.open("table", "class", "taxes");
        xhtml.open("caption").text(words.text("taxes")).close();
        xhtml.open("thead").open("tr");
        heading(xhtml, "", "tax");
        heading(xhtml, "amount", "rate");
        heading(xhtml, "amount", "base");
        heading(xhtml, "amount", "tax.amount");
        xhtml.close().close().open("tbody");
        for (TaxRow row : rows) {
            boolean none = row.name().equals(Tax.NONE.name()) && row.rate().signum() == 0;
            xhtml.open("tr");
            xhtml.open("th", "scope", "row")
                    .text(none ? words.text("tax.none") : row.name())
                    .close();
            xhtml.element("td", "amount", formats.percent(row.rate()));
            xhtml.element("td", "amount", formats.money(row.base()));
            xhtml.element("td", "amount", formats.money(row.tax()));
            xhtml.close();
        }
        xhtml.close().close();
    }

    private void notes(Xhtml xhtml) {
        if (invoice.lines().stream().anyMatch(InvoiceSheet::isIncluded)) {
            xhtml.element("p", "note", words.text("note.included"));
        }
        if (invoice.lines().stream().anyMatch(line -> isReverseCharge(line.tax()))) {
            xhtml.element("p", "note strong", words.text("note.reverse-charge"));
        }
        if (invoice.buyer().exemption() != null) {
            xhtml.element(
                    "p", "note", words.text("note.exemption", invoice.buyer().exemption()));
        }
        if (invoice.total().isNegative()) {
            xhtml.element(
                    "p",
                    "note",
                    words.text("note.credit", formats.money(invoice.total().negated())));
        }
    }

    private static boolean isReverseCharge(Tax tax) {
        return tax.rate().signum() == 0 && tax.name().toLowerCase(Locale.ROOT).contains("reverse charge");
    }

    private void sums(Xhtml xhtml) {
        xhtml.open("table", "class", "totals").open("tbody");
        sheet.sum("", words.text("subtotal"), formats.money(invoice.subtotal()));
        if (!invoice.discount().isZero()) {
            String names = String.join(", ", invoice.discounts());
            String label = words.text("discount");
            sheet.sum("", names.isEmpty() ? label : label + " (" + names + ")", less(invoice.discount()));
        }
        taxSums();
        sheet.sum("total", words.text("total"), formats.money(invoice.total()));
        lessUnlessZero("credited", invoice.credited());
        lessUnlessZero("paid", invoice.paid());
        lessUnlessZero("credit-noted", invoice.creditNoted());
        sheet.sum("due", words.text("due"), formats.money(invoice.due()));
        xhtml.close().close();
    }

    /** Tax that prices have in them is no summand, and says so. */
    private void taxSums() {
        Money included = Money.zero(invoice.currency());
        for (InvoiceLine line : invoice.lines()) {
            included = isIncluded(line) ? included.plus(line.taxAmount()) : included;
        }
        boolean all = !included.isZero() && included.equals(invoice.tax());
        if (!all) {
            sheet.sum("", words.text("tax"), formats.money(invoice.tax().minus(included)));
        }
        if (!included.isZero()) {
            sheet.sum("aside", words.text("tax.included"), formats.money(included));
        }
    }

    private void lessUnlessZero(String key, Money amount) {
        if (!amount.isZero()) {
            sheet.sum("", words.text(key), less(amount));
        }
    }

    private String less(Money amount) {
        return formats.money(amount.negated());
    }

    private void payment(Xhtml xhtml) {
        boolean payable = invoice.status() == InvoiceStatus.OPEN || invoice.status() == InvoiceStatus.UNCOLLECTIBLE;
        List<String> ways = invoice.seller().payment();
        if (!payable || invoice.due().isZero() || ways.isEmpty() || invoice.number() == null) {
            return;
        }
        xhtml.open("section", "class", "row payment");
        xhtml.open("div", "class", "cell");
        xhtml.open("h2").text(words.text("payment")).close();
        ways.forEach(way -> xhtml.element("div", "", way));
        xhtml.close();
        xhtml.open("div", "class", "cell");
        xhtml.open("h2").text(words.text("reference")).close();
        xhtml.element("div", "name", invoice.number());
        xhtml.close().close();
    }
}
