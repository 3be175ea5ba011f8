package io.tenancy.plugins.usage;

import io.tenancy.TenantId;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.spi.Counter;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import java.time.InstantSource;
import java.util.Optional;

/**
 * How much fuel each tenant may use within a time: a call takes what it may use at most out of the tenant's bucket, and puts
 * back what it did not use. Safe for many threads.
 */
public final class FuelBudget {

    /** How many units of fuel the bucket counts as one: buckets hold up to a billion. */
    public static final long UNIT = 1_000;

    private final RateLimitBackend backend;
    private final FuelAllowance allowance;
    private final InstantSource clock;

    /**
     * Budgets.
     *
     * @param backend keeps the buckets
     * @param allowance says how large they are
     * @param clock fills them
     */
    public FuelBudget(RateLimitBackend backend, FuelAllowance allowance, InstantSource clock) {
        this.backend = backend;
        this.allowance = allowance;
        this.clock = clock;
    }

    /** What a call took. */
    public static final class Reservation {
        private final Counter counter;
        private final long units;
        private final long at;

        private Reservation(Counter counter, long units, long at) {
            this.counter = counter;
            this.units = units;
            this.at = at;
        }

        /**
         * Puts back what was not used.
         *
         * @param used how much fuel was
         */
        public void settle(long used) {
            long spared = units - units(used);
            if (spared > 0) {
                counter.giveBack(spared, at);
            }
        }
    }

    /**
     * Takes what a call may use at most.
     *
     * @param tenant for whom
     * @param most how much fuel
     * @return empty when the bucket does not hold that much now
     */
    public Optional<Reservation> take(TenantId tenant, long most) {
        RateLimit limit = allowance.of(tenant);
        long now = clock.millis();
        // Who may have less altogether than one call is let to use, has it call with a full bucket.
        long units = Math.min(units(most), limit.capacity());
        Counter counter = backend.counter("plugin_fuel/" + tenant, limit);
        return counter.take(units, now).admitted()
                ? Optional.of(new Reservation(counter, units, now))
                : Optional.empty();
    }

    private static long units(long fuel) {
        return Math.max(1, (fuel + UNIT - 1) / UNIT);
    }
}
