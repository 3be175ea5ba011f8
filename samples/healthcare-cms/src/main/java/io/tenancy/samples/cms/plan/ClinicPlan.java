package io.tenancy.samples.cms.plan;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The plan of the clinic whose request, or whose work, this thread does. */
public interface ClinicPlan {

    /** Stands for no limit. */
    long UNLIMITED = -1;

    /**
     * How far the clinic works, by what it has paid.
     *
     * @return its access
     */
    Access access();

    /**
     * Whether the clinic pays for its plan.
     *
     * @return false where there are no bills to be seen
     */
    boolean billed();

    /**
     * Stops what a clinic does not get before it has paid.
     *
     * @throws RestrictedException if its access is {@link Access#RESTRICTED}
     */
    default void requireFullAccess() {
        if (access() == Access.RESTRICTED) {
            throw new RestrictedException();
        }
    }

    /**
     * What the plan is called.
     *
     * @return empty where there are no plans
     */
    Optional<String> name();

    /**
     * How much the plan allows.
     *
     * @param resource of what
     * @return {@link #UNLIMITED} for no limit
     */
    long limit(Resource resource);

    /**
     * How much is used of what {@link #take} takes, and of the API's calls.
     *
     * @param resource of what; not of storage, which nobody counts along
     * @return units, those of the current month where the plan allows so many a month
     */
    long used(Resource resource);

    /**
     * Takes one unit for what the running transaction makes; a rollback gives it back.
     *
     * @param resource of what
     * @throws LimitReachedException if the plan has no room for it
     */
    void take(Resource resource);

    /**
     * The plans on offer.
     *
     * @return in the order of the catalogue, which is from small to large
     */
    List<Offer> offers();

    /** Tells that a call of the API was served. When this returns, that will not be forgotten. */
    void countApiCall();

    /**
     * Calls of the API by hour.
     *
     * @param from the first hour
     * @param until the hour after the last
     * @return the hours with calls; a call shows within seconds
     */
    Map<Instant, Long> callsByHour(Instant from, Instant until);

    /**
     * Calls of the API by day, in UTC.
     *
     * @param from the first day
     * @param until an hour after the last day
     * @return the days with calls; a call shows within seconds
     */
    Map<Instant, Long> callsByDay(Instant from, Instant until);

    /**
     * How much room the clinic's rows take in the database, with everything that it needs to find them.
     *
     * @return bytes, as they were read last; empty where nobody reads them, or nobody has yet
     */
    OptionalLong databaseBytes();

    /**
     * Tells clinics apart.
     *
     * @return equal for the same clinic and for no other
     */
    Object clinic();

    /**
     * Makes work that another thread can do for this clinic.
     *
     * @param work what to do
     * @return the same, for the clinic of the thread that asked
     */
    Runnable forThisClinic(Runnable work);

    /**
     * The refusal of what the plan has no room for.
     *
     * @param resource of what
     * @param used how much is used
     * @return to be thrown; it names the plans that allow more
     */
    default LimitReachedException refusal(Resource resource, long used) {
        return refusal(resource, limit(resource), used, null);
    }

    /**
     * The refusal of what the plan has no room for.
     *
     * @param resource of what
     * @param limit how much the plan allows
     * @param used how much is used
     * @param cause who found out, or null
     * @return to be thrown; it names the plans that allow more
     */
    default LimitReachedException refusal(Resource resource, long limit, long used, @Nullable Throwable cause) {
        List<Offer> more = offers().stream()
                .filter(offer -> offer.limit(resource) == UNLIMITED || offer.limit(resource) > limit)
                .toList();
        return new LimitReachedException(resource, limit, used, more, cause);
    }
}
