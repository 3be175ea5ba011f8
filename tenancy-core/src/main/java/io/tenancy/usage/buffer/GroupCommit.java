package io.tenancy.usage.buffer;

import io.tenancy.usage.UsageNotStoredException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Callers encode their events by themselves, copy the bytes under a short lock into the batch that is filling, and wait
 * for it. One thread takes the batch, writes it with one call and forces it once; while the disk works, the next batch
 * fills. The slower the disk, the larger the batches.
 *
 * What a failure leaves:
 * - A write that failed (disk full, mostly) is taken back by shortening the file to what was acknowledged, and the
 *   segment goes on. If that fails too, it is abandoned.
 * - After a force that failed, nobody knows what of the file reached the disk, and a second force may wrongly succeed
 *   because the kernel has marked the pages as clean. So the segment is abandoned: closed, never written or forced
 *   again, and drained up to what was acknowledged before, which earlier forces covered. After a crash, what was
 *   refused may be found behind that and be delivered too; its key makes that harmless if the caller recorded it again.
 */
/** Makes events last: many callers, one force. */
final class GroupCommit {

    private static final Logger LOG = LoggerFactory.getLogger(BufferedUsageMeter.class);
    private static final int LARGEST_STAGING = 4 << 20;
    private static final long IDLE_TELLER_SECONDS = 10;
    private static final long PAUSE_AFTER_ERROR = 10_000_000;

    private final SegmentDirectory directory;
    private final Backlog backlog;
    private final Drainer drainer;
    private final InstantSource clock;
    private final long segmentBytes;
    private final long segmentNanos;
    private final int stagingBytes;
    private final Health storing = new Health();
    private final Thread committer;
    private final ThreadPoolExecutor tellers;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();
    private Batch filling;
    private byte @Nullable [] spare;
    private boolean rollAsked;
    private boolean closing;

    // Written by the committing thread only.
    private volatile @Nullable OpenSegment open;
    private long openedAt;

    GroupCommit(
            SegmentDirectory directory,
            Backlog backlog,
            Drainer drainer,
            InstantSource clock,
            long segmentBytes,
            Duration segmentAge) {
        this.directory = directory;
        this.backlog = backlog;
        this.drainer = drainer;
        this.clock = clock;
        this.segmentBytes = segmentBytes;
        this.segmentNanos = Durations.nanos(segmentAge);
        this.stagingBytes = (int) Math.min(LARGEST_STAGING, segmentBytes);
        this.filling = new Batch(new byte[stagingBytes]);
        this.committer = Threads.daemon("tenancy-usage-commit", this::run);
        this.tellers = new ThreadPoolExecutor(
                1,
                1,
                IDLE_TELLER_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> Threads.daemon("tenancy-usage-tell", task));
        this.tellers.allowCoreThreadTimeOut(true);
    }

    void start() {
        committer.start();
    }

    /** Takes events and waits until they last. */
    void store(EncodedEvents events) {
        Batch batch;
        lock.lock();
        try {
            batch = take(events);
        } finally {
            lock.unlock();
        }
        batch.await();
    }

    /** Takes events; the future is completed when they last. */
    CompletableFuture<Void> storeLater(EncodedEvents events) {
        lock.lock();
        try {
            return take(events).watch();
        } finally {
            lock.unlock();
        }
    }

    boolean isStoring() {
        return storing.isWorking();
    }

    Optional<Instant> openSince() {
        return Optional.ofNullable(open).map(OpenSegment::begun);
    }

