package io.tenancy.billing.stripe.reconciliation;

import io.tenancy.billing.stripe.finding.FindingKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far billing and Stripe are apart, for gauges.
 *
 * @param open findings that are open, by kind; kinds without any are not in it
 * @param asOf when this was read
 * @param finishedAt when the last run came to its end; null when none ever did
 * @param repaired what the last run that came to its end mended: news that never arrived
 * @param note why the last run did not come to its end; null when it did
 */
public record StripeDrift(
        Map<FindingKind, Integer> open,
        Instant asOf,
        @Nullable Instant finishedAt,
        int repaired,
        @Nullable String note) {

    /** Keeps a copy. */
    public StripeDrift {
        open = Map.copyOf(open);
    }

    /**
     * How long nothing was compared.
     *
     * @return since the last run that came to its end; empty when none ever did
     */
    public Optional<Duration> age() {
        return Optional.ofNullable(finishedAt).map(finished -> Duration.between(finished, asOf));
    }

    /**
     * How much is open.
     *
     * @return of all kinds together
     */
    public int total() {
        return open.values().stream().mapToInt(Integer::intValue).sum();
    }
}
