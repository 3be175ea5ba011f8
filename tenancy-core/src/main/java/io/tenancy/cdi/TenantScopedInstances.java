package io.tenancy.cdi;

import io.tenancy.TenantId;
import io.tenancy.cdi.internal.TenantScopedContext;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.inject.spi.BeanContainer;
import jakarta.inject.Inject;
import java.util.stream.Stream;

/**
 * Ends the {@link TenantScoped} beans of a tenant: when it is removed, or when what they remember of it has changed. Inject
 * it. Safe for many threads.
 */
@Dependent
public class TenantScopedInstances {

    private final BeanContainer container;

    /**
     * Made by the container.
     *
     * @param container has the instances
     */
    @Inject
    public TenantScopedInstances(BeanContainer container) {
        this.container = container;
    }

    /**
     * Destroys the instances of a tenant; the next use under that tenant makes new ones.
     *
     * @param tenant the tenant, bound or not
     * @return how many instances were destroyed
     */
    public int destroy(TenantId tenant) {
        return contexts(container).mapToInt(each -> each.destroy(tenant)).sum();
    }

    void endAll(@Observes Shutdown end) {
        contexts(container).forEach(TenantScopedContext::destroyAll);
    }

    private static Stream<TenantScopedContext> contexts(BeanContainer container) {
        return container.getContexts(TenantScoped.class).stream()
                .filter(TenantScopedContext.class::isInstance)
                .map(TenantScopedContext.class::cast);
    }
}
