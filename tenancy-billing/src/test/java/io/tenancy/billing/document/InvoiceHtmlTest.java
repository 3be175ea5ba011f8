package io.tenancy.billing.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.billing.invoice.CreditNote;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvoiceHtmlTest {

    private static final InvoiceHtml ENGLISH = new InvoiceHtml(Locale.UK);
    private static final Tax NO_VAT = Tax.onTop("Reverse charge", BigDecimal.ZERO);

    private static Page page(Invoices invoices) {
        return Page.of(ENGLISH.render(invoices.invoice()));
    }

    @Test
    void sellerBuyerNumberAndDatesAreThere() {
        Page page = page(Invoices.realistic());

        assertThat(page.texts("//h1")).containsExactly("Invoice");
        assertThat(page.texts("//div[@class='number']")).containsExactly("2026-0042");
        assertThat(page.texts("//div[contains(@class,'party')][1]/div"))
                .containsExactly(
                        "Nordlicht Software GmbH",
                        "Speicherstraße 12",
                        "20457 Hamburg",
                        "Germany",
                        "VAT ID DE812345678",
                        "billing@nordlicht.example");
        assertThat(page.texts("//div[contains(@class,'party')][2]/div"))
                .containsExactly(
                        "Praxis Dr. Müller & Söhne",
                        "Gärtnerweg 7",
                        "60322 Frankfurt am Main",
                        "Germany",
                        "VAT ID DE298765432",
                        "buchhaltung@praxis-mueller.example");
        assertThat(page.rows("//div[contains(@class,'facts')]//tr"))
                .containsExactly(
                        "Invoice number|2026-0042", "Date|1 April 2026", "Due date|15 April 2026", "Currency|EUR");
    }

    @Test
    void datesAreThoseOfTheBuyersZone() {
        Page page = page(Invoices.realistic().buyer(Buyer.of("Clínica", "BR", ZoneId.of("America/Sao_Paulo"))));

        assertThat(page.rows("//div[contains(@class,'facts')]//tr"))
                .contains("Date|31 March 2026", "Due date|14 April 2026");
    }

    @Test
    void linesHavePeriodQuantityDiscountAndAmount() {
        Page page = page(Invoices.realistic());

        assertThat(page.texts("//table[@class='lines']/thead//th[@scope='col']"))
                .containsExactly("Description", "Quantity", "Tax", "Discount", "Amount");
        assertThat(page.rows("//table[@class='lines']/tbody/tr"))
                .hasSize(6)
                .startsWith("Professional 1 Mar 2026 – 31 Mar 2026|1 × month|19%|-€24.90|€249.00")
                .contains("API calls beyond 100,000 included 1 Mar 2026 – 31 Mar 2026|18,450 × call|19%|-€3.69|€36.90")
                .endsWith("Unused part of Starter, 1–28 February||19%||-€12.90");
    }

    @Test
    void aColumnOfDiscountsIsThereOnlyWhereOneCounts() {
        assertThat(page(Invoices.of("EUR").line("Plan", "10.00", Invoices.VAT)).texts("//table[@class='lines']//th"))
                .doesNotContain("Discount");
    }

    @Test
    void taxIsSummedUpByNameAndRate() {
        assertThat(page(Invoices.realistic()).rows("//table[@class='taxes']/tbody/tr"))
                .containsExactly("VAT 19 %|19%|€401.04|€76.20", "VAT 7 %|7%|€35.10|€2.46");
        assertThat(page(Invoices.of("EUR")
                                .line("Plan", "10.00", Invoices.VAT)
                                .line("Users", "5.00", Tax.onTop("VAT 19 %", new BigDecimal("0.190")))
                                .line("Books", "1.00", Tax.onTop("VAT 19 %", new BigDecimal("0.2"))))
                        .rows("//table[@class='taxes']/tbody/tr"))
                .containsExactly("VAT 19 %|19%|€15.00|€2.85", "VAT 19 %|20%|€1.00|€0.20");
    }

    @Test
    void sumsLeadFromTheSubtotalToWhatIsDue() {
        Page page = page(Invoices.realistic().paid("100.00").creditNoted("21.42"));

        assertThat(page.rows("//table[@class='totals']//tr"))
                .containsExactly(
                        "Subtotal|€486.03",
                        "Discount (Annual customer 10 %)|-€49.89",
                        "Tax|€78.66",
                        "Total|€514.80",
                        "Credit applied|-€25.00",
                        "Paid|-€100.00",
                        "Credit notes|-€21.42",
                        "Amount due|€368.38");
        assertThat(page.texts("//section[@class='headline']/*"))
                .containsExactly("Amount due by 15 April 2026", "€368.38");
    }

    @Test
    void taxThatPricesHaveInThemIsMarkedAndNoSummand() {
        Page page = page(Invoices.of("EUR").line("Plan", "119.00", Tax.included("VAT 19 %", new BigDecimal("0.19"))));

        assertThat(page.rows("//table[@class='totals']//tr"))
                .containsExactly("Subtotal|€119.00", "Tax included|€19.00", "Total|€119.00", "Amount due|€119.00");
        assertThat(page.rows("//table[@class='taxes']/tbody/tr")).containsExactly("VAT 19 %|19%|€100.00|€19.00");
        assertThat(page.rows("//table[@class='lines']/tbody/tr")).containsExactly("Plan||19% incl.|€119.00");
        assertThat(page.texts("//p[contains(@class,'note')]")).containsExactly("Prices include tax.");
    }

    @Test
    void bothKindsOfTaxOnOneInvoiceAreToldApart() {
        assertThat(page(Invoices.of("EUR")
                                .line("Plan", "119.00", Tax.included("VAT 19 %", new BigDecimal("0.19")))
                                .line("Users", "10.00", Invoices.VAT))
                        .rows("//table[@class='totals']//tr"))
                .containsExactly(
                        "Subtotal|€129.00", "Tax|€1.90", "Tax included|€19.00", "Total|€130.90", "Amount due|€130.90");
    }

    @Test
    void reverseChargeIsSaid() {
        assertThat(page(Invoices.of("EUR").line("Plan", "10.00", NO_VAT)).texts("//p[contains(@class,'note')]"))
                .containsExactly("Reverse charge: the recipient is liable for the tax.");
        assertThat(Page.of(new InvoiceHtml(Locale.GERMANY)
                                .render(Invoices.of("EUR")
                                        .line("Plan", "10.00", NO_VAT)
                                        .invoice()))
                        .texts("//p[contains(@class,'note')]"))
                .containsExactly("Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge).");
        assertThat(page(Invoices.of("EUR").line("Plan", "10.00", Tax.NONE)).texts("//p[contains(@class,'note')]"))
                .isEmpty();
    }

    @Test
    void anExemptionIsSaid() {
        Buyer school = new Buyer("School", List.of(), "US", "US-CA", null, "certificate 4711", null, ZoneId.of("UTC"));

        assertThat(page(Invoices.of("USD").buyer(school).line("Plan", "10.00", Tax.NONE))
                        .texts("//p[contains(@class,'note')]"))
                .containsExactly("Exempt from tax: certificate 4711");
    }

    @Test
    void anInvoiceBelowZeroSaysThatItsRestIsCredit() {
        assertThat(page(Invoices.of("EUR").line("Unused part", "-10.00", Tax.NONE))
                        .texts("//p[contains(@class,'note')]"))
                .containsExactly("€10.00 are kept as credit for coming invoices.");
    }

    @Test
    void howToPayIsSaidWithTheNumberAsReferenceWhereSomethingIsDue() {
        assertThat(page(Invoices.realistic()).texts("//section[contains(@class,'payment')]//div[not(*)]"))
                .containsExactly("Hanseatic Bank", "IBAN DE02 1203 0000 0000 2020 51", "BIC BYLADEM1001", "2026-0042");
    }

    @ParameterizedTest
    @EnumSource(names = {"DRAFT", "PAID", "VOID"})
    void howToPayIsNotSaidWhereNothingIsToBePaid(InvoiceStatus status) {
        assertThat(page(Invoices.realistic().status(status)).texts("//section[contains(@class,'payment')]"))
                .isEmpty();
        assertThat(page(Invoices.realistic().paid("489.80")).texts("//section[contains(@class,'payment')]"))
                .isEmpty();
    }

    @Test
    void theStatusStandsAcrossWhatIsNotOpen() {
        assertThat(page(Invoices.realistic().status(InvoiceStatus.PAID)).texts("//span[contains(@class,'stamp')]"))
                .containsExactly("Paid");
        assertThat(page(Invoices.realistic().status(InvoiceStatus.VOID)).texts("//span[contains(@class,'stamp')]"))
                .containsExactly("Void");
        assertThat(page(Invoices.realistic()).texts("//span[contains(@class,'stamp')]"))
                .isEmpty();
    }

    @Test
    void aDraftHasNoNumberAndSaysSo() {
        Page page = page(Invoices.realistic().number(null).status(InvoiceStatus.DRAFT));

        assertThat(page.texts("//span[contains(@class,'stamp')]")).containsExactly("Draft");
        assertThat(page.rows("//div[contains(@class,'facts')]//tr")).contains("Invoice number|Draft");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "\" onload=\"alert(1)",
                "' x='",
                "]]><b>",
                "</style><script>alert(1)</script>",
                "&amp;&lt;",
                "{0} $1 \\ %s $accent"
            })
    void whateverComesFromDataIsShownAsItIs(String attack) {
        Page page = Page.of(ENGLISH.render(attacked(attack)));

        assertThat(page.texts("//div[contains(@class,'party')]/div[@class='name']"))
                .containsExactly(attack, attack);
        assertThat(page.texts("//td[@class='what']/div[@class='name']")).containsExactly(attack);
        assertThat(page.texts("//table[@class='taxes']/tbody//th")).containsExactly(attack);
        assertThat(page.rows("//table[@class='totals']//tr"))
                .anySatisfy(row -> assertThat(row).contains(attack));
        assertThat(page.texts("//section[contains(@class,'payment')]//div[not(*)]"))
                .containsExactly(attack, attack);
        assertThat(page.elements()).doesNotContain("script", "b", "link", "iframe", "object");
    }

    private static Invoice attacked(String text) {
        Seller seller = new Seller(
                "evil", text, List.of(text), "DE", text, text, List.of(text), "data:image/png," + text, "#ffee00");
        Buyer buyer = new Buyer(text, List.of(text), "DE", null, text, text, text, ZoneId.of("UTC"));
        return Invoices.of("EUR")
                .seller(seller)
                .buyer(buyer)
                .number(text)
                .line(text, "3", text, "10.00", "1.00", Tax.onTop(text, BigDecimal.ZERO))
                .discount(text)
                .invoice();
    }

    @Test
    void charactersThatXmlDoesNotAllowOrThatTurnTextRoundAreLeftOut() {
        String name = "A\u0000B\u0008C\u001bD\ud800E\ufffeF\u202eG\u2066H\u0085I\nJ\u00e9\ud83d\ude00";

        Page page = Page.of(ENGLISH.render(attacked(name)));

        assertThat(page.texts("//td[@class='what']/div[@class='name']"))
                .containsExactly("ABCDEFGH I J\u00e9\ud83d\ude00");
    }

    @Test
    void nothingIsLoadedAndNothingRuns() {
        String html = ENGLISH.withBranding(new Branding(Invoices.logo(), null))
                .render(Invoices.realistic().invoice());
        Page page = Page.of(html);

        assertThat(page.texts("//@src"))
                .hasSize(1)
                .allSatisfy(uri -> assertThat(uri).startsWith("data:image/"));
        assertThat(page.texts("//@href")).isEmpty();
        assertThat(page.texts("//meta[@http-equiv='Content-Security-Policy']/@content"))
                .containsExactly("default-src 'none'; img-src data:; style-src 'unsafe-inline'");
        assertThat(page.elements()).doesNotContain("script", "link", "iframe", "object", "embed", "base");
        assertThat(page.texts("//style"))
                .singleElement()
                .satisfies(css -> assertThat(css).doesNotContain("url(", "@import"));
        assertThat(html.replace("http://www.w3.org/1999/xhtml", "")).doesNotContain("http:", "https:", "javascript:");
    }

    @Test
    void headersOfTablesSayWhatTheyHead() {
        Page page = page(Invoices.realistic());

        assertThat(page.texts("//th[not(@scope)]")).isEmpty();
        assertThat(page.texts("//th")).isNotEmpty();
        assertThat(page.texts("/html/@*[name()='lang']")).containsExactly("en-GB");
    }

    @Test
    void theLooksOfTheTenantComeBeforeThoseOfTheSeller() {
        Invoice invoice = Invoices.realistic().invoice();

        String own =
                ENGLISH.withBranding(new Branding(Invoices.logo(), "#7a1f5c")).render(invoice);

        assertThat(own).contains("background: #7a1f5c").doesNotContain("#0a5c5c");
        assertThat(Page.of(own).texts("//img/@alt")).containsExactly("Nordlicht Software GmbH");
        assertThat(ENGLISH.render(invoice)).contains("background: #0a5c5c").doesNotContain("<img");
    }

    @Test
    void textTakesTheAccentOnlyWhereItCanBeReadOnWhite() {
        Invoice invoice = Invoices.realistic().invoice();

        assertThat(ENGLISH.withBranding(new Branding(null, "#ffee00")).render(invoice))
                .contains("background: #ffee00")
                .doesNotContain("{ color: #ffee00", " color: #ffee00");
        // The lightest grey that passes WCAG's 4.5 : 1, and the next lighter one.
        assertThat(Contrast.readable("#767676", "#000000")).isEqualTo("#767676");
        assertThat(Contrast.readable("#777777", "#000000")).isEqualTo("#000000");
    }

    @Test
    void aLogoOrAColourThatCouldLoadOrBreakSomethingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Branding("https://example.com/logo.png", null))
                .withMessageContaining("data: URI");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Branding(null, "red; } body { display: none"))
                .withMessageContaining("six hexadecimal digits");
    }

    @ParameterizedTest
    @ValueSource(strings = {"de-DE", "pt-BR", "es-ES", "fr-FR"})
    void everyLanguageHasAnInvoiceOfItsOwn(String tag) {
        Page page = Page.of(new InvoiceHtml(Locale.forLanguageTag(tag))
                .render(Invoices.realistic().invoice()));

        assertThat(page.texts("/html/@*[name()='lang']")).containsExactly(tag);
        assertThat(page.texts("//h1")).isNotEqualTo(List.of("Invoice"));
        assertThat(page.texts("//table[@class='totals']//tr[last()]/th"))
                .isSubsetOf("Zu zahlen", "Valor a pagar", "Importe pendiente", "Reste à payer");
    }

    @Test
    void amountsOfGermanInvoicesLookGerman() {
        Page page = Page.of(
                new InvoiceHtml(Locale.GERMANY).render(Invoices.realistic().invoice()));

        assertThat(page.rows("//table[@class='totals']//tr")).contains("Gesamt|514,80\u00a0€");
        assertThat(page.rows("//div[contains(@class,'facts')]//tr")).contains("Fällig am|15. April 2026");
    }

    @Test
    void aCreditNoteSaysWhatItCorrectsAndWhy() {
        Invoice invoice = Invoices.realistic().invoice();

        Page page = Page.of(ENGLISH.render(Invoices.creditNote(invoice, "18.00", "3.42"), invoice));

        assertThat(page.texts("//h1")).containsExactly("Credit note");
        assertThat(page.rows("//div[contains(@class,'facts')]//tr"))
                .containsExactly(
                        "Credit note number|C-2026-0007",
                        "Date|10 April 2026",
                        "Corrects invoice|2026-0042",
                        "Invoice date|1 April 2026",
                        "Currency|EUR");
        assertThat(page.texts("//p[@class='reason']")).containsExactly("Two users were billed twice");
        assertThat(page.rows("//table[@class='totals']//tr"))
                .containsExactly("Net|€18.00", "Tax|€3.42", "Total credited|€21.42");
    }

    @Test
    void aCreditNoteOfAnotherInvoiceIsRefused() {
        Invoice invoice = Invoices.realistic().invoice();
        CreditNote note = Invoices.creditNote(invoice, "18.00", "3.42");
        CreditNote other = new CreditNote(
                note.id(),
                note.tenant(),
                note.number(),
                UUID.fromString("0198c0de-0000-7000-8000-0000000000ff"),
                "2026-0041",
                note.note(),
                note.net(),
                note.tax(),
                note.total(),
                note.issuedAt());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ENGLISH.render(other, invoice))
                .withMessageContaining("C-2026-0007 corrects invoice 2026-0041")
                .withMessageContaining("2026-0042");
    }

    @Test
    void theSameInvoiceIsTheSameDocument() {
        assertThat(ENGLISH.render(Invoices.realistic().invoice()))
                .isEqualTo(
                        new InvoiceHtml(Locale.UK).render(Invoices.realistic().invoice()));
    }
}
