package io.tenancy.samples.cms;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** Goes like the system's clock, from wherever it was moved to. */
public final class MovedClock implements InstantSource {

    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    @Override
    public Instant instant() {
        return InstantSource.system().instant().plus(ahead.get());
    }

    /** Moves it from where it is. */
    public void advance(Duration time) {
        ahead.updateAndGet(before -> before.plus(time));
    }
}
