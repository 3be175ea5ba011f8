package io.tenancy.plugins;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that tests move. */
public final class MovedClock implements InstantSource {

    private final AtomicReference<Instant> now;

    public MovedClock(Instant start) {
        now = new AtomicReference<>(start);
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    public void moveTo(Instant instant) {
        now.set(instant);
    }

    public void moveTo(String instant) {
        moveTo(Instant.parse(instant));
    }

    public void move(Duration by) {
        now.updateAndGet(instant -> instant.plus(by));
    }
}
