package io.tenancy.spring.internal;

import io.tenancy.context.Tenancy;
import io.tenancy.jpa.isolation.hibernate.TenantIdentifier;
import org.hibernate.context.spi.CurrentTenantIdentifierResolver;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.Ordered;

/**
 * Lets repositories check their queries while the application starts. Spring Data opens a session for that, at a moment
 * when no tenant is bound and no row is wanted. Such a session belongs to nobody: asking it for a connection throws, as
 * it does in a session without tenant. Once the application has started, sessions without tenant are refused when they
 * are opened.
 */
public final class StartingTenantIdentifier
        implements CurrentTenantIdentifierResolver<String>, ApplicationListener<ContextRefreshedEvent>, Ordered {

    /** Identifier of sessions that belong to nobody; no tenant's looks like it. */
    public static final String NOBODY = "nobody@start";

    private final TenantIdentifier tenants = new TenantIdentifier();
    private final ApplicationContext context;
    private volatile boolean started;

    /**
     * Creates the resolver.
     *
     * @param context the application that starts
     */
    public StartingTenantIdentifier(ApplicationContext context) {
        this.context = context;
    }

    @Override
    public String resolveCurrentTenantIdentifier() {
        return started || Tenancy.current().isPresent() ? tenants.resolveCurrentTenantIdentifier() : NOBODY;
    }

    @Override
    public boolean validateExistingCurrentSessions() {
        return tenants.validateExistingCurrentSessions();
    }

    @Override
    public boolean isRoot(String identifier) {
        return tenants.isRoot(identifier);
    }

    /** Ends the leniency, after repositories whose creation was deferred to this event. */
    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        if (event.getApplicationContext() == context) {
            started = true;
        }
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }
}
