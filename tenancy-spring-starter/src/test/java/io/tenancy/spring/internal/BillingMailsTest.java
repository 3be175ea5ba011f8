package io.tenancy.spring.internal;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.openhtmltopdf.pdfboxout.PdfRendererBuilder;
import io.tenancy.spring.TenancyBillingProperties.MailProperties;
import io.tenancy.spring.TenancyConfigurationException;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.mail.javamail.JavaMailSenderImpl;

/** What is missing is told before the first mail would be sent. */
class BillingMailsTest {

    private static final MailProperties MAIL = new MailProperties("bills@platform.example", Locale.ENGLISH, true);

    private final StaticListableBeanFactory beans = new StaticListableBeanFactory();

    @Test
    void withoutTheLibraryThatSendsItsStarterIsNamed() {
        assertThatExceptionOfType(TenancyConfigurationException.class)
                .isThrownBy(() -> BillingMails.of(MAIL, beans, new FilteredClassLoader(JavaMailSender.class)))
                .withMessageContaining("tenancy.billing.mail.from was 'bills@platform.example'")
                .withMessageContaining("spring-boot-starter-mail");
    }

    @Test
    void withoutTheLibraryThatWritesPdfNoInvoiceCanGoWithAMail() {
        beans.addBean("sender", new JavaMailSenderImpl());

        assertThatExceptionOfType(TenancyConfigurationException.class)
                .isThrownBy(() -> BillingMails.of(MAIL, beans, new FilteredClassLoader(PdfRendererBuilder.class)))
                .withMessageContaining("tenancy.billing.mail.attach-invoices was 'true'")
                .withMessageContaining("openhtmltopdf-pdfbox");
    }

    @Test
    void betweenTwoSendersNoneIsChosen() {
        beans.addBean("one", new JavaMailSenderImpl());
        beans.addBean("other", new JavaMailSenderImpl());

        assertThatExceptionOfType(TenancyConfigurationException.class)
                .isThrownBy(() -> BillingMails.of(MAIL, beans))
                .withMessageContaining("no JavaMailSender")
                .withMessageContaining("@Primary");
    }
}
