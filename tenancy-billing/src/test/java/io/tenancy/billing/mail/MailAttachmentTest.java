package io.tenancy.billing.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.Money;
import io.tenancy.billing.document.InvoiceHtml;
import io.tenancy.billing.document.InvoicePdf;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MailAttachmentTest {

    private static final UUID ID = UUID.fromString("0198c0de-0000-7000-8000-000000000001");
    private static final Instant AT = Instant.parse("2026-04-01T06:00:00Z");
    private static final InvoicePdf PDF = new InvoicePdf(new InvoiceHtml(Locale.UK));

    private static Invoice numbered(@Nullable String number) {
        Money none = Money.zero("EUR");
        return new Invoice(
                ID,
                TenantId.next(InstantSource.system()),
                number,
                number == null ? InvoiceStatus.DRAFT : InvoiceStatus.PAID,
                Seller.of("nordlicht", "Nordlicht Software", "DE"),
                Buyer.of("Praxis Müller", "DE", ZoneId.of("Europe/Berlin")),
                AT,
                number == null ? null : AT,
                AT,
                List.of(),
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                List.of(),
                BillingFixture.NOTE);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-000042, 2026-000042.pdf",
        "RE/2026-000042, RE-2026-000042.pdf",
        "'\"x\"\r\nBcc: v@example.com-000001', Invoice -x---Bcc- v-example.com-000001.pdf",
        "#2026-000042, Invoice -2026-000042.pdf"
    })
    void anInvoiceIsCalledByItsNumberWhateverItsNumberingSays(String number, String name) {
        MailAttachment file = MailAttachment.invoice(numbered(number), PDF);

        assertThat(file.fileName()).isEqualTo(name);
        assertThat(new String(file.content(), 0, 5, StandardCharsets.US_ASCII)).isEqualTo("%PDF-");
    }

    @Test
    void aDraftIsCalledByItsId() {
        assertThat(MailAttachment.invoice(numbered(null), PDF).fileName()).isEqualTo(ID + ".pdf");
    }

    @Test
    void anOverlongNumberIsCutToAName() {
        assertThat(MailAttachment.invoice(numbered("R".repeat(300)), PDF).fileName())
                .isEqualTo("R".repeat(96) + ".pdf");
    }
}
