package io.tenancy.billing.internal;

import io.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.UUID;

/** Ids that rise with time, so that indexes grow at their end. */
public final class Ids {

    private Ids() {}

    /** A UUID of version 7. */
    public static UUID next() {
        return TenantId.next(InstantSource.system()).value();
    }

    /** The same for the same key of a tenant, so that what is asked for twice is found again. */
    public static UUID named(String kind, TenantId tenant, String key) {
        if (key.isBlank()) {
            throw new IllegalArgumentException(
                    "A key names what is asked for, by which a second click is told, but it is blank");
        }
        return UUID.nameUUIDFromBytes((kind + ":" + tenant + ":" + key).getBytes(StandardCharsets.UTF_8));
    }
}
