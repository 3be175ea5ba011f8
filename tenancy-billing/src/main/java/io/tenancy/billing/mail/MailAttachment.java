package io.tenancy.billing.mail;

import io.tenancy.billing.document.InvoicePdf;
import io.tenancy.billing.invoice.Invoice;
import java.util.regex.Pattern;

/** A file that goes with a mail. */
public final class MailAttachment {

    private static final int LONGEST = 96;
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._()-]{0,99}");
    private static final Pattern NOT_IN_A_NAME = Pattern.compile("[^\\p{L}\\p{N} ._()-]");
    private static final Pattern TYPE = Pattern.compile("[a-z]+/[a-z0-9.+-]+");

    private final String fileName;
    private final String contentType;
    private final byte[] content;

    /**
     * A file.
     *
     * @param fileName such as {@code Invoice 2026-0042.pdf}: letters, digits, spaces and {@code . _ ( ) -}, at most 100
     * @param contentType such as {@code application/pdf}
     * @param content its bytes
     * @throws IllegalArgumentException when name or type are malformed
     */
    public MailAttachment(String fileName, String contentType, byte[] content) {
        if (!NAME.matcher(fileName).matches()) {
            throw new IllegalArgumentException("The name of an attachment begins with a letter or a digit, goes on with"
                    + " letters, digits, spaces and . _ ( ) - and has at most 100 characters, but was '" + fileName
                    + "'");
        }
        if (!TYPE.matcher(contentType).matches()) {
            throw new IllegalArgumentException(
                    "The type of an attachment is like application/pdf, but was '" + contentType + "'");
        }
        this.fileName = fileName;
        this.contentType = contentType;
        this.content = content.clone();
    }

    /**
     * A PDF.
     *
     * @param fileName such as {@code Invoice 2026-0042.pdf}
     * @param content its bytes
     * @return the attachment
     * @throws IllegalArgumentException when the name is malformed
     */
    public static MailAttachment pdf(String fileName, byte[] content) {
        return new MailAttachment(fileName, "application/pdf", content);
    }

    /**
     * An invoice as PDF, called by its number, such as {@code 2026-000042.pdf}; a character that names of files do not have
     * is {@code -} there. A draft is called by its id.
     *
     * @param invoice the invoice
     * @param pdf writes it
     * @return the attachment
     */
    public static MailAttachment invoice(Invoice invoice, InvoicePdf pdf) {
        String number = invoice.number();
        String called = number == null ? invoice.id().toString() : number;
        String name = NOT_IN_A_NAME.matcher(called).replaceAll("-");
        // A number may begin with a dash or a bracket, which names of attachments do not.
        String begun = name.matches("[\\p{L}\\p{N}].*") ? name : "Invoice " + name;
        return pdf(begun.substring(0, Math.min(begun.length(), LONGEST)) + ".pdf", pdf.render(invoice));
    }

    String fileName() {
        return fileName;
    }

    String contentType() {
        return contentType;
    }

    byte[] content() {
        return content;
    }
}
