package io.tenancy.billing.stripe.webhook;

import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.MovedClock;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.billing.stripe.finding.StripeFindings;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** An endpoint and its inbox on a real control database, with look-ups that are scripted. */
final class WebhookFixture implements AutoCloseable {

    final BillingFixture billing = new BillingFixture("");
    final MovedClock clock = billing.clock;
    final ControlTransactions database;
    final StripeSettings settings = StripeSettings.of("sk_test_1", "main").withWebhookSecrets(List.of(Signed.SECRET));
    final ScriptedObjects objects = new ScriptedObjects();
    final StripeFindings findings;
    final StripeEvents events;
    final AtomicInteger woken = new AtomicInteger();

    WebhookFixture() {
        billing.installation.control().contribute("stripe_history", "classpath:io/tenancy/billing/stripe/control");
        database = new ControlTransactions(
                billing.installation.control().platformFor("stripe", 8), clock, BillingUnavailableException::new);
        findings = new StripeFindings(database);
        events = new StripeEvents(database);
    }

    StripeWebhook webhook() {
        return webhook(settings);
    }

    StripeWebhook webhook(StripeSettings other) {
        return new StripeWebhook(database, other, clock, woken::incrementAndGet);
    }

    StripeInbox inbox(int workers) {
        return new StripeInbox(database, settings, objects, findings, workers);
    }

    /** As Stripe would send it now. */
    WebhookAnswer send(String body) {
        return webhook().receive(Signed.request(clock.instant(), body, Signed.SECRET));
    }

    StripeEvent event(String id) {
        return events.find(id).orElseThrow();
    }

    void forgetAll() {
        billing.sql("truncate stripe_event, stripe_finding, stripe_customer, stripe_account");
        objects.forget();
        woken.set(0);
        clock.moveTo(BillingFixture.START);
    }

    @Override
    public void close() {
        billing.close();
    }
}
