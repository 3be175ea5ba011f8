package io.tenancy.samples.cms.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The clinic's plan has no room for more. Nothing was changed. */
public final class LimitReachedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Resource resource;
    private final long limit;
    private final long used;
    private final transient List<Offer> plansWithMore;

    /**
     * A refusal.
     *
     * @param resource what there is no room for
     * @param limit how much the plan allows
     * @param used how much of it is used
     * @param plansWithMore plans on offer that allow more, the smallest first
     * @param cause who found out, or null
     */
    public LimitReachedException(
            Resource resource, long limit, long used, List<Offer> plansWithMore, @Nullable Throwable cause) {
        super("The plan allows " + limit + " of " + resource.key() + " and " + used + " are used", cause);
        this.resource = resource;
        this.limit = limit;
        this.used = used;
        this.plansWithMore = List.copyOf(plansWithMore);
    }

    /**
     * What there is no room for.
     *
     * @return the resource
     */
    public Resource resource() {
        return resource;
    }

    /**
     * How much the plan allows.
     *
     * @return units
     */
    public long limit() {
        return limit;
    }

    /**
     * How much is used.
     *
     * @return units
     */
    public long used() {
        return used;
    }

    /**
     * Where there is more.
     *
     * @return plans on offer, the smallest first; empty where none allows more
     */
    public List<Offer> plansWithMore() {
        return plansWithMore;
    }
}
