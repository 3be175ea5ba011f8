package io.tenancy.ratelimit;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a backend that is out of reach from slowing every request down: after a failure it is left alone for a while,
 * then one request at a time tries it. Each change of state is one line in the log. Safe for many threads.
 */
final class BackendCircuit {

    private static final Logger LOG = LoggerFactory.getLogger(BackendCircuit.class);
    private static final long CLOSED = 0;

    private final long pauseMillis;
    private final BackendFailure onFailure;
    private final RateLimitListener listener;

    /** When the backend may be tried again; {@link #CLOSED} while it works. */
    private final AtomicLong retryAt = new AtomicLong(CLOSED);

    BackendCircuit(long pauseMillis, BackendFailure onFailure, RateLimitListener listener) {
        this.pauseMillis = pauseMillis;
        this.onFailure = onFailure;
        this.listener = listener;
    }

    boolean mayTry(long now) {
        long at = retryAt.get();
        if (at == CLOSED) {
            return true;
        }
        // A clock that was set back must not keep the backend out for longer than the pause.
        boolean due = now >= at || now < at - pauseMillis;
        return due && retryAt.compareAndSet(at, now + pauseMillis);
    }

    void succeeded() {
        if (retryAt.get() != CLOSED && retryAt.getAndSet(CLOSED) != CLOSED) {
            LOG.info("The backend of rate limits is back: limits are shared by all nodes again");
            listener.backendChanged(true);
        }
    }

    void failed(long now, RuntimeException failure) {
        if (retryAt.getAndSet(now + pauseMillis) == CLOSED) {
            LOG.warn(
                    "The backend of rate limits is out of reach: {}. Until it is back, {}; it is tried every {} ms",
                    failure.getMessage(),
                    onFailure == BackendFailure.OPEN
                            ? "this node limits by itself"
                            : "limited requests are refused with 503",
                    pauseMillis,
                    failure);
            listener.backendChanged(false);
        }
    }

    boolean open() {
        return retryAt.get() != CLOSED;
    }
}
