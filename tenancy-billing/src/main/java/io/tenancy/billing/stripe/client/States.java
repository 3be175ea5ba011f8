package io.tenancy.billing.stripe.client;

import com.stripe.model.Customer;
import com.stripe.model.Dispute;
import com.stripe.model.PaymentIntent;
import com.stripe.model.PaymentMethod;
import com.stripe.model.Refund;
import com.stripe.model.SetupIntent;
import com.stripe.model.StripeError;
import com.stripe.model.checkout.Session;
import java.net.URI;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads what Stripe's library read. */
final class States {

    private States() {}

    static CustomerState of(Customer customer) {
        boolean deleted = Boolean.TRUE.equals(customer.getDeleted());
        Customer.InvoiceSettings settings = customer.getInvoiceSettings();
        PaymentMethod method = settings == null ? null : settings.getDefaultPaymentMethodObject();
        Long created = customer.getCreated();
        return new CustomerState(
                customer.getId(),
                deleted,
                Boolean.TRUE.equals(customer.getLivemode()),
                metadata(customer.getMetadata()),
                method == null ? null : card(method),
                created == null ? null : Instant.ofEpochSecond(created));
    }

    private static CardOnFile card(PaymentMethod method) {
        PaymentMethod.Card card = method.getCard();
        if (card == null) {
            return new CardOnFile(method.getId(), method.getType(), null, null, null);
        }
        return new CardOnFile(
                method.getId(),
                method.getType(),
                card.getBrand(),
                card.getLast4(),
                String.format(Locale.ROOT, "%04d-%02d", card.getExpYear(), card.getExpMonth()));
    }

    static IntentState of(PaymentIntent intent) {
        StripeError error = intent.getLastPaymentError();
        return new IntentState(
                intent.getId(),
                orNull(intent.getCustomer()),
                Boolean.TRUE.equals(intent.getLivemode()),
                metadata(intent.getMetadata()),
                intent.getStatus(),
                intent.getCurrency(),
                intent.getAmount(),
                Objects.requireNonNullElse(intent.getAmountReceived(), 0L),
                error == null ? null : failure(error),
                orNull(intent.getPaymentMethod()),
                orNull(intent.getLatestCharge()),
                Instant.ofEpochSecond(intent.getCreated()));
    }

    private static IntentState.Failure failure(StripeError error) {
        String code = error.getDeclineCode() == null ? error.getCode() : error.getDeclineCode();
        return new IntentState.Failure(
                Objects.requireNonNullElse(code, "unknown"),
                Objects.requireNonNullElse(error.getMessage(), "Stripe gives no reason"));
    }

    static RefundState of(Refund refund) {
        return new RefundState(
                refund.getId(),
                orNull(refund.getPaymentIntent()),
                orNull(refund.getCharge()),
                metadata(refund.getMetadata()),
                refund.getStatus(),
                refund.getCurrency(),
                refund.getAmount(),
                orNull(refund.getFailureReason()),
                Instant.ofEpochSecond(refund.getCreated()));
    }

    static DisputeState of(Dispute dispute) {
        return new DisputeState(
                dispute.getId(),
                orNull(dispute.getPaymentIntent()),
                orNull(dispute.getCharge()),
                Boolean.TRUE.equals(dispute.getLivemode()),
                dispute.getStatus(),
                dispute.getCurrency(),
                dispute.getAmount(),
                Instant.ofEpochSecond(dispute.getCreated()));
    }

    static SessionState of(Session session) {
        SetupIntent setup = session.getSetupIntentObject();
        PaymentIntent payment = session.getPaymentIntentObject();
        String method = null;
        if (setup != null) {
            method = setup.getPaymentMethod();
        } else if (payment != null) {
            method = payment.getPaymentMethod();
        }
        String url = session.getUrl();
        return new SessionState(
                session.getId(),
                Boolean.TRUE.equals(session.getLivemode()),
                metadata(session.getMetadata()),
                session.getMode(),
                session.getStatus(),
                session.getPaymentStatus(),
                orNull(session.getCustomer()),
                orNull(session.getPaymentIntent()),
                orNull(method),
                url == null ? null : URI.create(url),
                Instant.ofEpochSecond(session.getExpiresAt()));
    }

    // The library's getters are null where Stripe's answer is.
    static @Nullable String orNull(@Nullable String value) {
        return value;
    }

    private static Map<String, String> metadata(@Nullable Map<String, String> metadata) {
        return metadata == null ? Map.of() : Map.copyOf(metadata);
    }
}
