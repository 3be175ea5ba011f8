package io.tenancy.billing.document;

import io.tenancy.billing.document.InvoiceHtml.Medium;
import io.tenancy.billing.invoice.CreditNote;
import io.tenancy.billing.invoice.Invoice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes invoices and credit notes as PDF on A4, from the same document as {@link InvoiceHtml}. Needs
 * {@code io.github.openhtmltopdf:openhtmltopdf-pdfbox} on the class path.
 *
 * <p>Text is set in Helvetica, which every reader of PDFs has; what that lacks, such as Polish, Greek or Cyrillic letters,
 * in the fonts of {@link #withFont}, then in Liberation Sans, which comes with PDFBox. A character that none of them has is
 * written as {@code #}. Text from right to left is not reordered.
 *
 * <p>Nothing is loaded but what {@code data:} URIs hold. The messages of the library go to SLF4J under their own names,
 * {@code com.openhtmltopdf}, its warnings at level debug. Safe for many threads.
 */
public final class InvoicePdf {

    private final InvoiceHtml html;
    private final List<byte[]> fonts;

    /**
     * Writes what a document says.
     *
     * @param html knows the language and the looks
     * @throws IllegalStateException when openhtmltopdf is not on the class path
     */
    public InvoicePdf(InvoiceHtml html) {
        this(html, List.of());
        requireLibrary();
    }

    private InvoicePdf(InvoiceHtml html, List<byte[]> fonts) {
        this.html = html;
        this.fonts = fonts;
    }

    private static void requireLibrary() {
        try {
            Class.forName("com.openhtmltopdf.pdfboxout.PdfRendererBuilder", false, InvoicePdf.class.getClassLoader());
        } catch (ClassNotFoundException | NoClassDefFoundError absent) {
            throw new IllegalStateException(
                    "Invoices were to be written as PDF, but openhtmltopdf is not on the class path. Add the dependency"
                            + " io.github.openhtmltopdf:openhtmltopdf-pdfbox to the application, or write them with"
                            + " InvoiceHtml only.",
                    absent);
        }
    }

    /**
     * The same with one more font, for characters that Helvetica and the fonts given before lack.
     *
     * @param trueType a TrueType font; used where it has a character, and embedded as far as it is used
     * @return writes with it
     */
    public InvoicePdf withFont(byte[] trueType) {
        List<byte[]> more = new ArrayList<>(fonts);
        more.add(trueType.clone());
        return new InvoicePdf(html, List.copyOf(more));
    }

    /**
     * Writes an invoice, or a draft of one.
     *
     * @param invoice the invoice
     * @return the file; its bytes may differ each time
     */
    public byte[] render(Invoice invoice) {
        return pages(html.render(invoice, Medium.PDF));
    }

    /**
     * Writes a credit note.
     *
     * @param note the credit note
     * @param corrected the invoice that it corrects
     * @return the file; its bytes may differ each time
     * @throws IllegalArgumentException when it corrects another invoice
     */
    public byte[] render(CreditNote note, Invoice corrected) {
        return pages(html.render(note, corrected, Medium.PDF));
    }

    /**
     * Writes an invoice, or a draft of one.
     *
     * @param invoice the invoice
     * @param out where to; stays open
     * @throws IOException when nothing can be written there
     */
    public void write(Invoice invoice, OutputStream out) throws IOException {
        out.write(render(invoice));
    }

    /**
     * Writes a credit note.
     *
     * @param note the credit note
     * @param corrected the invoice that it corrects
     * @param out where to; stays open
     * @throws IllegalArgumentException when it corrects another invoice
     * @throws IOException when nothing can be written there
     */
    public void write(CreditNote note, Invoice corrected, OutputStream out) throws IOException {
        out.write(render(note, corrected));
    }

    /** The pages of a document. */
    byte[] pages(String xhtml) {
        try {
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            PdfPages.write(xhtml, fonts, file);
            return file.toByteArray();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
