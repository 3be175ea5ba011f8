package io.tenancy.spring.internal;

import io.tenancy.jpa.usage.UsageGauges;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

/**
 * Samples gauges from when the application is ready until it ends. Not earlier, because a gauge may read whatever the
 * application has, its first tenants included.
 */
public final class SampledGauges implements ApplicationListener<ApplicationReadyEvent>, DisposableBean {

    private final ApplicationContext application;
    private final @Nullable UsageGauges sampler;

    /**
     * Knows what to sample.
     *
     * @param application whose readiness counts; contexts below it tell of theirs too
     * @param sampler has the gauges; null where there are none
     */
    public SampledGauges(ApplicationContext application, @Nullable UsageGauges sampler) {
        this.application = application;
        this.sampler = sampler;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent ready) {
        if (sampler != null && ready.getApplicationContext() == application) {
            sampler.start();
        }
    }

    /** Ends before the beans that gauges read from. */
    @Override
    public void destroy() {
        if (sampler != null) {
            sampler.close();
        }
    }
}
