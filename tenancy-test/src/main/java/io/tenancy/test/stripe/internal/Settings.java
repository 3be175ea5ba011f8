package io.tenancy.test.stripe.internal;

import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What a fake Stripe was built with.
 *
 * @param port of the API, 0 for a free one
 * @param seed of ids and of what happens at random
 * @param clock the time it goes with
 * @param apiVersion of its events, unless their endpoint has another
 * @param exactVersion whether requests with another {@code Stripe-Version} are refused
 * @param apiKey the only secret key of test mode that it takes, or null for any
 * @param accountId the id of the account
 * @param country of the account, two letters
 * @param currency of the account, three letters
 * @param documentedMinimums whether Stripe's smallest amounts of charges apply
 * @param requestsPerSecond how many requests it answers in a second of its clock, 0 for any number
 * @param threads how many requests it works on at once
 * @param webhookThreads how many events it delivers at once
 * @param webhookTimeout how long it waits for the answer to an event
 */
public record Settings(
        int port,
        long seed,
        InstantSource clock,
        String apiVersion,
        boolean exactVersion,
        @Nullable String apiKey,
        String accountId,
        String country,
        String currency,
        boolean documentedMinimums,
        int requestsPerSecond,
        int threads,
        int webhookThreads,
        Duration webhookTimeout) {}
