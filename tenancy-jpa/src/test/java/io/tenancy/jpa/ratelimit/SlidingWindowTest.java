package io.tenancy.jpa.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimitStanding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlidingWindowTest {

    @Test
    void noWindowOfItsLengthEverHoldsMoreThanTheCapacityWhereverItBegins() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int seconds = 1 + random.nextInt(90);
            int capacity = 1 + random.nextInt(50);
            RateLimit limit = RateLimit.of(
                    "a", RateLimit.Scope.TENANT, capacity, Duration.ofSeconds(seconds), RateLimit.Kind.SLIDING);
            SlidingWindow window = new SlidingWindow(limit);
            List<Long> admitted = new ArrayList<>();
            long now = 1_000_000_000_000L + random.nextInt(1_000_000);
            for (int i = 0; i < 500; i++) {
                now += random.nextInt(1 + seconds * 2_000 / capacity);
                if (random.nextInt(20) == 0) {
                    window = SlidingWindow.decoded(window.encoded(), limit);
                }
                if (window.take(limit, 1, now).admitted()) {
                    admitted.add(now);
                }
            }
            for (int i = 0; i < admitted.size(); i++) {
                long end = admitted.get(i) + seconds * 1000L;
                int from = i;
                assertThat(admitted.stream().skip(from).filter(at -> at < end).count())
                        .as("seed %d, round %d", seed, round)
                        .isLessThanOrEqualTo(capacity);
            }
        }
    }

    @Test
    void whoComesBackWhenToldIsAdmitted() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        RateLimit limit = RateLimit.of("a", RateLimit.Scope.TENANT, 7, Duration.ofSeconds(13), RateLimit.Kind.SLIDING);
        SlidingWindow window = new SlidingWindow(limit);
        long now = 1_000_000_000_000L;
        for (int i = 0; i < 2_000; i++) {
            now += random.nextInt(1_500);
            RateLimitStanding standing = window.take(limit, 1, now);
            if (!standing.admitted()) {
                long wait = standing.retryAfterNanos() / 1_000_000;
                assertThat(wait).as("seed %d", seed).isBetween(1L, 13_650L);
                assertThat(window.take(limit, 1, now + wait - 1).admitted()).isFalse();
                now += wait;
                assertThat(window.take(limit, 1, now).admitted())
                        .as("seed %d", seed)
                        .isTrue();
            }
        }
    }

    @Test
    void clockThatIsBehindCountsInTheNewestSlice() {
        RateLimit limit = RateLimit.of("a", RateLimit.Scope.TENANT, 5, Duration.ofSeconds(10), RateLimit.Kind.SLIDING);
        SlidingWindow window = new SlidingWindow(limit);
        long ahead = 1_000_000_000_000L;
        assertThat(window.take(limit, 3, ahead).admitted()).isTrue();
        assertThat(window.take(limit, 2, ahead - 3_600_000).admitted()).isTrue();
        assertThat(window.take(limit, 1, ahead - 3_600_000).admitted()).isFalse();
        assertThat(window.take(limit, 1, ahead + 5_000).admitted()).isFalse();
    }

    @Test
    void windowOfAnotherLengthKeepsWhatIsUsed() {
        RateLimit minute = RateLimit.of("a", RateLimit.Scope.TENANT, 10, Duration.ofMinutes(1), RateLimit.Kind.SLIDING);
        RateLimit hour = RateLimit.of("a", RateLimit.Scope.TENANT, 12, Duration.ofHours(1), RateLimit.Kind.SLIDING);
        SlidingWindow window = new SlidingWindow(minute);
        long now = 1_000_000_000_000L;
        window.take(minute, 10, now);
        assertThat(window.take(hour, 2, now + 1).admitted()).isTrue();
        assertThat(window.take(hour, 1, now + 1).admitted()).isFalse();
        assertThat(window.take(minute, 1, now + 2).admitted()).isFalse();
    }

    @Test
    void unitsGoBackToTheirSliceOnly() {
        RateLimit limit = RateLimit.of("a", RateLimit.Scope.TENANT, 5, Duration.ofSeconds(10), RateLimit.Kind.SLIDING);
        SlidingWindow window = new SlidingWindow(limit);
        long now = 1_000_000_000_000L;
        window.take(limit, 5, now);
        window.giveBack(2, now);
        assertThat(window.take(limit, 2, now).admitted()).isTrue();
        window.take(limit, 1, now + 60_000);
        window.giveBack(1, now);
        assertThat(window.take(limit, 5, now + 60_000).admitted()).isFalse();
    }

    @Test
    void whatCannotBeReadIsAnUnusedWindow() {
        RateLimit limit = RateLimit.of("a", RateLimit.Scope.TENANT, 5, Duration.ofSeconds(10), RateLimit.Kind.SLIDING);
        byte[] newer = new SlidingWindow(limit).encoded();
        newer[0] = 9;
        for (byte[] stored : new byte[][] {null, {}, {1, 2, 3}, newer}) {
            assertThat(SlidingWindow.decoded(stored, limit)
                            .take(limit, 5, 1_000_000)
                            .admitted())
                    .isTrue();
        }
    }
}
