package io.tenancy.billing.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import io.tenancy.TenantId;
import io.tenancy.billing.invoice.CreditNote;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.party.Buyer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.text.PDFTextStripper;
import org.joda.money.CurrencyUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InvoicePdfTest {

    private static final InvoicePdf PDF = new InvoicePdf(new InvoiceHtml(Locale.UK));

    private static String textOf(byte[] file) throws IOException {
        try (PDDocument document = Loader.loadPDF(file)) {
            PDFTextStripper stripper = new PDFTextStripper();
            stripper.setSortByPosition(true);
            return stripper.getText(document).replace('\u00a0', ' ').replaceAll(" +", " ");
        }
    }

    @Test
    void numbersUmlautsAndTheEuroSignComeOut() throws Exception {
        assertThat(textOf(PDF.render(Invoices.realistic().invoice())))
                .contains(
                        "Invoice",
                        "2026-0042",
                        "Speicherstraße 12",
                        "Praxis Dr. Müller & Söhne",
                        "18,450 × call",
                        "VAT 19 % 19% €401.04 €76.20",
                        "Total €514.80",
                        "Amount due €489.80",
                        "IBAN DE02 1203 0000 0000 2020 51")
                .doesNotContain("#");
    }

    @Test
    void everyCharacterOfWesternLanguagesComesOut() throws Exception {
        String letters =
                "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞß àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ €‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ ¡¢£¥§©«®°±µ¶»¿";

        String text = textOf(PDF.render(named(letters)));

        assertThat(letters.codePoints().mapToObj(Character::toString))
                .allSatisfy(letter -> assertThat(text).contains(letter));
        assertThat(text).doesNotContain("#");
    }

    @Test
    void polishGreekAndCyrillicComeOutOfTheFontThatPdfboxBrings() throws Exception {
        assertThat(textOf(PDF.render(named("Łódź Žluťoučký Αθήνα Москва"))))
                .contains("Łódź Žluťoučký", "Αθήνα", "Москва");
    }

    @Test
    void aCharacterThatNoFontHasIsReplacedAndDoesNotFail() throws Exception {
        assertThat(textOf(PDF.render(named("Tōkyō 東京 \ud83d\ude00 שלום")))).contains("Tōkyō ## #", "€489.80");
    }

    @Test
    void aFontOfOnesOwnIsAskedWhereTheOthersLackACharacter() throws Exception {
        byte[] own;
        try (InputStream stream =
                PDType0Font.class.getResourceAsStream("/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf")) {
            // Under another name, in both encodings that the file has it in.
            String file = new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1)
                    .replace("LiberationSans", "FontOfOnesOwn0")
                    .replace(utf16("LiberationSans"), utf16("FontOfOnesOwn0"));
            own = file.getBytes(StandardCharsets.ISO_8859_1);
        }

        assertThat(fonts(PDF.withFont(own).render(named("Łódź"))))
                .anyMatch(name -> name.endsWith("Helvetica-Bold"))
                .anyMatch(name -> name.endsWith("FontOfOnesOwn0"))
                .noneMatch(name -> name.endsWith("LiberationSans"));
        assertThat(fonts(PDF.render(named("Łódź")))).anyMatch(name -> name.endsWith("LiberationSans"));
    }

    private static String utf16(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.ISO_8859_1);
    }

    private static List<String> fonts(byte[] file) throws IOException {
        List<String> names = new ArrayList<>();
        try (PDDocument document = Loader.loadPDF(file)) {
            for (PDPage page : document.getPages()) {
                for (COSName name : page.getResources().getFontNames()) {
                    names.add(page.getResources().getFont(name).getName());
                }
            }
        }
        return names;
    }

    private static Invoice named(String name) {
        return Invoices.realistic()
                .buyer(Buyer.of(name, "PL", ZoneId.of("Europe/Warsaw")))
                .invoice();
    }

    @Test
    void pagesAreA4AndNumbered() throws Exception {
        Invoices many = Invoices.of("EUR");
        for (int i = 0; i < 60; i++) {
            many.line("Seat " + i, "1", "seat", "9.00", "0", Invoices.VAT);
        }

        try (PDDocument document = Loader.loadPDF(PDF.render(many.invoice()))) {
            assertThat(document.getNumberOfPages()).isGreaterThan(2);
            assertThat(document.getPage(0).getMediaBox().getWidth()).isBetween(595f, 596f);
            assertThat(document.getPage(0).getMediaBox().getHeight()).isBetween(841f, 843f);
            PDFTextStripper last = new PDFTextStripper();
            last.setStartPage(document.getNumberOfPages());
            int pages = document.getNumberOfPages();
            // The heading of the table comes again on each page.
            assertThat(last.getText(document)).contains("Page " + pages + " / " + pages, "DESCRIPTION", "Seat 59");
            assertThat(document.getDocumentInformation().getTitle())
                    .isEqualTo("Invoice 2026-0042 · Nordlicht Software GmbH");
        }
    }

    @Test
    void aRealisticInvoiceFitsOnOnePage() throws Exception {
        try (PDDocument document =
                Loader.loadPDF(PDF.render(Invoices.realistic().invoice()))) {
            assertThat(document.getNumberOfPages()).isEqualTo(1);
        }
    }

    @Test
    void aLogoIsDrawnAndASvgGivesWayToTheName() throws Exception {
        Invoice invoice = Invoices.realistic().invoice();

        assertThat(images(new InvoiceHtml(Locale.UK).withBranding(new Branding(Invoices.logo(), null)), invoice))
                .isEqualTo(1);
        InvoiceHtml svg =
                new InvoiceHtml(Locale.UK).withBranding(new Branding("data:image/svg+xml;base64,PHN2Zy8+", null));
        assertThat(images(svg, invoice)).isZero();
        assertThat(textOf(new InvoicePdf(svg).render(invoice)).lines().limit(2))
                .anySatisfy(line -> assertThat(line).startsWith("Nordlicht Software GmbH"));
        InvoiceHtml broken = new InvoiceHtml(Locale.UK).withBranding(new Branding("data:image/png;base64,AAAA", null));
        assertThat(textOf(new InvoicePdf(broken).render(invoice))).contains("€489.80");
    }

    private static int images(InvoiceHtml html, Invoice invoice) throws IOException {
        int images = 0;
        try (PDDocument document = Loader.loadPDF(new InvoicePdf(html).render(invoice))) {
            for (PDPage page : document.getPages()) {
                for (COSName name : page.getResources().getXObjectNames()) {
                    images += page.getResources().isImageXObject(name) ? 1 : 0;
                }
            }
        }
        return images;
    }

    @Test
    void nothingIsLoadedFromTheNetworkOrTheDisk(@TempDir Path folder) throws Exception {
        AtomicInteger requests = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
        try {
            String there = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
            Path css = Files.writeString(folder.resolve("x.css"), "p:before { content: 'STOLEN' }");
            String attack = "<html><head><link rel=\"stylesheet\" href=\"" + there + "a.css\" />"
                    + "<link rel=\"stylesheet\" href=\"" + css.toUri() + "\" />"
                    + "<style>@import url('" + there + "b.css'); @font-face { font-family: x; src: url('" + there
                    + "c.ttf'); } p { font-family: x; background: url('" + there + "d.png') }</style></head>"
                    + "<body><p>Text</p><img src=\"" + there + "e.png\" /><img src=\"classpath:x.png\" />"
                    + "<object data=\"" + there + "f.pdf\" type=\"application/pdf\"></object>"
                    + "<a href=\"" + there + "g\" download=\"x\" data-content-type=\"text/plain\">x</a></body></html>";

            String text = textOf(PDF.pages(attack));

            assertThat(text).contains("Text").doesNotContain("STOLEN");
            assertThat(requests).hasValue(0);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void theLibraryWritesNothingPastTheApplicationsLogging() throws Exception {
        AtomicInteger records = new AtomicInteger();
        Handler counting = new Handler() {
            @Override
            public void publish(LogRecord line) {
                records.addAndGet(String.valueOf(line.getLoggerName()).startsWith("com.openhtmltopdf") ? 1 : 0);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger root = Logger.getLogger("");
        root.addHandler(counting);
        try {
            PDF.pages("<html><head><style>p { no-such-property: 1 }</style></head><body><p>x</p></body></html>");
        } finally {
            root.removeHandler(counting);
        }

        assertThat(records).hasValue(0);
        assertThat(Logger.getLogger("com.openhtmltopdf.css-parse").getHandlers())
                .isEmpty();
    }

    @Test
    void aCreditNoteIsWrittenToo() throws Exception {
        Invoice invoice = Invoices.realistic().invoice();
        CreditNote note = Invoices.creditNote(invoice, "18.00", "3.42");
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        PDF.write(note, invoice, out);

        assertThat(textOf(out.toByteArray())).contains("Credit note", "C-2026-0007", "Total credited €21.42");
    }

    @Test
    void withoutTheLibraryItIsSaidWhatToAdd() throws Exception {
        URL[] classPath = {
            placeOf(InvoicePdf.class), placeOf(TenantId.class), placeOf(CurrencyUnit.class), placeOf(Nullable.class)
        };
        try (URLClassLoader bare = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            Class<?> html = bare.loadClass(InvoiceHtml.class.getName());
            Object english = html.getConstructor(Locale.class).newInstance(Locale.ENGLISH);
            Class<?> pdf = bare.loadClass(InvoicePdf.class.getName());

            assertThat(catchThrowable(() -> pdf.getConstructor(html).newInstance(english)))
                    .isInstanceOf(InvocationTargetException.class)
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("io.github.openhtmltopdf:openhtmltopdf-pdfbox");
        }
    }

    private static URL placeOf(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    @Test
    void everyLanguageComesOut() throws Exception {
        for (String tag : List.of("de", "pt-BR", "es", "fr")) {
            InvoiceHtml html = new InvoiceHtml(Locale.forLanguageTag(tag));

            assertThat(textOf(new InvoicePdf(html).render(Invoices.realistic().invoice())))
                    .as(tag)
                    .contains("489,80")
                    .doesNotContain("#");
        }
    }
}
