package io.tenancy.spring.web;

import io.tenancy.billing.stripe.webhook.StripeWebhook;
import io.tenancy.billing.stripe.webhook.WebhookAnswer;
import io.tenancy.billing.stripe.webhook.WebhookRequest;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The address at which Stripe's events come in. It answers everything that is sent there itself and hands nothing on, so
 * neither a tenant nor a token against forged requests nor anybody signed in is asked for: what is believed is what Stripe
 * signed. It stands before every filter that may read or change the body.
 */
public final class StripeWebhookFilter implements Filter {

    private final StripeWebhook webhook;

    /**
     * An address.
     *
     * @param webhook takes in what comes
     */
    public StripeWebhookFilter(StripeWebhook webhook) {
        this.webhook = webhook;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain unused) throws IOException {
        HttpServletRequest asked = (HttpServletRequest) request;
        HttpServletResponse answered = (HttpServletResponse) response;
        if (!"POST".equals(asked.getMethod())) {
            answered.setHeader("Allow", "POST");
            answer(answered, new WebhookAnswer(405, "events of Stripe are sent here by POST only"));
            return;
        }
        answer(
                answered,
                webhook.receive(new WebhookRequest(
                        asked.getContentType(),
                        asked.getHeader("Content-Encoding"),
                        asked.getHeader("Stripe-Signature"),
                        asked.getContentLengthLong(),
                        asked.getInputStream())));
    }

    private static void answer(HttpServletResponse response, WebhookAnswer answer) throws IOException {
        byte[] text = answer.text().getBytes(StandardCharsets.US_ASCII);
        response.setStatus(answer.status());
        response.setContentType(WebhookAnswer.CONTENT_TYPE);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setContentLength(text.length);
        response.getOutputStream().write(text);
    }
}
