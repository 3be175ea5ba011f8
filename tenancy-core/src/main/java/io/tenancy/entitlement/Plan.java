package io.tenancy.entitlement;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A plan with all its versions.
 *
 * @param code its name in documents and grants, matching {@code [a-z][a-z0-9_.-]{0,62}}
 * @param name what people read
 * @param offered whether it is for sale; one that is not still serves the tenants that have it
 * @param versions by rising number and date; at least one
 */
public record Plan(String code, String name, boolean offered, List<PlanVersion> versions) {

    /**
     * Validates the order of the versions.
     *
     * @throws IllegalArgumentException when the code is malformed, there is no version, or numbers and dates do not rise
     *     together
     */
    public Plan {
        Names.require("The code of a plan", code);
        Objects.requireNonNull(name, "name");
        versions = List.copyOf(versions);
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("Plan '" + code + "' has no version; give it one with number 1");
        }
        for (int i = 1; i < versions.size(); i++) {
            PlanVersion before = versions.get(i - 1);
            PlanVersion next = versions.get(i);
            if (next.version() <= before.version() || !next.effectiveFrom().isAfter(before.effectiveFrom())) {
                throw new IllegalArgumentException("Versions of plan '" + code
                        + "' rise in number and in effective date, but version " + next.version() + " from "
                        + next.effectiveFrom() + " follows version " + before.version() + " from "
                        + before.effectiveFrom());
            }
        }
    }

    /**
     * The version with a number.
     *
     * @param number the number
     * @return empty when there is none
     */
    public Optional<PlanVersion> version(int number) {
        return versions.stream().filter(each -> each.version() == number).findFirst();
    }

    /**
     * The version that tenants which follow the plan have at an instant.
     *
     * @param at the instant
     * @return empty before the first version's date
     */
    public Optional<PlanVersion> versionAt(Instant at) {
        PlanVersion current = null;
        for (PlanVersion each : versions) {
            if (!each.effectiveFrom().isAfter(at)) {
                current = each;
            }
        }
        return Optional.ofNullable(current);
    }
}
