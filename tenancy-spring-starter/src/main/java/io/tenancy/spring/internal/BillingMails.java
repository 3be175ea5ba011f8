package io.tenancy.spring.internal;

import io.tenancy.billing.document.InvoiceHtml;
import io.tenancy.billing.document.InvoicePdf;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.mail.MailAttachment;
import io.tenancy.billing.mail.MailNotifier;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.notice.BillingNotifier;
import io.tenancy.spring.ConfigurationFault;
import io.tenancy.spring.TenancyBillingProperties.MailProperties;
import io.tenancy.spring.TenancyConfigurationException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.util.ClassUtils;

/** Notices by e-mail, as the properties say and by the application's own sender. */
public final class BillingMails {

    private static final String FROM = "tenancy.billing.mail.from";
    private static final String SENDER = "org.springframework.mail.javamail.JavaMailSender";
    private static final String PDF = "com.openhtmltopdf.pdfboxout.PdfRendererBuilder";

    private BillingMails() {}

    /**
     * The notifier of the properties.
     *
     * @param mail the properties, with an address
     * @param beans have the sender and, later, billing
     * @return the notifier
     * @throws TenancyConfigurationException when there is no sender, or what the properties ask for cannot be had
     */
    public static BillingNotifier of(MailProperties mail, BeanFactory beans) {
        return of(mail, beans, BillingMails.class.getClassLoader());
    }

    /**
     * The same where only some libraries are there.
     *
     * @param mail the properties, with an address
     * @param beans have the sender and, later, billing
     * @param libraries loads what is there
     * @return the notifier
     * @throws TenancyConfigurationException when there is no sender, or what the properties ask for cannot be had
     */
    static BillingNotifier of(MailProperties mail, BeanFactory beans, ClassLoader libraries) {
        String from = Objects.requireNonNull(mail.from(), "from");
        if (!ClassUtils.isPresent(SENDER, libraries)) {
            throw fault(
                    FROM,
                    from,
                    "there is nothing on the class path to send mails with",
                    "Add spring-boot-starter-mail" + " and set spring.mail.host, or remove the property.");
        }
        if (mail.attachInvoices() && !ClassUtils.isPresent(PDF, libraries)) {
            throw fault(
                    "tenancy.billing.mail.attach-invoices",
                    "true",
                    "openhtmltopdf is not on the class path",
                    "Add io.github.openhtmltopdf:openhtmltopdf-pdfbox, or set it to false.");
        }
        return OfSpring.notifier(mail, from, beans);
    }

    private static TenancyConfigurationException fault(String property, String value, String fault, String fix) {
        return new TenancyConfigurationException(List.of(new ConfigurationFault(property, value, fault, fix)));
    }

    /** Apart, because its classes are not in every application. */
    private static final class OfSpring {

        static BillingNotifier notifier(MailProperties mail, String from, BeanFactory beans) {
            JavaMailSender sender = beans.getBeanProvider(JavaMailSender.class).getIfUnique();
            if (sender == null) {
                throw fault(
                        FROM,
                        from,
                        "there is no JavaMailSender to send mails with, or more than one",
                        "Set" + " spring.mail.host, or declare one bean of type " + SENDER
                                + ", if need be as @Primary.");
            }
            try {
                MailNotifier.Builder mails = MailNotifier.builder(
                                sender.createMimeMessage().getSession(), from)
                        .locale(buyer -> mail.locale())
                        .transport(sender::send);
                if (mail.attachInvoices()) {
                    mails.attachment(invoices(mail.locale(), beans.getBeanProvider(TenancyBilling.class)));
                }
                return mails.build();
            } catch (IllegalArgumentException malformed) {
                throw fault(FROM, from, "it was refused: " + malformed.getMessage(), "Correct it.");
            }
        }

        private static Function<BillingNotice, Optional<MailAttachment>> invoices(
                Locale locale, ObjectProvider<TenancyBilling> billing) {
            InvoicePdf pdf = new InvoicePdf(new InvoiceHtml(locale));
            return notice -> billing.getObject()
                    .invoices()
                    .find(notice.tenant(), Objects.requireNonNull(notice.invoice(), "invoice"))
                    .map(invoice -> MailAttachment.invoice(invoice, pdf));
        }
    }
}
