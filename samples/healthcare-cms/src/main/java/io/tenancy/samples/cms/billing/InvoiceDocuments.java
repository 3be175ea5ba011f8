package io.tenancy.samples.cms.billing;

import io.tenancy.billing.document.InvoiceHtml;
import io.tenancy.billing.document.InvoicePdf;
import io.tenancy.billing.invoice.CreditNote;
import io.tenancy.billing.invoice.Invoice;
import java.nio.charset.StandardCharsets;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/** Answers requests with invoices and credit notes. Nothing in them is run or loaded, and nobody keeps a copy. */
public final class InvoiceDocuments {

    /** A document has its looks in it; nothing else is allowed, least of all a script. */
    private static final String POLICY =
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none';"
                    + " form-action 'none'; frame-ancestors 'none'; sandbox";

    private final InvoiceHtml html;

    /**
     * Answers in one language and with one look.
     *
     * @param html knows both
     */
    public InvoiceDocuments(InvoiceHtml html) {
        this.html = html;
    }

    /**
     * An invoice as a page.
     *
     * @param invoice the invoice
     * @return the answer
     */
    public ResponseEntity<byte[]> page(Invoice invoice) {
        return page(html.render(invoice));
    }

    /**
     * A credit note as a page.
     *
     * @param note the credit note
     * @param corrected the invoice that it corrects
     * @return the answer
     */
    public ResponseEntity<byte[]> page(CreditNote note, Invoice corrected) {
        return page(html.render(note, corrected));
    }

    private static ResponseEntity<byte[]> page(String document) {
        return ResponseEntity.ok()
                .contentType(new MediaType("text", "html", StandardCharsets.UTF_8))
                .cacheControl(CacheControl.noStore())
                .header("Content-Security-Policy", POLICY)
                .body(document.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * An invoice as a file.
     *
     * @param invoice the invoice, final
     * @return the answer
     */
    public ResponseEntity<byte[]> file(Invoice invoice) {
        return file(String.valueOf(invoice.number()), new InvoicePdf(html).render(invoice));
    }

    /**
     * A credit note as a file.
     *
     * @param note the credit note
     * @param corrected the invoice that it corrects
     * @return the answer
     */
    public ResponseEntity<byte[]> file(CreditNote note, Invoice corrected) {
        return file(note.number(), new InvoicePdf(html).render(note, corrected));
    }

    private static ResponseEntity<byte[]> file(String number, byte[] pdf) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_PDF)
                .cacheControl(CacheControl.noStore())
                .header(
                        "Content-Disposition",
                        ContentDisposition.attachment()
                                .filename(number + ".pdf")
                                .build()
                                .toString())
                .body(pdf);
    }
}
