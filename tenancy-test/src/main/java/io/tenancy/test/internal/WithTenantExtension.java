package io.tenancy.test.internal;

import io.tenancy.Tenant;
import io.tenancy.context.Scope;
import io.tenancy.context.ScopeViolationException;
import io.tenancy.context.Tenancy;
import io.tenancy.context.spi.ContextBinder;
import io.tenancy.test.WithTenant;
import java.lang.reflect.Method;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;
import org.junit.platform.commons.support.AnnotationSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A transaction that Spring's extension opens around a test needs the tenant, also where @WithTenant is written below
 * @DataJpaTest or on the method, so that its callbacks come later. The earliest moment with a test's own context is
 * before its instance is made, the latest is the closing of that context's store: the binding spans exactly these.
 * With one instance for a whole class the first moment is @BeforeEach, in the order of the annotations.
 *
 * The interceptors add what runs elsewhere: class-level methods, and tests that a @Timeout moves to another thread.
 */
/** Binds the tenant of {@link WithTenant}. */
public final class WithTenantExtension
        implements TestInstancePreConstructCallback, BeforeEachCallback, InvocationInterceptor {

    private static final Logger LOG = LoggerFactory.getLogger(WithTenantExtension.class);
    private static final Namespace NAMESPACE = Namespace.create(WithTenantExtension.class);

    /** Made by JUnit. */
    public WithTenantExtension() {}

    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext factory, ExtensionContext context) {
        bind(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        bind(context);
    }

    @Override
    public void interceptBeforeAllMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation, context);
    }

    @Override
    public void interceptAfterAllMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation, context);
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation, context);
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation, context);
    }

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation, context);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        proceed(invocation, context);
    }

    private static void bind(ExtensionContext context) {
        if (context.getTestMethod().isEmpty()) {
            return;
        }
        slug(context)
                .ifPresent(slug -> context.getStore(NAMESPACE)
                        .computeIfAbsent(
                                Bound.class, key -> Bound.open(TenantLookup.find(slug, context)), Bound.class));
    }

    private static void proceed(Invocation<@Nullable Void> invocation, ExtensionContext context) throws Throwable {
        Bound bound = context.getStore(NAMESPACE).get(Bound.class, Bound.class);
        Optional<Tenant> tenant = bound != null
                ? Optional.of(bound.tenant())
                : slug(context).map(slug -> TenantLookup.find(slug, context));
        // Already bound on this thread, or changed by @BeforeEach on purpose: the test keeps what it has.
        if (tenant.isEmpty() || Tenancy.scope().isPresent()) {
            invocation.proceed();
            return;
        }
        try (ContextBinder.Binding binding = ContextBinder.open(new Scope.OfTenant(tenant.get()))) {
            LOG.trace("bound {} by {}", tenant, binding);
            invocation.proceed();
        }
    }

    private static Optional<String> slug(ExtensionContext context) {
        Optional<WithTenant> onMethod =
                context.getTestMethod().flatMap(method -> AnnotationSupport.findAnnotation(method, WithTenant.class));
        return onMethod.or(() -> context.getTestClass()
                        .flatMap(type -> AnnotationSupport.findAnnotation(
                                type, WithTenant.class, context.getEnclosingTestClasses())))
                .map(WithTenant::value);
    }

    private record Bound(Tenant tenant, ContextBinder.Binding binding) implements AutoCloseable {

        static Bound open(Tenant tenant) {
            return new Bound(tenant, ContextBinder.open(new Scope.OfTenant(tenant)));
        }

        @Override
        public void close() {
            try {
                binding.close();
            } catch (ScopeViolationException e) {
                // The test left a scope above this one; the leak check, which closes after this, fails it.
                LOG.debug("The tenant {} of the test is not the innermost scope at its end", tenant, e);
            }
        }
    }
}
