package io.tenancy.billing.stripe.webhook;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works through events as soon as they came in: woken by {@link #wake}, which is what to give to
 * {@link StripeWebhook}, and by itself after each interval, for what failed before, came in at another node or was left by one
 * that died. One on each node is right; they do not get into each other's way.
 */
public final class StripeInboxThread implements AutoCloseable {

    /** How long it waits when nobody wakes it, unless told otherwise. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(StripeInboxThread.class);
    private static final Duration END = Duration.ofSeconds(30);

    private final StripeInbox inbox;
    private final Duration interval;
    private final Runnable before;
    private final Semaphore wakes = new Semaphore(0);
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Thread thread;

    /**
     * Prepares it; it begins with {@link #start}.
     *
     * @param inbox what is run
     * @param interval how long to wait when nobody wakes it
     * @param before is run once before all events; what it throws is logged, errors too
     */
    public StripeInboxThread(StripeInbox inbox, Duration interval, Runnable before) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException(
                    "Stripe's events are looked for again after some time, but after " + interval + " was asked for");
        }
        this.inbox = inbox;
        this.interval = interval;
        this.before = before;
        this.thread = new Thread(this::loop, "stripe-inbox");
        thread.setDaemon(true);
    }

    /** Begins. */
    public void start() {
        thread.start();
    }

    /** Says that something came in. Does not wait, and may be called as often as one likes, also before it began. */
    public void wake() {
        // More than one would only say the same.
        if (wakes.availablePermits() == 0) {
            wakes.release();
        }
    }

    private void loop() {
        try {
            before.run();
        } catch (RuntimeException | Error failure) {
            LOG.error("What is looked at before Stripe's events went wrong", failure);
        }
        while (!ended.get()) {
            try {
                wakes.drainPermits();
                int done = inbox.run();
                if (done > 0) {
                    LOG.debug("{} of Stripe's events were worked through", done);
                }
            } catch (RuntimeException | Error failure) {
                // Also an error: nobody would notice that this node works through no events any more.
                LOG.error("Stripe's events could not be worked through; it is tried again after {}", interval, failure);
            }
            try {
                var woken = wakes.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS);
                LOG.trace("Woken: {}", woken);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Ends once what is under way is done, or after half a minute. */
    @Override
    public void close() {
        ended.set(true);
        wakes.release();
        try {
            thread.join(END.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
