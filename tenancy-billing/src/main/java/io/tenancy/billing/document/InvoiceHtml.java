package io.tenancy.billing.document;

import io.tenancy.billing.internal.text.Wording;
import io.tenancy.billing.invoice.CreditNote;
import io.tenancy.billing.invoice.Invoice;
import java.util.Locale;

/**
 * Writes invoices and credit notes as HTML: one document each that loads nothing, runs nothing and is well-formed XML too.
 * It prints on A4 and can be read on a phone.
 *
 * <p>Whatever comes from data is escaped; what XML does not allow, control characters and what forces a direction of
 * writing are left out. Dates are those of the buyer's zone.
 *
 * <p>The same document for the same arguments, always. Safe for many threads.
 */
public final class InvoiceHtml {

    private final Wording words;
    private final Branding branding;

    /**
     * Writes in a language: English, German, Portuguese, Spanish or French. A locale of any other language is English.
     * Amounts and dates look as the locale has them.
     *
     * @param locale such as {@code Locale.GERMANY}
     */
    public InvoiceHtml(Locale locale) {
        this(Wording.of(InvoiceHtml.class, "invoice", locale), Branding.OF_THE_SELLER);
    }

    private InvoiceHtml(Wording words, Branding branding) {
        this.words = words;
        this.branding = branding;
    }

    /**
     * The same with the looks of a tenant.
     *
     * @param branding of the tenant
     * @return writes with them
     */
    public InvoiceHtml withBranding(Branding branding) {
        return new InvoiceHtml(words, branding);
    }

    /**
     * Writes an invoice, or a draft of one.
     *
     * @param invoice the invoice
     * @return the document, to be served as {@code text/html} in UTF-8
     */
    public String render(Invoice invoice) {
        return render(invoice, Medium.SCREEN);
    }

    /**
     * Writes a credit note.
     *
     * @param note the credit note
     * @param corrected the invoice that it corrects
     * @return the document, to be served as {@code text/html} in UTF-8
     * @throws IllegalArgumentException when it corrects another invoice
     */
    public String render(CreditNote note, Invoice corrected) {
        return render(note, corrected, Medium.SCREEN);
    }

    String render(Invoice invoice, Medium medium) {
        return new InvoiceSheet(sheet(invoice, medium), words, invoice).write();
    }

    String render(CreditNote note, Invoice corrected, Medium medium) {
        if (!note.invoice().equals(corrected.id()) || !note.tenant().equals(corrected.tenant())) {
            throw new IllegalArgumentException("Credit note " + note.number() + " corrects invoice "
                    + note.invoiceNumber()
                    + " (" + note.invoice() + "), but was to be written with invoice " + corrected.number() + " ("
                    + corrected.id() + "): pass the one that it corrects");
        }
        return new CreditNoteSheet(sheet(corrected, medium), words, note, corrected).write();
    }

    private Sheet sheet(Invoice invoice, Medium medium) {
        return new Sheet(words, branding, invoice.seller(), invoice.buyer(), medium);
    }

    /** Where a document is shown. */
    enum Medium {
        SCREEN,
        /** Draws no SVG. */
        PDF
    }
}
