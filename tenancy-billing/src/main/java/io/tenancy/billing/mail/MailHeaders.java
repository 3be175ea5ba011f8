package io.tenancy.billing.mail;

import io.tenancy.billing.internal.text.Characters;
import jakarta.activation.DataHandler;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Parts of a mail, none of which a name can break out of. */
final class MailHeaders {

    private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7e]{1,500}");
    private static final int LONGEST = 200;

    private MailHeaders() {}

    /** One line, so that no name brings a header of its own, and not longer than a person reads. */
    static String line(String text) {
        String line = Characters.plain(text).strip();
        return line.length() <= LONGEST ? line : Characters.plain(line.substring(0, LONGEST - 1)) + "\u2026";
    }

    /** The key of a notice; its digest where it is no printable ASCII. */
    static String key(String key) {
        return PRINTABLE.matcher(key).matches() ? key : "sha256:" + digest(key);
    }

    /** The same for the same key, below the sender's own domain (RFC 5322, 3.6.4). */
    static String messageId(String key, String from) {
        return "<" + digest(key) + "@" + from.substring(from.lastIndexOf('@') + 1) + ">";
    }

    private static String digest(String text) {
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }

    /** One address with a domain, and nothing else. */
    static InternetAddress address(String address) throws AddressException {
        if (!Characters.plain(address).equals(address)) {
            throw new AddressException("it has control characters in it");
        }
        InternetAddress parsed = new InternetAddress(address.strip(), true);
        if (parsed.isGroup()
                || parsed.getPersonal() != null
                || !parsed.getAddress().contains("@")) {
            throw new AddressException("it is to be like name@example.com", address);
        }
        return parsed;
    }

    static Multipart withFile(String text, MailAttachment file) throws MessagingException, IOException {
        MimeBodyPart body = new MimeBodyPart();
        body.setText(text, "UTF-8");
        MimeBodyPart attached = new MimeBodyPart();
        attached.setDataHandler(new DataHandler(new ByteArrayDataSource(file.content(), file.contentType())));
        attached.setFileName(file.fileName());
        attached.setDisposition(Part.ATTACHMENT);
        return new MimeMultipart(body, attached);
    }
}
