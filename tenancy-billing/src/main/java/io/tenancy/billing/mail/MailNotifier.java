package io.tenancy.billing.mail;

import io.tenancy.billing.internal.text.Wording;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.notice.BillingNotifier;
import io.tenancy.billing.party.Buyer;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.util.Date;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells tenants by e-mail: plain text in the buyer's language, from the seller's name at one address, with answers going to
 * the seller's own. Needs an implementation of Jakarta Mail, such as {@code org.eclipse.angus:angus-mail}.
 *
 * <p>A notice may be told again after a crash. Its mails then have the same {@code Message-ID}, made from the notice's key,
 * by which mail servers and programs know a mail that they have already; {@code X-Notice-Key} has the key itself.
 *
 * <p>A buyer without an e-mail address is told nothing; the notice counts as told, since telling it again would not help.
 * An address that is malformed is an error each time, until somebody mends it.
 */
public final class MailNotifier implements BillingNotifier {

    private static final Logger LOG = LoggerFactory.getLogger(MailNotifier.class);

    private final Session session;
    private final InternetAddress from;
    private final Function<Buyer, Locale> locale;
    private final Function<BillingNotice, Optional<MailAttachment>> attachment;
    private final MailTransport transport;
    private final Map<Locale, Wording> wordings = new ConcurrentHashMap<>();

    private MailNotifier(Builder builder) {
        this.session = builder.session;
        this.from = builder.from;
        this.locale = builder.locale;
        this.attachment = builder.attachment;
        this.transport = builder.transport;
    }

    /**
     * Begins one.
     *
     * @param session knows the server, and how to log in there; give it time-outs, such as {@code mail.smtp.timeout},
     *     {@code mail.smtp.connectiontimeout} and {@code mail.smtp.writetimeout}, which Jakarta Mail has none of by default
     * @param from the address that mails are from, such as {@code billing@example.com}; one that the server may send for
     * @return a builder
     * @throws IllegalArgumentException when the address is malformed
     */
    public static Builder builder(Session session, String from) {
        return new Builder(session, from);
    }

    /**
     * Sends a mail.
     *
     * @param notice what it says
     * @throws MessagingException when an address is malformed or the server does not take the mail
     * @throws IOException when its text cannot be written
     */
    @Override
    public void tell(BillingNotice notice) throws MessagingException, IOException {
        String to = notice.buyer().email();
        if (to == null || to.isBlank()) {
            LOG.info(
                    "Notice {} of tenant {} goes to nobody: its buyer has no e-mail address",
                    MailHeaders.key(notice.key()),
                    notice.tenant());
            return;
        }
        MimeMessage mail = new NoticeMail(session, MailHeaders.messageId(notice.key(), from.getAddress()));
        mail.setFrom(new InternetAddress(
                from.getAddress(), MailHeaders.line(notice.seller().name()), "UTF-8"));
        mail.setRecipient(RecipientType.TO, address("The buyer of tenant " + notice.tenant(), to));
        String answers = notice.seller().email();
        if (answers != null && !answers.isBlank()) {
            mail.setReplyTo(
                    new InternetAddress[] {address("Seller " + notice.seller().code(), answers)});
        }
        mail.setSentDate(Date.from(notice.at()));
        mail.setHeader("X-Notice-Key", MailHeaders.key(notice.key()));
        mail.setHeader("Auto-Submitted", "auto-generated");
        write(mail, notice);
        transport.send(mail);
    }

    private void write(MimeMessage mail, BillingNotice notice) throws MessagingException, IOException {
        Wording words = wordings.computeIfAbsent(
                locale.apply(notice.buyer()), wanted -> Wording.of(MailNotifier.class, "notice", wanted));
        NoticeText text = new NoticeText(words, notice);
        mail.setSubject(MailHeaders.line(text.subject()), "UTF-8");
        mail.setHeader("Content-Language", words.locale().toLanguageTag());
        Optional<MailAttachment> file = notice.invoice() == null ? Optional.empty() : attachment.apply(notice);
        if (file.isPresent()) {
            mail.setContent(MailHeaders.withFile(text.body(), file.get()));
        } else {
            mail.setText(text.body(), "UTF-8");
        }
    }

    private static InternetAddress address(String whose, String address) throws MessagingException {
        try {
            return MailHeaders.address(address);
        } catch (MessagingException malformed) {
            throw new MessagingException(
                    whose + " has an e-mail address that no mail can go to: " + malformed.getMessage()
                            + ". Correct it; the notice is told again then.",
                    malformed);
        }
    }

    /** A mail that keeps its id. */
    private static final class NoticeMail extends MimeMessage {

        private final String id;

        NoticeMail(Session session, String id) {
            super(session);
            this.id = id;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
        }
    }

    /** Puts a notifier together. */
    public static final class Builder {

        private final Session session;
        private final InternetAddress from;
        private Function<Buyer, Locale> locale = buyer -> Locale.ENGLISH;
        private Function<BillingNotice, Optional<MailAttachment>> attachment = notice -> Optional.empty();
        private MailTransport transport = Transport::send;

        private Builder(Session session, String from) {
            this.session = Objects.requireNonNull(session, "session");
            try {
                this.from = MailHeaders.address(from);
            } catch (MessagingException malformed) {
                throw new IllegalArgumentException(
                        "Mails are from an address such as billing@example.com, but it was malformed: "
                                + malformed.getMessage(),
                        malformed);
            }
        }

        /**
         * Whose language is which; English unless set.
         *
         * @param locale of a buyer; English, German, Portuguese, Spanish and French are known, others are English
         * @return this
         */
        public Builder locale(Function<Buyer, Locale> locale) {
            this.locale = Objects.requireNonNull(locale, "locale");
            return this;
        }

        /**
         * What goes with mails that are about an invoice; nothing unless set.
         *
         * @param attachment of a notice whose {@link BillingNotice#invoice()} is not null, such as
         *     {@link MailAttachment#invoice} of it; empty for none. What it throws keeps the mail from being sent
         * @return this
         */
        public Builder attachment(Function<BillingNotice, Optional<MailAttachment>> attachment) {
            this.attachment = Objects.requireNonNull(attachment, "attachment");
            return this;
        }

        /**
         * What sends mails; {@link Transport#send(jakarta.mail.Message)} unless set, to the server of the session.
         *
         * @param transport takes a mail that is ready
         * @return this
         */
        public Builder transport(MailTransport transport) {
            this.transport = Objects.requireNonNull(transport, "transport");
            return this;
        }

        /**
         * The notifier.
         *
         * @return safe for many threads
         */
        public MailNotifier build() {
            return new MailNotifier(this);
        }
    }
}
