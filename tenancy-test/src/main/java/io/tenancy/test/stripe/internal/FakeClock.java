package io.tenancy.test.stripe.internal;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that goes with another one and can be put forward. */
public final class FakeClock implements InstantSource {

    private final InstantSource base;
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    /**
     * Makes one that is not ahead yet.
     *
     * @param base what it goes with
     */
    public FakeClock(InstantSource base) {
        this.base = base;
    }

    @Override
    public Instant instant() {
        return base.instant().plus(ahead.get());
    }

    long seconds() {
        return instant().getEpochSecond();
    }

    void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("The clock of the fake Stripe goes forward only, but got " + by);
        }
        ahead.updateAndGet(before -> before.plus(by));
    }
}
