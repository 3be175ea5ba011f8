package io.tenancy.context.spi;

import io.tenancy.context.Scope;
import io.tenancy.context.internal.ScopeHolder;
import org.jspecify.annotations.Nullable;

/**
 * Opens scopes for edges that have two ends instead of one block: filters, interceptors, context-propagation accessors,
 * test fixtures. Application code uses {@link io.tenancy.context.Tenancy} instead.
 */
public final class ContextBinder {

    private ContextBinder() {}

    /**
     * Opens a scope on the current thread.
     *
     * @param scope the scope to bind; null hides the scope around it until the binding is closed
     * @return the binding; close it on this thread, once, in the reverse order of opening
     */
    public static Binding open(@Nullable Scope scope) {
        return ScopeHolder.open(scope)::close;
    }

    /** An open scope. */
    @FunctionalInterface
    public interface Binding extends AutoCloseable {
        /**
         * Ends the scope and restores the one around it.
         *
         * @throws io.tenancy.context.ScopeViolationException when called on another thread, twice or out of order
         */
        @Override
        void close();
    }
}
