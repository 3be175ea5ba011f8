/**
 * A Stripe to test and develop against: a server on the own machine that keeps customers, cards, payments, refunds and
 * disputes, answers as Stripe does, delivers signed events and shows pages to pay on.
 */
@NullMarked
package io.tenancy.test.stripe;

import org.jspecify.annotations.NullMarked;
