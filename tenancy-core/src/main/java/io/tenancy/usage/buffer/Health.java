package io.tenancy.usage.buffer;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether something works; one line in the log for each change. Safe for many threads. */
final class Health {

    private static final Logger LOG = LoggerFactory.getLogger(BufferedUsageMeter.class);

    private volatile boolean working = true;

    boolean isWorking() {
        return working;
    }

    void failed(Supplier<String> message, Throwable cause) {
        if (turn(false)) {
            LOG.warn(message.get(), cause);
        }
    }

    void failed(Supplier<String> message) {
        if (turn(false)) {
            LOG.warn(message.get());
        }
    }

    void works(Supplier<String> message) {
        if (!working && turn(true)) {
            LOG.info(message.get());
        }
    }

    private synchronized boolean turn(boolean now) {
        boolean turned = working != now;
        working = now;
        return turned;
    }
}
