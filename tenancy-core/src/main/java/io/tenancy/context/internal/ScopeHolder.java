package io.tenancy.context.internal;

import io.tenancy.Tenant;
import io.tenancy.context.Scope;
import io.tenancy.context.ScopeViolationException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/*
 * The current scope of each thread, as a linked stack of frames.
 *
 * A plain ThreadLocal and not an inheritable one: a thread that was made by chance inside a scope must not keep that
 * tenant for the rest of its life. A frame knows its thread and its parent, so closing it elsewhere, twice or before
 * its children is noticed at once; the thread then keeps the innermost frame that is still open, because falling back
 * to an outer tenant without its owner's knowledge would be the leak this class exists to prevent.
 *
 * Every request opens a scope and asks for its tenant many times, so a frame is one small object: it holds the tenant
 * itself and not the scope around it, and a closed frame is one that is its own parent. The outermost frame leaves an
 * empty entry behind instead of none, because the next one would have to make the entry anew; it holds nothing back.
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
        return frame == null ? null : frame.scope();
    }

    /**
     * The tenant of this thread: that of the innermost scope.
     *
     * @return the tenant, or null in platform scope and without a scope
     */
    public static @Nullable Tenant tenant() {
        Frame frame = CURRENT.get();
        return frame != null && frame.content instanceof Tenant tenant ? tenant : null;
    }

    /**
     * Opens a scope on this thread.
     *
     * @param scope the scope; null hides an outer scope, as for work that has none
     * @return the frame to close on the same thread
     */
    public static Frame open(@Nullable Scope scope) {
        return open(scope instanceof Scope.OfTenant ofTenant ? ofTenant.value() : (Object) scope);
    }

    /**
     * Opens a tenant's scope on this thread.
     *
     * @param tenant the tenant
     * @return the frame to close on the same thread
     */
    public static Frame open(Tenant tenant) {
        return open((Object) Objects.requireNonNull(tenant, "tenant"));
    }

    private static Frame open(@Nullable Object content) {
        Frame frame = new Frame(content, CURRENT.get(), Thread.currentThread());
        CURRENT.set(frame);
        return frame;
    }

    /** One open scope. */
    public static final class Frame {
        // A tenant, a scope of another kind, or null.
        private final @Nullable Object content;
        private final Thread owner;
        private @Nullable Frame parent;

        private Frame(@Nullable Object content, @Nullable Frame parent, Thread owner) {
            this.content = content;
            this.parent = parent;
            this.owner = owner;
        }

        private @Nullable Scope scope() {
            return content instanceof Tenant tenant ? new Scope.OfTenant(tenant) : (Scope) content;
        }

        /** Ends the scope and restores the one around it. */
        public void close() {
            Thread here = Thread.currentThread();
            if (here != owner) {
                throw new ScopeViolationException("The scope " + scope() + " was opened on thread '" + owner.getName()
                        + "' but closed on thread '" + here.getName()
                        + "'. A scope ends where its block ends; carry it to another thread with Tenancy.wrap(...).");
            }
            if (parent == this) {
                throw new ScopeViolationException("The scope " + scope() + " was closed twice on thread '"
                        + owner.getName() + "'. Close each scope once, with try-with-resources.");
            }
            Frame top = CURRENT.get();
            if (top != this) {
                throw new ScopeViolationException("The scope " + scope() + " was closed on thread '" + owner.getName()
                        + "' while the inner scope " + (top == null ? null : top.scope())
                        + " is still open. Close scopes in the reverse order of opening.");
            }
            CURRENT.set(parent);
            parent = this;
        }
    }
}
