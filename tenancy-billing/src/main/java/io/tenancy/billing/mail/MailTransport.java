package io.tenancy.billing.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;

/** Sends mails that are ready, such as by a framework's own sender. Safe for many threads. */
@FunctionalInterface
public interface MailTransport {

    /**
     * Sends one. It keeps the mail's {@code Message-ID}, by which a mail that is sent again is known.
     *
     * @param mail with its addresses, headers and content
     * @throws MessagingException when it was not sent; so does any unchecked exception. The notice is told again later
     */
    void send(MimeMessage mail) throws MessagingException;
}
