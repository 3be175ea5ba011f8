package io.tenancy.samples.cms.plan;

import java.util.Map;

/**
 * A plan that a clinic can have.
 *
 * @param code names it in the catalogue
 * @param name what people read
 * @param limits how much it allows; {@link ClinicPlan#UNLIMITED} for no limit
 * @param api whether it has the articles API
 * @param current whether the clinic has it
 */
public record Offer(String code, String name, Map<Resource, Long> limits, boolean api, boolean current) {

    /** Copies the limits. */
    public Offer {
        limits = Map.copyOf(limits);
    }

    /**
     * How much it allows.
     *
     * @param resource of what
     * @return {@link ClinicPlan#UNLIMITED} for no limit
     */
    public long limit(Resource resource) {
        return limits.getOrDefault(resource, 0L);
    }
}
