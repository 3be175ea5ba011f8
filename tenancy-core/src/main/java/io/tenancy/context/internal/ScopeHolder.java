package io.tenancy.context.internal;

import io.tenancy.context.Scope;
import io.tenancy.context.ScopeViolationException;
import org.jspecify.annotations.Nullable;

/*
 * The current scope of each thread, as a linked stack of frames.
 *
 * A plain ThreadLocal and not an inheritable one: a thread that was made by chance inside a scope must not keep that
 * tenant for the rest of its life. A frame knows its thread and its parent, so closing it elsewhere, twice or before
 * its children is noticed at once; the thread then keeps the innermost frame that is still open, because falling back
 * to an outer tenant without its owner's knowledge would be the leak this class exists to prevent.
 */
/** Holds the scope of the current thread. */
public final class ScopeHolder {

    private static final ThreadLocal<@Nullable Frame> CURRENT = new ThreadLocal<>();

    private ScopeHolder() {}

    /**
     * The scope of this thread.
     *
     * @return the innermost open scope, or null
     */
    public static @Nullable Scope current() {
        Frame frame = CURRENT.get();
        return frame == null ? null : frame.scope;
    }

    /**
     * Opens a scope on this thread.
     *
     * @param scope the scope; null hides an outer scope, as for work that has none
     * @return the frame to close on the same thread
     */
    public static Frame open(@Nullable Scope scope) {
        Frame frame = new Frame(scope, CURRENT.get(), Thread.currentThread());
        CURRENT.set(frame);
        return frame;
    }

    /** One open scope. */
    public static final class Frame {
        private final @Nullable Scope scope;
        private final @Nullable Frame parent;
        private final Thread owner;
        private boolean closed;

        private Frame(@Nullable Scope scope, @Nullable Frame parent, Thread owner) {
            this.scope = scope;
            this.parent = parent;
            this.owner = owner;
        }

        /** Ends the scope and restores the one around it. */
        public void close() {
            Thread here = Thread.currentThread();
            if (here != owner) {
                throw new ScopeViolationException("The scope " + scope + " was opened on thread '" + owner.getName()
                        + "' but closed on thread '" + here.getName()
                        + "'. A scope ends where its block ends; carry it to another thread with Tenancy.wrap(...).");
            }
            if (closed) {
                throw new ScopeViolationException("The scope " + scope + " was closed twice on thread '"
                        + owner.getName() + "'. Close each scope once, with try-with-resources.");
            }
            Frame top = CURRENT.get();
            if (top != this) {
                throw new ScopeViolationException("The scope " + scope + " was closed on thread '" + owner.getName()
                        + "' while the inner scope " + (top == null ? null : top.scope)
                        + " is still open. Close scopes in the reverse order of opening.");
            }
            closed = true;
            if (parent == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(parent);
            }
        }
    }
}
