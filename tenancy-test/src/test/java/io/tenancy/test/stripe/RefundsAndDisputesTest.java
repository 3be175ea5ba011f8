package io.tenancy.test.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.stripe.StripeClient;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.Charge;
import com.stripe.model.Dispute;
import com.stripe.model.PaymentIntent;
import com.stripe.model.Refund;
import com.stripe.param.ChargeRetrieveParams;
import com.stripe.param.ChargeUpdateParams;
import com.stripe.param.DisputeListParams;
import com.stripe.param.DisputeUpdateParams;
import com.stripe.param.PaymentIntentCreateParams;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.RefundListParams;
import com.stripe.param.RefundUpdateParams;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Money that goes back, given or taken. */
class RefundsAndDisputesTest {

    private final FakeStripe stripe = FakeStripe.start();
    private final StripeClient client = Clients.of(stripe);

    @AfterEach
    void close() {
        stripe.close();
    }

    @Test
    void aPaymentIsGivenBackInPartsAndNoMoreThanThat() throws StripeException {
        PaymentIntent paid = pay("pm_card_visa");

        Refund part = refund(paid, 300L);
        refund(paid, 700L);

        assertThat(part.getStatus()).isEqualTo("succeeded");
        InvalidRequestException error = catchThrowableOfType(InvalidRequestException.class, () -> refund(paid, 1L));
        assertThat(error.getCode()).isEqualTo("charge_already_refunded");
        Charge charge = client.v1()
                .charges()
                .retrieve(
                        paid.getLatestCharge(),
                        ChargeRetrieveParams.builder().addExpand("refunds").build());
        assertThat(charge.getRefunded()).isTrue();
        assertThat(charge.getRefunds().getData()).hasSize(2);
        assertThat(stripe.refunds()).extracting(StripeRefund::amount).containsExactly(300L, 700L);
        assertThat(stripe.balance("usd")).isZero();
        assertThat(types())
                .containsSubsequence("refund.created", "charge.refunded", "refund.created", "charge.refunded");
    }

    @Test
    void moreThanWasPaidIsNotGivenBack() throws StripeException {
        PaymentIntent paid = pay("pm_card_visa");

        assertThatThrownBy(() -> refund(paid, 1001L))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("greater than unrefunded amount");
        assertThat(stripe.refunds()).isEmpty();
    }

