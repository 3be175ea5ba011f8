package io.tenancy.test;

import io.tenancy.Tenant;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Says which tenant a slug in {@link WithTenant} names. Asked in this order, the first answer counts:
 *
 * <ol>
 *   <li>the one that an extension registered for the test, its class or the run with
 *       {@link #register(ExtensionContext, TestTenants)}, nearest first;
 *   <li>those that {@link java.util.ServiceLoader} finds, as JUnit finds its own extensions: this is how a framework's
 *       integration answers from the application under test without a line in the test;
 *   <li>one that makes up an active tenant, the same for the same slug, for tests without a catalog.
 * </ol>
 */
@FunctionalInterface
public interface TestTenants {

    /**
     * Finds the tenant.
     *
     * @param slug a valid slug
     * @param context the test that asks; its instance may not exist yet
     * @return the tenant, or empty to leave the answer to the next
     */
    Optional<Tenant> find(String slug, ExtensionContext context);

    /**
     * Registers tenants for a test, a class or (with {@link ExtensionContext#getRoot()}) the whole run.
     *
     * @param context for whom, and for everything inside
     * @param tenants answers
     */
    static void register(ExtensionContext context, TestTenants tenants) {
        context.getStore(Namespace.create(TestTenants.class)).put(TestTenants.class, tenants);
    }
}
