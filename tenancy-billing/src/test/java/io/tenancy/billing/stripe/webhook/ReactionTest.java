package io.tenancy.billing.stripe.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReactionTest {

    private static final Pattern NAME = Pattern.compile("`([a-z0-9_]+(?:\\.[a-z0-9_]+)*\\.(?:\\*|[a-z0-9_]+))`");

    @ParameterizedTest
    @CsvSource({
        "checkout.session.completed, LOOK_UP",
        "checkout.session.async_payment_succeeded, LOOK_UP",
        "checkout.session.async_payment_failed, LOOK_UP",
        "checkout.session.expired, LOOK_UP",
        "customer.created, LOOK_UP",
        "customer.updated, LOOK_UP",
        "customer.deleted, LOOK_UP",
        "charge.succeeded, LOOK_UP",
        "charge.failed, LOOK_UP",
        "charge.refunded, LOOK_UP",
        "charge.updated, LOOK_UP",
        "charge.refund.updated, LOOK_UP",
        "charge.dispute.created, LOOK_UP",
        "charge.dispute.updated, LOOK_UP",
        "charge.dispute.closed, LOOK_UP",
        "charge.dispute.funds_withdrawn, LOOK_UP",
        "charge.dispute.funds_reinstated, LOOK_UP",
        "refund.created, LOOK_UP",
        "refund.updated, LOOK_UP",
        "refund.failed, LOOK_UP",
        "payment_intent.succeeded, LOOK_UP",
        "payment_intent.payment_failed, LOOK_UP",
        "payment_intent.requires_action, LOOK_UP",
        "payment_intent.canceled, LOOK_UP",
        "payment_intent.processing, LOOK_UP",
        "setup_intent.succeeded, LOOK_UP",
        "payment_method.attached, LOOK_UP",
        "payment_method.detached, LOOK_UP",
        "payment_method.updated, LOOK_UP",
        "payment_method.automatically_updated, LOOK_UP",
        "customer.subscription.created, FOREIGN",
        "customer.subscription.updated, FOREIGN",
        "customer.subscription.deleted, FOREIGN",
        "customer.subscription.paused, FOREIGN",
        "customer.subscription.resumed, FOREIGN",
        "customer.subscription.trial_will_end, FOREIGN",
        "invoice.created, FOREIGN",
        "invoice.finalized, FOREIGN",
        "invoice.finalization_failed, FOREIGN",
        "invoice.paid, FOREIGN",
        "invoice.payment_succeeded, FOREIGN",
        "invoice.payment_failed, FOREIGN",
        "invoice.payment_action_required, FOREIGN",
        "invoice.overdue, FOREIGN",
        "invoice.voided, FOREIGN",
        "invoice.marked_uncollectible, FOREIGN",
        "subscription_schedule.created, FOREIGN",
        "subscription_schedule.released, FOREIGN",
        "credit_note.created, FOREIGN",
        "credit_note.voided, FOREIGN",
        "v1.billing.meter.error_report_triggered, USAGE_REFUSED",
        "v1.billing.meter.no_meter_found, USAGE_REFUSED",
        "v1.billing.meter.created, NONE",
        "setup_intent.created, NONE",
        "customer.source.created, NONE",
        "product.created, NONE",
        "payout.paid, NONE",
        "balance.available, NONE",
        "what.nobody.knows, NONE"
    })
    void eachTypeOfEventHasItsReaction(String type, Reaction reaction) {
        assertThat(Reaction.to(type)).isEqualTo(reaction);
    }

    @Test
    void theGuideNamesTheTypesThatAreToBeChosenAtStripeAndNoOthers() throws IOException {
        String guide = Files.readString(Path.of("../docs/guide/stripe.md"));
        int from = guide.indexOf("## Two destinations at Stripe");
        assertThat(from).isPositive();
        String section = guide.substring(from, guide.indexOf("\n## ", from));

        assertThat(NAME.matcher(section).results().map(each -> each.group(1)))
                .containsExactlyInAnyOrderElementsOf(Reaction.names());
    }

    @Test
    void eachNameOfTypesHasAReaction() {
        assertThat(Reaction.names())
                .hasSize(18)
                .allSatisfy(name ->
                        assertThat(Reaction.to(name.replace("*", "created"))).isNotEqualTo(Reaction.NONE));
    }
}
