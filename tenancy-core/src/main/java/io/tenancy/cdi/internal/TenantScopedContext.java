package io.tenancy.cdi.internal;

import io.tenancy.TenantId;
import io.tenancy.cdi.TenantScoped;
import io.tenancy.context.Tenancy;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.context.spi.AlterableContext;
import jakarta.enterprise.context.spi.Contextual;
import jakarta.enterprise.context.spi.CreationalContext;
import java.lang.annotation.Annotation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the instances of {@link TenantScoped} beans, per tenant. Safe for many threads.
 */
/*
 * A bean that is being made may need other beans of its tenant, so making is not done inside of a map's
 * computeIfAbsent, which must not be entered again, but under a lock of the tenant, which may. Whoever waited for the lock
 * of a tenant that was ended meanwhile starts anew with a new one: what it would put into the old one, nobody would end.
 */
public final class TenantScopedContext implements AlterableContext {

    private static final Logger LOG = LoggerFactory.getLogger(TenantScopedContext.class);

    private final Map<TenantId, Instances> tenants = new ConcurrentHashMap<>();

    /** Made by the container. */
    public TenantScopedContext() {}

    @Override
    public Class<? extends Annotation> getScope() {
        return TenantScoped.class;
    }

    @Override
    public boolean isActive() {
        return Tenancy.current().isPresent();
    }

    @Override
    public <T> @Nullable T get(Contextual<T> bean) {
        return get(bean, null);
    }

    @Override
    public <T> @Nullable T get(Contextual<T> bean, @Nullable CreationalContext<T> creational) {
        TenantId tenant = bound();
        while (true) {
            Instances known = tenants.get(tenant);
            Instance<T> found = known == null ? null : known.find(bean);
            if (found != null) {
                return found.value;
            }
            if (creational == null) {
                return null;
            }
            Instance<T> made =
                    tenants.computeIfAbsent(tenant, id -> new Instances()).findOrMake(bean, creational);
            if (made != null) {
                return made.value;
            }
        }
    }

    @Override
    public void destroy(Contextual<?> bean) {
        Instances known = tenants.get(bound());
        if (known != null) {
            known.end(bean);
        }
    }

    /**
     * Destroys the instances of a tenant.
     *
     * @param tenant the tenant
     * @return how many there were
     */
    public int destroy(TenantId tenant) {
        Instances known = tenants.remove(tenant);
        return known == null ? 0 : known.endAll();
    }

    /** Destroys all instances. */
    public void destroyAll() {
        List.copyOf(tenants.keySet()).forEach(this::destroy);
    }

    private static TenantId bound() {
        return Tenancy.current()
                .orElseThrow(() -> new ContextNotActiveException("A @TenantScoped bean was used on thread '"
                        + Thread.currentThread().getName()
                        + "', where no tenant is bound. Use it while a tenant's request is handled, or inside of"
                        + " Tenancy.callAs(tenant, ...)."))
                .id();
    }

    /** One bean's instance of one tenant. */
    private static final class Instance<T> {
        private final Contextual<T> bean;
        private final T value;
        private final CreationalContext<T> creational;

        Instance(Contextual<T> bean, CreationalContext<T> creational) {
            this.bean = bean;
            this.value = bean.create(creational);
            this.creational = creational;
        }

        void end() {
            try {
                bean.destroy(value, creational);
            } catch (RuntimeException failure) {
                LOG.warn("A @TenantScoped bean could not be destroyed properly: {}", bean, failure);
            }
        }
    }

    /** The instances of one tenant. */
    private static final class Instances {
        private final ReentrantLock lock = new ReentrantLock();
        private final Map<Contextual<?>, Instance<?>> byBean = new ConcurrentHashMap<>();
        private final Deque<Instance<?>> newestFirst = new ArrayDeque<>();
        private boolean ended;

        // The instance of a Contextual<T> was made by that very Contextual<T>.
        @SuppressWarnings("unchecked")
        <T> @Nullable Instance<T> find(Contextual<T> bean) {
            return (Instance<T>) byBean.get(bean);
        }

        <T> @Nullable Instance<T> findOrMake(Contextual<T> bean, CreationalContext<T> creational) {
            lock.lock();
            try {
                Instance<T> found = find(bean);
                if (found != null || ended) {
                    return found;
                }
                Instance<T> made = new Instance<>(bean, creational);
                byBean.put(bean, made);
                newestFirst.push(made);
                return made;
            } finally {
                lock.unlock();
            }
        }

        void end(Contextual<?> bean) {
            lock.lock();
            try {
                Instance<?> known = byBean.remove(bean);
                if (known != null) {
                    newestFirst.remove(known);
                    known.end();
                }
            } finally {
                lock.unlock();
            }
        }

        int endAll() {
            lock.lock();
            try {
                ended = true;
                int count = newestFirst.size();
                byBean.clear();
                while (!newestFirst.isEmpty()) {
                    newestFirst.pop().end();
                }
                return count;
            } finally {
                lock.unlock();
            }
        }
    }
}
