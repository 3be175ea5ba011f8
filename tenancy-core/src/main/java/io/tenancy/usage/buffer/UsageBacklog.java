package io.tenancy.usage.buffer;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How a buffer stands at one moment: what it holds that the sink does not have yet, and whether both of its ends work.
 *
 * @param bytes of events that wait, on disk or on their way there
 * @param events how many wait; a segment counts until the sink took all of it
 * @param since when the oldest segment that waits was begun, so that no event in it has waited longer; empty when none
 *     waits
 * @param rejected how many events the sink has rejected since the buffer was opened
 * @param damaged how many segments were set aside as {@code *.corrupt} since the buffer was opened
 * @param storing whether the last attempt to write events to the disk worked
 * @param delivering whether the last attempt to hand events to the sink worked
 */
public record UsageBacklog(
        long bytes,
        long events,
        Optional<Instant> since,
        long rejected,
        long damaged,
        boolean storing,
        boolean delivering) {

    /**
     * How long the oldest event has been waiting, at most.
     *
     * @param now the present
     * @return zero when none waits; never negative
     */
    public Duration age(Instant now) {
        return since.map(begun -> Duration.between(begun, now))
                .filter(age -> !age.isNegative())
                .orElse(Duration.ZERO);
    }
}
