package io.tenancy.spring.context;

import io.micrometer.context.ThreadLocalAccessor;
import io.tenancy.context.Scope;
import io.tenancy.context.Tenancy;
import io.tenancy.spring.context.internal.ScopeBindings;
import org.jspecify.annotations.Nullable;

/**
 * Carries the present scope wherever Micrometer's context propagation carries context: task executors, {@code @Async},
 * Spring MVC's asynchronous requests, Reactor. Safe for many threads.
 */
public final class TenantScopeAccessor implements ThreadLocalAccessor<Scope> {

    /** The key under which snapshots hold the scope. */
    public static final String KEY = "io.tenancy.scope";

    /** Creates the accessor; it has no state of its own. */
    public TenantScopeAccessor() {}

    @Override
    public Object key() {
        return KEY;
    }

    @Override
    public @Nullable Scope getValue() {
        return Tenancy.scope().orElse(null);
    }

    @Override
    public void setValue(Scope scope) {
        ScopeBindings.open(scope);
    }

    /** Hides the scope of this thread, since there was none where the work comes from. */
    @Override
    public void setValue() {
        ScopeBindings.open(null);
    }

    /** Ends what {@link #setValue(Scope)} began; what was there before is there again. */
    @Override
    public void restore(Scope previous) {
        ScopeBindings.close();
    }

    /** Ends what {@link #setValue(Scope)} began. */
    @Override
    public void restore() {
        ScopeBindings.close();
    }
}
