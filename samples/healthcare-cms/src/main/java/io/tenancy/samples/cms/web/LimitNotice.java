package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.plan.LimitReachedException;
import io.tenancy.samples.cms.plan.Offer;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a page says when the plan has no room for more.
 *
 * @param resource what there is no room for
 * @param limit how much the plan allows, in words
 * @param used how much is used, in words
 * @param plans names of plans that allow more; empty where none does
 */
record LimitNotice(String resource, String limit, String used, String plans) {

    static LimitNotice of(LimitReachedException reached, Locale locale) {
        return new LimitNotice(
                reached.resource().name(),
                UsageFigures.amount(reached.resource(), reached.limit(), locale),
                UsageFigures.amount(reached.resource(), reached.used(), locale),
                reached.plansWithMore().stream().map(Offer::name).collect(Collectors.joining(", ")));
    }
}
