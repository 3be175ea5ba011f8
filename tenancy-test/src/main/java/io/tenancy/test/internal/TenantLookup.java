package io.tenancy.test.internal;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.test.TestTenants;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.UUID;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** Asks the registered {@link TestTenants} in their order. */
final class TenantLookup {

    private TenantLookup() {}

    static Tenant find(String slug, ExtensionContext context) {
        TestTenants registered =
                context.getStore(Namespace.create(TestTenants.class)).get(TestTenants.class, TestTenants.class);
        if (registered != null) {
            Optional<Tenant> answer = registered.find(slug, context);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        for (TestTenants discovered : ServiceLoader.load(TestTenants.class)) {
            Optional<Tenant> answer = discovered.find(slug, context);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        return synthetic(slug);
    }

    private static Tenant synthetic(String slug) {
        String schema = "t_" + slug.replace('-', '_');
        return new Tenant(
                idOf(slug),
                new TenantSlug(slug),
                slug,
                TenantStatus.ACTIVE,
                new Placement(Placement.PRIMARY_SERVER, "test", schema, IsolationLevel.SCHEMA, 1),
                1,
                Map.of());
    }

    // The same id for the same slug in each run, with the version and variant bits of a UUIDv7.
    private static TenantId idOf(String slug) {
        try {
            ByteBuffer hash =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(slug.getBytes(StandardCharsets.UTF_8)));
            long high = (hash.getLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x7000L;
            long low = (hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
            return new TenantId(new UUID(high, low));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
