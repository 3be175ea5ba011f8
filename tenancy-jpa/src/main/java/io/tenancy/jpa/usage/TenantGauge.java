package io.tenancy.jpa.usage;

import io.tenancy.Tenant;
import java.math.BigDecimal;
import java.util.Optional;

/** Something that has a value at any time, such as the number of a tenant's users. Safe for many threads. */
@FunctionalInterface
public interface TenantGauge {

    /**
     * Reads the present value.
     *
     * @param tenant whose; bound on this thread
     * @return the value, not negative; empty when it cannot be told now
     * @throws Exception when it cannot be read; the next sample tries again
     */
    Optional<BigDecimal> read(Tenant tenant) throws Exception;
}