    @Test
    void whatWasNotPaidIsNotGivenBack() throws StripeException {
        PaymentIntent open = client.v1()
                .paymentIntents()
                .create(PaymentIntentCreateParams.builder()
                        .setAmount(1000L)
                        .setCurrency("usd")
                        .build());

        assertThatThrownBy(() -> refund(open, null)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aPendingRefundArrivesByTheClock() throws StripeException {
        Refund refund = refund(pay("pm_card_pendingRefund"), null);
        assertThat(refund.getStatus()).isEqualTo("pending");

        stripe.advance(Duration.ofHours(2));

        assertThat(client.v1().refunds().retrieve(refund.getId()).getStatus()).isEqualTo("succeeded");
        assertThat(types()).contains("refund.updated");
    }

    @Test
    void aRefundThatSucceededCanFailLaterAndTheMoneyIsBack() throws StripeException {
        PaymentIntent paid = pay("pm_card_refundFail");
        Refund refund = refund(paid, null);
        assertThat(refund.getStatus()).isEqualTo("succeeded");
        assertThat(stripe.balance("usd")).isZero();

        stripe.advance(Duration.ofHours(2));

        Refund failed = client.v1().refunds().retrieve(refund.getId());
        assertThat(failed.getStatus()).isEqualTo("failed");
        assertThat(failed.getFailureReason()).isEqualTo("expired_or_canceled_card");
        assertThat(client.v1().charges().retrieve(paid.getLatestCharge()).getAmountRefunded())
                .isZero();
        assertThat(stripe.balance("usd")).isEqualTo(1000);
        assertThat(types()).contains("refund.failed");
    }

    @Test
    void aTestLetsAnyRefundFail() throws StripeException {
        Refund refund = refund(pay("pm_card_visa"), null);

        stripe.failRefund(refund.getId(), "lost_or_stolen_card");

        assertThat(client.v1().refunds().retrieve(refund.getId()).getFailureReason())
                .isEqualTo("lost_or_stolen_card");
        assertThatThrownBy(() -> stripe.settleRefund(refund.getId())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refundsAreListedByPaymentAndTheirMetadataChanged() throws StripeException {
        PaymentIntent paid = pay("pm_card_visa");
        Refund refund = refund(paid, 100L);
        refund(pay("pm_card_visa"), 200L);
        client.v1()
                .refunds()
                .update(
                        refund.getId(),
                        RefundUpdateParams.builder().putMetadata("k", "v").build());

        List<Refund> refunds = client.v1()
                .refunds()
                .list(RefundListParams.builder().setPaymentIntent(paid.getId()).build())
                .getData();

        assertThat(refunds).singleElement().satisfies(one -> {
            assertThat(one.getAmount()).isEqualTo(100);
            assertThat(one.getMetadata()).containsEntry("k", "v");
        });
    }

    @Test
    void aDisputeTakesTheMoneyUntilItIsWon() throws StripeException {
        PaymentIntent paid = pay("pm_card_createDispute");
        Dispute dispute = onlyDispute();
        assertThat(dispute.getStatus()).isEqualTo("needs_response");
        assertThat(dispute.getReason()).isEqualTo("fraudulent");
        assertThat(stripe.balance("usd")).isZero();
        assertThatThrownBy(() -> refund(paid, null)).hasMessageContaining("charged back");

        client.v1()
                .disputes()
                .update(
                        dispute.getId(),
                        DisputeUpdateParams.builder()
                                .setEvidence(DisputeUpdateParams.Evidence.builder()
                                        .setUncategorizedText("winning_evidence")
                                        .build())
                                .build());

        assertThat(client.v1().disputes().retrieve(dispute.getId()).getStatus()).isEqualTo("won");
        assertThat(stripe.balance("usd")).isEqualTo(1000);
        assertThat(types())
                .containsSubsequence(
                        "charge.dispute.created",
                        "charge.dispute.funds_withdrawn",
                        "charge.dispute.funds_reinstated",
                        "charge.dispute.closed");
    }

    @Test
    void anAcceptedDisputeIsLost() throws StripeException {
        pay("pm_card_createDisputeProductNotReceived");

        Dispute closed = client.v1().disputes().close(onlyDispute().getId());

        assertThat(closed.getStatus()).isEqualTo("lost");
        assertThat(stripe.balance("usd")).isZero();
        assertThatThrownBy(() -> client.v1().disputes().close(closed.getId()))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void anInquiryTakesNoMoney() throws StripeException {
        pay("pm_card_createDisputeInquiry");

        assertThat(onlyDispute().getStatus()).isEqualTo("warning_needs_response");
        assertThat(stripe.balance("usd")).isEqualTo(1000);
    }

    @Test
    void aTestDisputesAnyChargeOnce() throws StripeException {
        String charge = pay("pm_card_visa").getLatestCharge();

        String won = stripe.dispute(charge, "duplicate");
        stripe.winDispute(won);
        String other = stripe.dispute(pay("pm_card_visa").getLatestCharge(), "general");
        stripe.loseDispute(other);

        assertThat(client.v1().disputes().retrieve(won).getReason()).isEqualTo("duplicate");
        assertThat(client.v1().disputes().retrieve(other).getStatus()).isEqualTo("lost");
        assertThatThrownBy(() -> stripe.dispute(charge, "duplicate")).isInstanceOf(IllegalStateException.class);
        assertThat(stripe.balance("usd")).isEqualTo(1000);
    }

    @Test
    void theBalanceIsTheSumOfItsTransactions() throws StripeException {
        PaymentIntent paid = pay("pm_card_visa");
        refund(paid, 400L);

        assertThat(client.v1().balance().retrieve().getAvailable())
                .singleElement()
                .satisfies(money -> assertThat(money.getAmount()).isEqualTo(600));
        assertThat(client.v1().balanceTransactions().list().getData())
                .extracting(com.stripe.model.BalanceTransaction::getNet)
                .containsExactly(-400L, 1000L);
        String booked = client.v1().charges().retrieve(paid.getLatestCharge()).getBalanceTransaction();
        assertThat(client.v1().balanceTransactions().retrieve(booked).getType()).isEqualTo("charge");
    }

    @Test
    void aChargesDescriptionCanBeChanged() throws StripeException {
        String id = pay("pm_card_visa").getLatestCharge();

        client.v1()
                .charges()
                .update(id, ChargeUpdateParams.builder().setDescription("July").build());

        assertThat(client.v1().charges().list().getData())
                .singleElement()
                .satisfies(charge -> assertThat(charge.getDescription()).isEqualTo("July"));
    }

    private List<String> types() {
        return stripe.events().stream().map(StripeEvent::type).toList();
    }

    private Dispute onlyDispute() throws StripeException {
        List<Dispute> all =
                client.v1().disputes().list(DisputeListParams.builder().build()).getData();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private PaymentIntent pay(String card) throws StripeException {
        return client.v1()
                .paymentIntents()
                .create(PaymentIntentCreateParams.builder()
                        .setAmount(1000L)
                        .setCurrency("usd")
                        .setPaymentMethod(card)
                        .setConfirm(true)
                        .build());
    }

    private Refund refund(PaymentIntent paid, Long amount) throws StripeException {
        return client.v1()
                .refunds()
                .create(RefundCreateParams.builder()
                        .setPaymentIntent(paid.getId())
                        .setAmount(amount)
                        .setReason(RefundCreateParams.Reason.REQUESTED_BY_CUSTOMER)
                        .build());
    }
}
