package io.tenancy.billing.internal;

import io.tenancy.TenantId;
import java.time.InstantSource;
import java.util.UUID;

/** Ids that rise with time, so that indexes grow at their end. */
public final class Ids {

    private Ids() {}

    /** A UUID of version 7. */
    public static UUID next() {
        return TenantId.next(InstantSource.system()).value();
    }
}
