package io.tenancy.quota;

/**
 * Takes units for {@link io.tenancy.entitlement.ConsumesQuota}: {@code quotas::reserve}, unless an application counts in
 * its own way. Implementations work for the tenant bound on the calling thread and are safe for many threads.
 */
@FunctionalInterface
public interface QuotaConsumer {

    /**
     * Takes units.
     *
     * @param resource key of the limit or the allowance
     * @param units how many, 1 and more
     * @return the reservation, which is closed in any case
     * @throws io.tenancy.RequestRefusedException when too few are left
     */
    Reservation reserve(String resource, long units);

    /** Units that wait for the end of a method. */
    interface Reservation extends AutoCloseable {

        /** Counts the units as used. */
        void commit();

        /** Gives the units back unless they were committed. */
        @Override
        void close();
    }
}
