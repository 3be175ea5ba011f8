package io.tenancy.billing.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tenancy.billing.document.InvoiceHtml;
import io.tenancy.billing.mail.MailNotifier;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordingTest {

    @ParameterizedTest
    @CsvSource({"de", "pt", "es", "fr"})
    void everyLanguageHasTheTextsOfEnglishWithTheSamePlaces(String language) throws Exception {
        for (String file : List.of("document/invoice", "mail/notice")) {
            Properties english = texts(file + "_en.properties");
            Properties other = texts(file + "_" + language + ".properties");

            assertThat(other.stringPropertyNames())
                    .isNotEmpty()
                    .isEqualTo(english.stringPropertyNames())
                    .allSatisfy(key -> assertThat(places(other.getProperty(key)))
                            .as(key)
                            .isEqualTo(places(english.getProperty(key))));
        }
    }

    private static Properties texts(String file) throws Exception {
        Properties texts = new Properties();
        try (InputStream stream = InvoiceHtml.class.getResourceAsStream("/io/tenancy/billing/" + file)) {
            texts.load(new InputStreamReader(stream, StandardCharsets.UTF_8));
        }
        return texts;
    }

    private static List<String> places(String text) {
        return Pattern.compile("\\{\\d}")
                .matcher(text)
                .results()
                .map(place -> place.group())
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "de,Rechnung,de",
        "de-CH,Rechnung,de-CH",
        "pt-BR,Fatura,pt-BR",
        "es-MX,Factura,es-MX",
        "fr,Facture,fr",
        "en-GB,Invoice,en-GB",
        "ja-JP,Invoice,en",
        "und,Invoice,en",
        "en-u-nu-arab,Invoice,en"
    })
    void aLocaleOfNoneOfTheLanguagesIsEnglishThroughout(String locale, String title, String formats) {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            Wording words = Wording.of(InvoiceHtml.class, "invoice", Locale.forLanguageTag(locale));

            assertThat(words.text("invoice")).isEqualTo(title);
            assertThat(words.locale()).isEqualTo(Locale.forLanguageTag(formats));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void placesInWhatIsPutInStayAsTheyAre() {
        assertThat(Wording.of(MailNotifier.class, "notice", Locale.ENGLISH)
                        .text("INVOICE_ISSUED.subject", " {1}", "a $1 \\ {0} name"))
                .isEqualTo("Invoice {1} from a $1 \\ {0} name");
    }

    @Test
    void aTextThatIsNotThereIsNamed() {
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        Wording.of(InvoiceHtml.class, "invoice", Locale.GERMAN).text("no.such"))
                .withMessage("There is no text 'no.such' in invoice_de.properties");
    }
}
