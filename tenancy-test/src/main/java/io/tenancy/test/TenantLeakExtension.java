package io.tenancy.test;

import io.tenancy.test.internal.TestBoundary;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/**
 * Fails a test that leaves a tenant or platform scope open on its thread, naming the thread. With a {@link TenantLeaks}
 * parameter the test also has its thread pools and data sources watched.
 *
 * <p>Each test begins without a scope, even when a test before it left one on the same thread. Comes with
 * {@link WithTenant}; otherwise {@code @ExtendWith(TenantLeakExtension.class)}, first among the extensions.
 */
public final class TenantLeakExtension
        implements TestInstancePreConstructCallback, BeforeEachCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(TenantLeakExtension.class);

    /** Made by JUnit. */
    public TenantLeakExtension() {}

    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext factory, ExtensionContext context) {
        begin(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        begin(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TenantLeaks.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        TestBoundary boundary = context.getStore(NAMESPACE).get(TestBoundary.class, TestBoundary.class);
        if (boundary == null) {
            throw new ParameterResolutionException("TenantLeaks watches one test, so it can be a parameter of a test,"
                    + " @BeforeEach or @AfterEach method, but not of " + parameter.getDeclaringExecutable());
        }
        return boundary;
    }

    private static void begin(ExtensionContext context) {
        if (context.getTestMethod().isPresent()) {
            context.getStore(NAMESPACE)
                    .computeIfAbsent(
                            TestBoundary.class, key -> TestBoundary.open(context.getDisplayName()), TestBoundary.class);
        }
    }
}
