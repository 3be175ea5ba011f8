package io.tenancy.spring.internal;

import io.tenancy.billing.installation.TenancyBilling;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

/** Runs billing's jobs from when the application is ready. They end with billing. */
public final class RunningBilling implements ApplicationListener<ApplicationReadyEvent> {

    private final ApplicationContext application;
    private final TenancyBilling billing;

    /**
     * Knows what to run.
     *
     * @param application whose readiness counts; contexts below it tell of theirs too
     * @param billing has the jobs
     */
    public RunningBilling(ApplicationContext application, TenancyBilling billing) {
        this.application = application;
        this.billing = billing;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent ready) {
        if (ready.getApplicationContext() == application) {
            billing.jobs().start();
        }
    }
}
