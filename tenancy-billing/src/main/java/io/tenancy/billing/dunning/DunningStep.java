package io.tenancy.billing.dunning;

import io.tenancy.billing.catalogue.DunningPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One step of dunning.
 *
 * @param day after how many days
 * @param action what is done
 */
public record DunningStep(int day, DunningAction action) {

    /**
     * The steps of a policy.
     *
     * @param policy the policy
     * @return by day; on one day retries first, then reminders, then what is done to access
     */
    public static List<DunningStep> of(DunningPolicy policy) {
        List<DunningStep> steps = new ArrayList<>();
        policy.retryAfterDays().forEach(day -> steps.add(new DunningStep(day, DunningAction.RETRY)));
        policy.remindAfterDays().forEach(day -> steps.add(new DunningStep(day, DunningAction.REMIND)));
        steps.add(new DunningStep(policy.restrictAfterDays(), DunningAction.RESTRICT));
        steps.add(new DunningStep(policy.suspendAfterDays(), DunningAction.SUSPEND));
        steps.add(new DunningStep(policy.cancelAfterDays(), DunningAction.CANCEL));
        steps.removeIf(step -> step.day() > policy.cancelAfterDays());
        steps.sort(Comparator.comparingInt(DunningStep::day).thenComparing(DunningStep::action));
        return List.copyOf(steps);
    }
}
