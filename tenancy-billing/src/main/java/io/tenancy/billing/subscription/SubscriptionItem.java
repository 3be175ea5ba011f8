package io.tenancy.billing.subscription;

import io.tenancy.billing.invoice.InvoiceLine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plan or an add-on that is subscribed to.
 *
 * @param plan whether it is the plan; an add-on otherwise
 * @param code of the plan or the add-on
 * @param terms number of its terms in the store; they never change
 * @param quantity seats of the plan, or how often the add-on was bought; 1 and more
 * @param from since when
 * @param until until when an add-on lasts; null for as long as the subscription
 * @param usageFrom from when on its usage has not been charged yet
 * @param billed what was charged in advance for the current period
 * @param grant number of the grant of its entitlements; 0 before there is one
 */
public record SubscriptionItem(
        boolean plan,
        String code,
        long terms,
        long quantity,
        Instant from,
        @Nullable Instant until,
        Instant usageFrom,
        List<BilledCharge> billed,
        long grant) {

    /**
     * Validates the quantity.
     *
     * @throws IllegalArgumentException when it is less than 1
     */
    public SubscriptionItem {
        if (quantity < 1) {
            throw new IllegalArgumentException(
                    "'" + code + "' was to be subscribed to " + quantity + " times, but is at least once");
        }
        billed = List.copyOf(billed);
    }

    SubscriptionItem withQuantity(long times) {
        return new SubscriptionItem(plan, code, terms, times, from, until, usageFrom, billed, grant);
    }

    SubscriptionItem withUsageFrom(Instant instant) {
        return new SubscriptionItem(plan, code, terms, quantity, from, until, instant, billed, grant);
    }

    SubscriptionItem withBilled(List<BilledCharge> charges) {
        return new SubscriptionItem(plan, code, terms, quantity, from, until, usageFrom, charges, grant);
    }

    SubscriptionItem withGrant(long number) {
        return new SubscriptionItem(plan, code, terms, quantity, from, until, usageFrom, billed, number);
    }

    SubscriptionItem lessening(InvoiceLine line, long part, long whole) {
        return withBilled(billed.stream()
                .map(each -> each.charge().equals(line.charge()) && each.from().equals(line.from())
                        ? each.lessened(part, whole)
                        : each)
                .toList());
    }

    SubscriptionItem withBilled(BilledCharge charge) {
        List<BilledCharge> all = new ArrayList<>(billed);
        all.removeIf(each -> each.charge().equals(charge.charge()));
        all.add(charge);
        return withBilled(all);
    }
}
