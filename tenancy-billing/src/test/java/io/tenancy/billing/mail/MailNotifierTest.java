package io.tenancy.billing.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.notice.BillingNotice.Kind;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import jakarta.mail.Header;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a mail server that runs here. */
class MailNotifierTest {

    private static final UUID INVOICE = UUID.fromString("0198c0de-0000-7000-8000-000000000001");
    private static final TenantId TENANT = TenantId.next(InstantSource.system());
    private static final Instant AT = Instant.parse("2026-04-01T06:00:00Z");
    private static final Seller SELLER = new Seller(
            "nordlicht",
            "Nordlicht Software",
            List.of(),
            "DE",
            null,
            "help@nordlicht.example",
            List.of("IBAN DE02 1203 0000 0000 2020 51"),
            null,
            Seller.DEFAULT_COLOUR);
    private static final Buyer BUYER =
            Buyer.of("Praxis Müller", "DE", ZoneId.of("Europe/Berlin")).withEmail("praxis@mueller.example");

    private GreenMail server;

    @BeforeEach
    void start() {
        server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private Session session() {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.host", "127.0.0.1");
        properties.setProperty("mail.smtp.port", String.valueOf(server.getSmtp().getPort()));
        properties.setProperty("mail.smtp.timeout", "10000");
        return Session.getInstance(properties);
    }

    private MailNotifier.Builder mails() {
        return MailNotifier.builder(session(), "billing@platform.example");
    }

    private static BillingNotice notice(String key, Kind kind, Seller seller, Buyer buyer, @Nullable String number) {
        return new BillingNotice(
                key,
                kind,
                TENANT,
                seller,
                buyer,
                number == null ? null : INVOICE,
                number,
                number == null ? null : Money.of(new BigDecimal("489.80"), "EUR"),
                Instant.parse("2026-04-14T22:30:00Z"),
                AT);
    }

    private static BillingNotice issued() {
        return notice("invoice/issued/1", Kind.INVOICE_ISSUED, SELLER, BUYER, "2026-0042");
    }

    private MimeMessage only() {
        assertThat(server.getReceivedMessages()).hasSize(1);
        return server.getReceivedMessages()[0];
    }

    @Test
    void aMailGoesToTheBuyerInTheSellersNameWithAnswersToTheSeller() throws Exception {
        mails().build().tell(issued());

        MimeMessage mail = only();
        assertThat(mail.getFrom())
                .containsExactly(new InternetAddress("billing@platform.example", "Nordlicht Software", "UTF-8"));
        assertThat(((InternetAddress) mail.getFrom()[0]).getPersonal()).isEqualTo("Nordlicht Software");
        assertThat(mail.getRecipients(RecipientType.TO)).containsExactly(new InternetAddress("praxis@mueller.example"));
        assertThat(mail.getReplyTo()).containsExactly(new InternetAddress("help@nordlicht.example"));
        assertThat(mail.getSubject()).isEqualTo("Invoice 2026-0042 from Nordlicht Software");
        assertThat(mail.getSentDate()).isEqualTo(Date.from(AT));
        assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        assertThat(mail.getHeader("X-Notice-Key")).containsExactly("invoice/issued/1");
        assertThat(mail.getContentType()).startsWith("text/plain");
    }

    @Test
    void theTextSaysWhatIsToBePaidUntilWhenAndHow() throws Exception {
        mails().build().tell(issued());

        assertThat(only().getContent().toString().replace("\r\n", "\n").strip()).isEqualTo("""
                        Hello Praxis Müller,

                        There is a new invoice for your subscription with Nordlicht Software.

                        Invoice: 2026-0042
                        Amount: €489.80
                        Due on: April 15, 2026

                        How to pay:
                        IBAN DE02 1203 0000 0000 2020 51
                        Reference: 2026-0042

                        Kind regards
                        Nordlicht Software
                        help@nordlicht.example""");
    }

    @ParameterizedTest
    @EnumSource
    void everyKindHasWordsInEveryLanguage(Kind kind) throws Exception {
        for (String language : List.of("en", "de", "pt-BR", "es", "fr")) {
            MailNotifier mails =
                    mails().locale(buyer -> Locale.forLanguageTag(language)).build();
            mails.tell(notice(kind + language, kind, SELLER, BUYER, "2026-0042"));
            mails.tell(notice(kind + language + "2", kind, SELLER, BUYER, null));
        }

        assertThat(server.getReceivedMessages()).hasSize(10).allSatisfy(mail -> {
            assertThat(mail.getSubject()).isNotBlank().doesNotContain("{");
            assertThat(mail.getContent().toString())
                    .contains("Praxis Müller", "Nordlicht Software")
                    .doesNotContain("{", "null");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "de-DE,Rechnung 2026-0042 von Nordlicht Software,15. April 2026",
        "pt-BR,Fatura 2026-0042 de Nordlicht Software,15 de abril de 2026",
        "es,Factura 2026-0042 de Nordlicht Software,15 de abril de 2026",
        "fr-FR,Facture 2026-0042 de Nordlicht Software,15 avril 2026",
        "ja-JP,Invoice 2026-0042 from Nordlicht Software,'April 15, 2026'"
    })
    void aMailIsInTheLanguageOfTheBuyer(String locale, String subject, String date) throws Exception {
        mails().locale(buyer -> Locale.forLanguageTag(locale)).build().tell(issued());

        assertThat(only().getSubject()).isEqualTo(subject);
        assertThat(only().getContent().toString()).contains(date);
    }

    @Test
    void theSameNoticeToldAgainHasTheSameMessageId() throws Exception {
        MailNotifier mails = mails().build();
        mails.tell(issued());
        mails.tell(issued());
        mails.tell(notice("invoice/issued/2", Kind.INVOICE_ISSUED, SELLER, BUYER, "2026-0042"));

        MimeMessage[] received = server.getReceivedMessages();
        assertThat(received).hasSize(3);
        assertThat(received[0].getMessageID()).matches("<[0-9a-f]{64}@platform\\.example>");
        assertThat(received[1].getMessageID()).isEqualTo(received[0].getMessageID());
        assertThat(received[2].getMessageID()).isNotEqualTo(received[0].getMessageID());
    }

    @Test
    void theInvoiceGoesWithTheMail() throws Exception {
        byte[] pdf = {'%', 'P', 'D', 'F', 0, (byte) 0xff};
        mails().attachment(notice -> INVOICE.equals(notice.invoice())
                        ? Optional.of(MailAttachment.pdf("Fatura 42 - março.pdf", pdf))
                        : Optional.empty())
                .build()
                .tell(issued());

        Multipart parts = (Multipart) only().getContent();
        assertThat(parts.getCount()).isEqualTo(2);
        assertThat(parts.getBodyPart(0).getContent().toString()).contains("Hello Praxis Müller");
        assertThat(parts.getBodyPart(1).getContentType()).startsWith("application/pdf");
        assertThat(parts.getBodyPart(1).getFileName()).isEqualTo("Fatura 42 - março.pdf");
        assertThat(parts.getBodyPart(1).getInputStream().readAllBytes()).isEqualTo(pdf);
    }

    @Test
    void mailsGoByTheTransportThatIsGivenWithTheirMessageId() throws Exception {
        List<MimeMessage> sent = new ArrayList<>();
        mails().transport(mail -> {
                    mail.saveChanges();
                    sent.add(mail);
                })
                .build()
                .tell(issued());

        assertThat(server.getReceivedMessages()).isEmpty();
        assertThat(sent)
                .singleElement()
                .satisfies(mail -> assertThat(mail.getMessageID()).matches("<[0-9a-f]{64}@platform\\.example>"));
    }

    @Test
    void anInvoiceOnWhichNothingIsDueIsNotDueOnAnyDay() throws Exception {
        BillingNotice settled = new BillingNotice(
                "invoice/issued/3",
                Kind.INVOICE_ISSUED,
                TENANT,
                SELLER,
                BUYER,
                INVOICE,
                "2026-0043",
                Money.of(new BigDecimal("0.00"), "EUR"),
                Instant.parse("2026-04-14T22:30:00Z"),
                AT);

        mails().build().tell(settled);

        assertThat(only().getContent().toString())
                .contains("2026-0043", "€0.00")
                .doesNotContain("Due on", "IBAN");
    }

    @Test
    void aNoticeAboutNoInvoiceHasNoAttachment() throws Exception {
        mails().attachment(notice -> {
                    throw new AssertionError("asked for the attachment of no invoice");
                })
                .build()
                .tell(notice("trial/1", Kind.TRIAL_ENDS, SELLER, BUYER, null));

        assertThat(only().getContent()).isInstanceOf(String.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Evil\r\nBcc: victim@example.com\r\n\r\nText",
                "Evil\nBcc: victim@example.com",
                "Evil\rBcc: victim@example.com",
                "Evil\u2028Bcc: victim@example.com",
                "\" <a@b.example>, victim@example.com"
            })
    void noNameBringsAHeaderOrARecipientOfItsOwn(String name) throws Exception {
        Seller seller =
                new Seller("evil", name, List.of(), "DE", null, null, List.of(name), null, Seller.DEFAULT_COLOUR);
        Buyer buyer = Buyer.of(name, "DE", ZoneId.of("UTC")).withEmail("buyer@example.com");

        mails().build().tell(notice("key\r\nBcc: victim@example.com", Kind.INVOICE_ISSUED, seller, buyer, name));

        MimeMessage mail = only();
        assertThat(mail.getAllRecipients()).containsExactly(new InternetAddress("buyer@example.com"));
        assertThat(mail.getFrom()).hasSize(1);
        assertThat(mail.getHeader("Bcc")).isNull();
        assertThat(mail.getHeader("X-Notice-Key"))
                .singleElement()
                .satisfies(key -> assertThat(key).matches("sha256:[0-9a-f]{64}"));
        assertThat(Collections.list(mail.getAllHeaders()))
                .extracting(Header::getName)
                .contains("Subject")
                .doesNotContain("Bcc");
        assertThat(mail.getSubject()).doesNotContain("\r", "\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "buyer@example.com, victim@example.com",
                "buyer@example.com\r\nBcc: victim@example.com",
                "Name <buyer@example.com>",
                "buyer",
                "buyer@",
                "@example.com",
                "group:a@example.com,b@example.com;"
            })
    void anAddressThatIsMoreOrLessThanOneIsAnErrorThatSaysWhose(String address) {
        assertThatExceptionOfType(MessagingException.class)
                .isThrownBy(() ->
                        mails().build().tell(notice("k", Kind.TRIAL_ENDS, SELLER, BUYER.withEmail(address), null)))
                .withMessageContaining("The buyer of tenant " + TENANT)
                .withMessageContaining("Correct it");
        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void aHeaderIsOneLineAndNoLongerThanAPersonReads() {
        assertThat(MailHeaders.line(" Evil\r\nBcc: x@example.com\u2028\u0000\u202e "))
                .isEqualTo("Evil  Bcc: x@example.com");
        assertThat(MailHeaders.line("x".repeat(200))).isEqualTo("x".repeat(200));
        // Never half of a pair of surrogates.
        assertThat(MailHeaders.line("x".repeat(198) + "\ud83d\ude00" + "y")).isEqualTo("x".repeat(198) + "\u2026");
    }

    @Test
    void aBuyerWithoutAnAddressIsToldNothingAndThatIsNoError() throws Exception {
        mails().build().tell(notice("k", Kind.TRIAL_ENDS, SELLER, Buyer.of("Praxis", "DE", ZoneId.of("UTC")), null));
        mails().build().tell(notice("k", Kind.TRIAL_ENDS, SELLER, BUYER.withEmail(" "), null));

        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void aServerThatIsAwayIsAnErrorSoThatTheNoticeIsToldAgain() {
        MailNotifier mails = mails().build();
        server.stop();

        assertThatExceptionOfType(MessagingException.class).isThrownBy(() -> mails.tell(issued()));
    }

    @Test
    void aSenderThatIsNoAddressIsRefusedWhenTheNotifierIsMade() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MailNotifier.builder(session(), "billing"))
                .withMessageContaining("billing@example.com");
    }

    @Test
    void anAttachmentWhoseNameOrTypeCouldBreakAHeaderIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MailAttachment.pdf("a.pdf\r\nBcc: x@example.com", new byte[0]))
                .withMessageContaining("name of an attachment");
        assertThatIllegalArgumentException().isThrownBy(() -> MailAttachment.pdf("../../a.pdf", new byte[0]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MailAttachment("a.pdf", "application/pdf\r\nX: y", new byte[0]))
                .withMessageContaining("application/pdf");
    }
}
