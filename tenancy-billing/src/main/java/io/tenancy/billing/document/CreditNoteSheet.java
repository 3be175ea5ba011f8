package io.tenancy.billing.document;

import io.tenancy.billing.document.Sheet.Fact;
import io.tenancy.billing.internal.text.Formats;
import io.tenancy.billing.internal.text.Wording;
import io.tenancy.billing.invoice.CreditNote;
import io.tenancy.billing.invoice.Invoice;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/** A credit note on its sheet. */
final class CreditNoteSheet {

    private final Sheet sheet;
    private final Wording words;
    private final Formats formats;
    private final CreditNote note;
    private final Invoice corrected;

    CreditNoteSheet(Sheet sheet, Wording words, CreditNote note, Invoice corrected) {
        this.sheet = sheet;
        this.words = words;
        this.formats = new Formats(words.locale());
        this.note = note;
        this.corrected = corrected;
    }

    String write() {
        ZoneId zone = corrected.buyer().zone();
        Instant invoiced = corrected.finalisedAt() == null ? corrected.createdAt() : corrected.finalisedAt();
        List<Fact> facts = List.of(
                new Fact(words.text("credit-note.number"), note.number()),
                new Fact(words.text("date"), formats.date(note.issuedAt(), zone)),
                new Fact(words.text("credit-note.invoice"), note.invoiceNumber()),
                new Fact(words.text("credit-note.invoiced"), formats.date(invoiced, zone)),
                new Fact(words.text("currency"), note.total().currency()));
        Fact headline = new Fact(words.text("credit-note.total"), formats.money(note.total()));
        Xhtml xhtml = sheet.begin(words.text("credit-note"), note.number(), null, facts, headline);
        xhtml.open("div", "class", "row bottom");
        xhtml.open("div", "class", "cell aside");
        xhtml.open("h2").text(words.text("credit-note.reason")).close();
        xhtml.element("p", "reason", note.reason());
        xhtml.close();
        xhtml.open("div", "class", "cell sums").open("table", "class", "totals").open("tbody");
        sheet.sum("", words.text("credit-note.net"), formats.money(note.net()));
        sheet.sum("", words.text("tax"), formats.money(note.tax()));
        sheet.sum("due", words.text("credit-note.total"), formats.money(note.total()));
        xhtml.close().close().close().close();
        return sheet.end();
    }
}
