package io.tenancy.test.stripe.internal;

/** So many requests a second of the fake's clock, counted in whole seconds. */
final class RateLimit {

    private final FakeClock clock;
    private final int perSecond;
    private long second;
    private int taken;

    RateLimit(FakeClock clock, int perSecond) {
        this.clock = clock;
        this.perSecond = perSecond;
    }

    synchronized void take() {
        if (perSecond == 0) {
            return;
        }
        long now = clock.seconds();
        if (now != second) {
            second = now;
            taken = 0;
        }
        if (taken == perSecond) {
            throw ApiError.ofStatus(429);
        }
        taken++;
    }
}