    /** Lets the drainer have what has been written so far. */
    void roll() {
        lock.lock();
        try {
            rollAsked = true;
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Refuses further events, makes those last that were taken, and ends. */
    void close() {
        lock.lock();
        try {
            closing = true;
            work.signal();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        Threads.joinUninterruptibly(committer);
        tellers.shutdown();
    }

    private Batch take(EncodedEvents events) {
        awaitRoom(events.size());
        if (!backlog.reserve(events.size(), events.count())) {
            throw new UsageNotStoredException(
                    events.count() + " usage event(s) of " + events.size() + " bytes were not stored: the backlog in "
                            + directory.path() + " holds " + backlog.bytes() + " of at most " + backlog.maximum()
                            + " bytes that the sink has not taken yet. Look why it does not take them (see the log),"
                            + " or raise the bound.",
                    null);
        }
        boolean added = false;
        try {
            filling.add(events);
            added = true;
        } finally {
            if (!added) {
                backlog.release(events.size(), events.count());
            }
        }
        work.signal();
        return filling;
    }

    private void awaitRoom(int bytes) {
        while (!closing && !filling.hasRoomFor(bytes)) {
            try {
                room.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UsageNotStoredException(
                        "The thread was interrupted while it waited to hand its usage over; nothing was stored.", e);
            }
        }
        if (closing) {
            throw new UsageNotStoredException(
                    "Usage was not stored: the buffer in " + directory.path() + " is closed.", null);
        }
    }

    private void run() {
        boolean going = true;
        while (going) {
            try {
                Optional<Batch> batch = awaitWork();
                batch.ifPresent(this::commit);
                if (isRollDue()) {
                    rollOver();
                }
            } catch (RuntimeException | Error failure) {
                // Everybody who records waits for this thread, so it goes on, whatever it met: no memory, no thread.
                storing.failed(
                        () -> "Usage in " + directory.path() + " could not be committed; it is tried again.", failure);
                LockSupport.parkNanos(PAUSE_AFTER_ERROR);
            }
            going = isGoing();
        }
        rollOver();
    }

    private boolean isGoing() {
        lock.lock();
        try {
            return !closing || !filling.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private Optional<Batch> awaitWork() {
        lock.lock();
        try {
            awaitReason();
            if (filling.isEmpty()) {
                return Optional.empty();
            }
            Batch taken = filling;
            byte[] array = spare;
            spare = null;
            filling = new Batch(array == null ? new byte[stagingBytes] : array);
            room.signalAll();
            return Optional.of(taken);
        } finally {
            lock.unlock();
        }
    }

    private void awaitReason() {
        try {
            while (filling.isEmpty() && !closing && !rollAsked && remainingNanos() > 0) {
                work.awaitNanos(remainingNanos());
            }
        } catch (InterruptedException e) {
            LOG.debug("An interrupt of the committing thread was ignored: closing the buffer ends it.", e);
        }
    }

    private long remainingNanos() {
        return open == null ? Long.MAX_VALUE : segmentNanos - (System.nanoTime() - openedAt);
    }

    private boolean isRollDue() {
        OpenSegment segment = open;
        lock.lock();
        try {
            boolean asked = rollAsked && filling.isEmpty();
            if (asked) {
                rollAsked = false;
            }
            return segment != null && (asked || segment.stored() >= segmentBytes || remainingNanos() <= 0);
        } finally {
            lock.unlock();
        }
    }

    private void commit(Batch batch) {
        boolean written = false;
        try {
            boolean fresh = open == null;
            OpenSegment segment = segment();
            segment.append(batch.array(), batch.size());
            written = true;
            segment.force();
            if (fresh) {
                directory.force();
            }
            segment.acknowledge(batch.size(), batch.count());
        } catch (Throwable failure) {
            fail(batch, failure, written);
            return;
        }
        try {
            storing.works(() -> "Usage is written to " + directory.path() + " again.");
        } finally {
            batch.succeed(tellers);
        }
        recycle(batch);
    }

    // Whatever fails on the way, those who wait are told.
    private void fail(Batch batch, Throwable failure, boolean written) {
        try {
            recoverFrom(failure, written);
        } finally {
            backlog.release(batch.size(), batch.count());
            batch.fail(
                    new UsageNotStoredException(
                            "Usage could not be stored: "
                                    + (written ? "forcing a segment in " : "writing a segment in ")
                                    + directory.path() + " failed with " + failure
                                    + ". Look at the disk and the room on it; recording again with the same key is safe.",
                            failure),
                    tellers);
        }
    }

    private OpenSegment segment() throws IOException {
        OpenSegment segment = open;
        if (segment == null) {
            segment = directory.begin(clock.instant());
            openedAt = System.nanoTime();
            open = segment;
        }
        return segment;
    }

    private void recycle(Batch batch) {
        lock.lock();
        try {
            if (batch.array().length == stagingBytes) {
                spare = batch.array();
            }
        } finally {
            lock.unlock();
        }
    }

    private void recoverFrom(Throwable failure, boolean written) {
        OpenSegment segment = open;
        if (segment != null) {
            if (written || segment.stored() == 0) {
                abandon(segment);
            } else {
                undo(segment);
            }
        }
        storing.failed(
                () -> "Usage could not be written to " + directory.path()
                        + "; events are refused until it works again.",
                failure);
    }

    private void undo(OpenSegment segment) {
        try {
            segment.undo();
        } catch (IOException e) {
            LOG.debug("The usage segment {} could not be shortened and is abandoned.", segment.file(), e);
            abandon(segment);
        }
    }

    private void abandon(OpenSegment segment) {
        if (segment.stored() == 0) {
            open = null;
            directory.discard(segment);
        } else {
            segment.closeQuietly();
            drainer.add(segment.closed());
            // Not before: what was acknowledged in it is delivered by whoever knows of it.
            open = null;
        }
    }

    private void rollOver() {
        OpenSegment segment = open;
        if (segment == null) {
            return;
        }
        try {
            segment.seal();
        } catch (IOException e) {
            LOG.warn(
                    "The usage segment {} could not be sealed; what was acknowledged in it was forced before.",
                    segment.file(),
                    e);
        }
        abandon(segment);
    }
}
