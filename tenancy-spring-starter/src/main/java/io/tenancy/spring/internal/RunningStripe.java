package io.tenancy.spring.internal;

import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.stripe.TenancyStripe;
import io.tenancy.billing.stripe.webhook.StripeWebhook;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

/** Stripe, started on billing. Runs its jobs from when the application is ready, and ends them before billing ends. */
public final class RunningStripe implements ApplicationListener<ApplicationReadyEvent>, DisposableBean {

    private final ApplicationContext application;
    private final TenancyStripe stripe;
    private final boolean jobs;

    /**
     * Starts Stripe.
     *
     * @param application whose readiness counts; contexts below it tell of theirs too
     * @param stripe not started yet
     * @param billing started
     * @param jobs whether jobs are run
     */
    public RunningStripe(ApplicationContext application, TenancyStripe stripe, TenancyBilling billing, boolean jobs) {
        this.application = application;
        this.stripe = stripe.start(billing);
        this.jobs = jobs;
    }

    /**
     * Takes in events.
     *
     * @return the webhook
     */
    public StripeWebhook webhook() {
        return stripe.webhook();
    }

    /**
     * What was started.
     *
     * @return Stripe
     */
    public TenancyStripe stripe() {
        return stripe;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent ready) {
        if (jobs && ready.getApplicationContext() == application) {
            stripe.jobs().start();
        }
    }

    @Override
    public void destroy() {
        stripe.close();
    }
}
