package io.tenancy.usage.buffer;

import io.tenancy.internal.Printable;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.spi.UsageSink;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A segment is deleted when the sink has taken all of it, and not before; how far a segment has been drained is
 * remembered nowhere. So a crash costs offering one segment again, which the sink answers with "stored before".
 */
/** Hands segments to the sink, oldest first, for as long as it takes. */
final class Drainer {

    private static final Logger LOG = LoggerFactory.getLogger(BufferedUsageMeter.class);
    private static final int OFFERED_BYTES = 8 << 20;
    private static final long INTERRUPTED_GRACE_MILLIS = 5_000;

    private final SegmentDirectory directory;
    private final UsageSink sink;
    private final Backlog backlog;
    private final int offeredEvents;
    private final Backoff backoff;
    private final Optional<Consumer<Duration>> pauses;
    private final Health delivering = new Health();
    private final AtomicLong rejected = new AtomicLong();
    private final AtomicLong damaged = new AtomicLong();
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Segment> waiting = new ArrayDeque<>();
    private boolean stopping;

    Drainer(
            SegmentDirectory directory,
            UsageSink sink,
            Backlog backlog,
            int offeredEvents,
            Backoff backoff,
            Optional<Consumer<Duration>> pauses) {
        this.directory = directory;
        this.sink = sink;
        this.backlog = backlog;
        this.offeredEvents = offeredEvents;
        this.backoff = backoff;
        this.pauses = pauses;
        this.thread = Threads.daemon("tenancy-usage-drain", this::run);
    }

    void start() {
        thread.start();
    }

    void add(Segment segment) {
        lock.lock();
        try {
            waiting.addLast(segment);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isDelivering() {
        return delivering.isWorking();
    }

    long rejected() {
        return rejected.get();
    }

    long damaged() {
        return damaged.get();
    }

    Optional<Instant> waitingSince() {
        lock.lock();
        try {
            return Optional.ofNullable(waiting.peekFirst()).map(Segment::begun);
        } finally {
            lock.unlock();
        }
    }

    /** Ends after what is being offered; a sink that does not answer is interrupted, and left alone if that fails. */
    void stop(Duration patience) {
        lock.lock();
        try {
            stopping = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(patience.toMillis());
            if (thread.isAlive()) {
                thread.interrupt();
                thread.join(INTERRUPTED_GRACE_MILLIS);
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("The sink of usage does not answer and was left alone; what it did not confirm is offered again"
                    + " after the next start.");
        }
    }

    private void run() {
        for (Optional<Segment> segment = first(); segment.isPresent(); segment = first()) {
            Segment oldest = segment.get();
            // Whatever else fails on the way, such as for want of memory: the segment is begun again.
            if (untilItWorks(() -> drain(oldest)).orElse(false)) {
                finished(oldest);
            }
        }
    }

    /** The oldest segment; waits for one; empty when all is to end. */
    private Optional<Segment> first() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !stopping) {
                changed.awaitUninterruptibly();
            }
            return stopping ? Optional.empty() : Optional.of(waiting.getFirst());
        } finally {
            lock.unlock();
        }
    }

    private void finished(Segment segment) {
        lock.lock();
        try {
            waiting.removeFirst();
        } finally {
            lock.unlock();
        }
        backlog.release(segment.bytes(), segment.events());
    }

    /** Whether all of the segment was delivered. */
    private boolean drain(Segment segment) {
        Optional<SegmentScan> content = untilItWorks(() -> scan(segment));
        if (content.isEmpty()) {
            return false;
        }
        SegmentScan scan = content.get();
        for (List<UsageEvent> events = some(scan); !events.isEmpty(); events = some(scan)) {
            List<UsageEvent> offered = events;
            if (untilItWorks(() -> offer(offered)).isEmpty()) {
                return false;
            }
        }
        return untilItWorks(() -> remove(segment, scan)).isPresent();
    }

    private static SegmentScan scan(Segment segment) throws IOException {
        try (FileChannel file = FileChannel.open(segment.file(), StandardOpenOption.READ)) {
            return new SegmentScan(
                    Channels.newInputStream(file).readNBytes(Math.toIntExact(Math.min(segment.length(), file.size()))));
        } catch (NoSuchFileException e) {
            LOG.error(
                    "Usage segment {} with {} events was deleted by somebody else before it was delivered.",
                    segment.file(),
                    segment.events());
            return new SegmentScan(new byte[0]);
        }
    }

    private List<UsageEvent> some(SegmentScan scan) {
        List<UsageEvent> events = new ArrayList<>();
        int begun = scan.position();
        while (events.size() < offeredEvents && scan.position() - begun < OFFERED_BYTES) {
            Optional<UsageEvent> event = scan.next();
            if (event.isEmpty()) {
                break;
            }
            events.add(event.get());
        }
        return events;
    }

    private Boolean offer(List<UsageEvent> events) {
        UsageSink.Outcome outcome = sink.store(events);
        if (!outcome.rejected().isEmpty()) {
            long all = rejected.addAndGet(outcome.rejected().size());
            UsageSink.Rejected first = outcome.rejected().get(0);
            LOG.warn(
                    "The store of usage rejected {} of {} events and keeps them in its list ({} since the buffer was"
                            + " opened); the first: tenant {}, source '{}', key '{}': {}",
                    outcome.rejected().size(),
                    events.size(),
                    all,
                    first.event().tenant(),
                    Printable.of(first.event().source()),
                    Printable.of(first.event().key()),
                    first.reason());
        }
        return true;
    }

    private Boolean remove(Segment segment, SegmentScan scan) throws IOException {
        if (scan.damage().isEmpty()) {
            directory.delete(segment);
        } else {
            Path aside = directory.setAside(segment);
            damaged.incrementAndGet();
            LOG.error(
                    "What reads of the damaged usage segment {} was delivered: {} events. It is kept as {}. Damage: {}",
                    segment.file(),
                    scan.events(),
                    aside,
                    String.join("; ", scan.damage()));
        }
        return true;
    }

    /** Does it again and again, with growing pauses; empty when all is to end before it worked. */
    private <T> Optional<T> untilItWorks(Callable<T> step) {
        for (int failures = 1; !isStopping(); failures++) {
            try {
                T done = step.call();
                delivering.works(() -> "Usage is delivered again.");
                return Optional.of(done);
            } catch (Throwable failure) {
                if (isStopping()) {
                    return Optional.empty();
                }
                delivering.failed(
                        () -> "Usage cannot be delivered; " + backlog.events() + " events wait in " + directory.path()
                                + " and are offered again until it works.",
                        failure);
                pause(backoff.after(failures));
            }
        }
        return Optional.empty();
    }

    private boolean isStopping() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    private void pause(Duration duration) {
        if (pauses.isPresent()) {
            pauses.get().accept(duration);
            return;
        }
        lock.lock();
        try {
            long left = duration.toNanos();
            while (!stopping && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            LOG.debug("An interrupt of the draining thread was ignored: closing the buffer ends it.", e);
        } finally {
            lock.unlock();
        }
    }
}
