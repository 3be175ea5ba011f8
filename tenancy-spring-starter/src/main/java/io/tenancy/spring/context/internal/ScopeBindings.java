package io.tenancy.spring.context.internal;

import io.tenancy.context.Scope;
import io.tenancy.context.spi.ContextBinder;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Scopes that context propagation opened on a thread and has not restored yet. Propagation has two calls where a scope
 * has one block; this keeps the binding between them.
 */
public final class ScopeBindings {

    private static final ThreadLocal<Deque<ContextBinder.Binding>> OPEN = ThreadLocal.withInitial(ArrayDeque::new);

    private ScopeBindings() {}

    /**
     * Opens a scope on this thread.
     *
     * @param scope the scope, or null to hide the one around it
     */
    public static void open(@Nullable Scope scope) {
        OPEN.get().push(ContextBinder.open(scope));
    }

    /** Ends what was opened last on this thread and restores the scope around it. */
    public static void close() {
        Deque<ContextBinder.Binding> open = OPEN.get();
        ContextBinder.Binding last = open.poll();
        if (open.isEmpty()) {
            OPEN.remove();
        }
        if (last != null) {
            last.close();
        }
    }
}
