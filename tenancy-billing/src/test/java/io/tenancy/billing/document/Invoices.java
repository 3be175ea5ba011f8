package io.tenancy.billing.document;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.CreditNote;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceLine;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/** Puts invoices together whose sums are right. */
final class Invoices {

    static final Tax VAT = Tax.onTop("VAT 19 %", new BigDecimal("0.19"));
    static final UUID ID = UUID.fromString("0198c0de-0000-7000-8000-000000000001");
    static final TenantId TENANT = TenantId.next(InstantSource.system());
    static final Instant MARCH = Instant.parse("2026-02-28T23:00:00Z");
    static final Instant APRIL = Instant.parse("2026-03-31T22:00:00Z");

    static final Seller SELLER = new Seller(
            "nordlicht",
            "Nordlicht Software GmbH",
            List.of("Speicherstraße 12", "20457 Hamburg"),
            "DE",
            "DE812345678",
            "billing@nordlicht.example",
            List.of("Hanseatic Bank", "IBAN DE02 1203 0000 0000 2020 51", "BIC BYLADEM1001"),
            null,
            "#0a5c5c");

    static final Buyer BUYER = new Buyer(
            "Praxis Dr. Müller & Söhne",
            List.of("Gärtnerweg 7", "60322 Frankfurt am Main"),
            "DE",
            null,
            "DE298765432",
            null,
            "buchhaltung@praxis-mueller.example",
            ZoneId.of("Europe/Berlin"));

    private String currency = "EUR";
    private @Nullable String number = "2026-0042";
    private InvoiceStatus status = InvoiceStatus.OPEN;
    private Seller seller = SELLER;
    private Buyer buyer = BUYER;
    private final List<InvoiceLine> lines = new ArrayList<>();
    private final List<String> discounts = new ArrayList<>();
    private String credited = "0";
    private String paid = "0";
    private String creditNoted = "0";

    private Invoices() {}

    static Invoices of(String currency) {
        Invoices invoices = new Invoices();
        invoices.currency = currency;
        return invoices;
    }

    /** Plan, users, usage and a credit, with a discount. */
    static Invoices realistic() {
        return of("EUR")
                .line("Professional", "1", "month", "249.00", "24.90", VAT)
                .line("Additional users", "12", "user", "108.00", "10.80", VAT)
                .line("API calls beyond 100,000 included", "18450", "call", "36.90", "3.69", VAT)
                .line("SMS reminders, February", "1320.5", "SMS", "66.03", "6.60", VAT)
                .line("Printed handbook (book, reduced rate)", null, null, "39.00", "3.90", reduced())
                .line("Unused part of Starter, 1–28 February", null, null, "-12.90", "0", VAT)
                .discount("Annual customer 10 %")
                .credited("25.00");
    }

    static Tax reduced() {
        return Tax.onTop("VAT 7 %", new BigDecimal("0.07"));
    }

    Invoices number(@Nullable String text) {
        number = text;
        return this;
    }

    Invoices status(InvoiceStatus wanted) {
        status = wanted;
        return this;
    }

    Invoices seller(Seller who) {
        seller = who;
        return this;
    }

    Invoices buyer(Buyer who) {
        buyer = who;
        return this;
    }

    Invoices discount(String name) {
        discounts.add(name);
        return this;
    }

    Invoices credited(String amount) {
        credited = amount;
        return this;
    }

    Invoices paid(String amount) {
        paid = amount;
        return this;
    }

    Invoices creditNoted(String amount) {
        creditNoted = amount;
        return this;
    }

    Invoices line(String description, String amount, Tax tax) {
        return line(description, null, null, amount, "0", tax);
    }

    Invoices line(
            String description,
            @Nullable String quantity,
            @Nullable String unit,
            String amount,
            String discount,
            Tax tax) {
        Money base = money(amount).minus(money(discount));
        Money levied = tax.inclusive()
                ? base.minus(Money.rounded(
                        base.amount().divide(BigDecimal.ONE.add(tax.rate()), 10, java.math.RoundingMode.HALF_UP),
                        currency))
                : base.times(tax.rate());
        lines.add(new InvoiceLine(
                description,
                null,
                null,
                quantity == null ? null : new BigDecimal(quantity),
                unit,
                quantity == null ? null : MARCH,
                quantity == null ? null : APRIL,
                money(amount),
                money(discount),
                tax,
                levied,
                tax.inclusive() ? base : base.plus(levied)));
        return this;
    }

    Invoice invoice() {
        Money zero = Money.zero(currency);
        Money total = lines.stream().map(InvoiceLine::total).reduce(zero, Money::plus);
        Money owed = total.isNegative() ? zero : total;
        return new Invoice(
                ID,
                TENANT,
                number,
                status,
                seller,
                buyer,
                Instant.parse("2026-03-31T22:05:00Z"),
                number == null ? null : Instant.parse("2026-03-31T22:30:00Z"),
                Instant.parse("2026-04-14T22:30:00Z"),
                lines,
                lines.stream().map(InvoiceLine::amount).reduce(zero, Money::plus),
                lines.stream().map(InvoiceLine::discount).reduce(zero, Money::plus),
                lines.stream().map(InvoiceLine::taxAmount).reduce(zero, Money::plus),
                total,
                money(credited),
                money(paid),
                money(creditNoted),
                owed.minus(money(credited)).minus(money(paid)).minus(money(creditNoted)),
                discounts,
                new ChangeNote("ada", "asked for it"));
    }

    static CreditNote creditNote(Invoice of, String net, String tax) {
        Money lessTax = Money.of(new BigDecimal(net), of.currency());
        Money levied = Money.of(new BigDecimal(tax), of.currency());
        return new CreditNote(
                UUID.fromString("0198c0de-0000-7000-8000-000000000002"),
                of.tenant(),
                "C-2026-0007",
                of.id(),
                String.valueOf(of.number()),
                new ChangeNote("ada", "Two users were billed twice"),
                lessTax,
                levied,
                lessTax.plus(levied),
                Instant.parse("2026-04-09T22:30:00Z"));
    }

    private Money money(String amount) {
        return Money.of(new BigDecimal(amount), currency);
    }

    /** A small logo as a {@code data:} URI. */
    static String logo() {
        BufferedImage image = new BufferedImage(360, 96, BufferedImage.TYPE_INT_ARGB);
        Graphics2D pen = image.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setColor(new Color(0x7a1f5c));
        pen.fillOval(4, 4, 88, 88);
        pen.fillRoundRect(120, 34, 236, 28, 28, 28);
        pen.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", png);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray());
    }
}
