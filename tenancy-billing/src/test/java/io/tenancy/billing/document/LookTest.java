package io.tenancy.billing.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Leaves documents in the build's folder, for people to look at. */
class LookTest {

    @Test
    void documentsAreLeftToLookAt() throws Exception {
        Path folder = Files.createDirectories(Path.of("target", "documents"));
        Invoice open = Invoices.realistic().invoice();
        Invoice paid =
                Invoices.realistic().status(InvoiceStatus.PAID).paid("489.80").invoice();
        InvoiceHtml english = new InvoiceHtml(Locale.UK);
        InvoiceHtml german = new InvoiceHtml(Locale.GERMANY);
        InvoiceHtml branded = english.withBranding(new Branding(Invoices.logo(), "#7a1f5c"));

        write(folder, "open", english, open);
        write(folder, "paid-branded", branded, paid);
        write(
                folder,
                "draft-german",
                german,
                Invoices.realistic().number(null).status(InvoiceStatus.DRAFT).invoice());
        Files.writeString(
                folder.resolve("note.html"), english.render(Invoices.creditNote(open, "18.00", "3.42"), open));
        Files.write(
                folder.resolve("note.pdf"),
                new InvoicePdf(english).render(Invoices.creditNote(open, "18.00", "3.42"), open));
        Invoices many = Invoices.of("EUR");
        for (int i = 1; i <= 60; i++) {
            many.line("Seat of employee number " + i, "1", "seat", "9.00", "0", Invoices.VAT);
        }
        write(folder, "long", english, many.invoice());

        assertThat(folder.resolve("open.pdf")).isNotEmptyFile();
        assertThat(folder.resolve("open.html")).isNotEmptyFile();
    }

    private static void write(Path folder, String name, InvoiceHtml html, Invoice invoice) throws IOException {
        Files.writeString(folder.resolve(name + ".html"), html.render(invoice));
        try (OutputStream out = Files.newOutputStream(folder.resolve(name + ".pdf"))) {
            new InvoicePdf(html).write(invoice, out);
        }
    }
}
