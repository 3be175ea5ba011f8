package io.tenancy.spring.internal;

import io.tenancy.plugins.installation.TenancyPlugins;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

/** Runs the jobs of plugins from when the application is ready. They end with the plugins. */
public final class RunningPlugins implements ApplicationListener<ApplicationReadyEvent> {

    private final ApplicationContext application;
    private final TenancyPlugins plugins;

    /**
     * Knows what to run.
     *
     * @param application whose readiness counts; contexts below it tell of theirs too
     * @param plugins have the jobs
     */
    public RunningPlugins(ApplicationContext application, TenancyPlugins plugins) {
        this.application = application;
        this.plugins = plugins;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent ready) {
        if (ready.getApplicationContext() == application) {
            plugins.jobs().start();
        }
    }
}
