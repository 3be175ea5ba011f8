package io.tenancy.test.stripe.internal;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The whole state of a fake Stripe: one account with a test and a live mode, and the lock over both. */
public final class Account {

    private final ReentrantLock lock = new ReentrantLock();
    private final Settings settings;
    private final FakeClock clock;
    private final Ids ids;
    private final World test;
    private final World live;
    private final Webhooks webhooks;
    private String apiBase = "";

    /**
     * Makes one with nothing in it.
     *
     * @param settings how it is to behave
     */
    public Account(Settings settings) {
        this.settings = settings;
        clock = new FakeClock(settings.clock());
        ids = new Ids(settings.seed());
        test = new World(this, false);
        live = new World(this, true);
        webhooks = new Webhooks(this);
    }

    Settings settings() {
        return settings;
    }

    /**
     * The fake's clock.
     *
     * @return it
     */
    public FakeClock clock() {
        return clock;
    }

    Ids ids() {
        return ids;
    }

    /**
     * The deliverer of events.
     *
     * @return it
     */
    public Webhooks webhooks() {
        return webhooks;
    }

    World world(boolean ofLiveMode) {
        return ofLiveMode ? live : test;
    }

    String apiBase() {
        return apiBase;
    }

    void servedAt(String base) {
        apiBase = base;
    }

    <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            test.runDue();
            live.runDue();
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    void locked(Runnable work) {
        locked(() -> {
            work.run();
            return true;
        });
    }
}
