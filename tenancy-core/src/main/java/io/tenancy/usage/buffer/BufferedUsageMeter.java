package io.tenancy.usage.buffer;

import io.tenancy.usage.InvalidUsageException;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMeter;
import io.tenancy.usage.UsageNotStoredException;
import io.tenancy.usage.spi.UsageSink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores usage on the local disk first. An event is acknowledged after it was forced there, whether or not the sink can
 * be reached; from there it is delivered at least once, so the sink has to know an event that it stored before. A crash
 * of the process or the machine loses no acknowledged event as long as the directory lasts: put it on a volume that
 * outlives the process.
 *
 * <p>One force covers all callers that wait at that moment. A thread that records one event at a time therefore gets
 * one event per force; {@link #record(List)} and {@link #recordAsync(UsageEvent)} are for many.
 *
 * <p>Whether an event was stored before, perhaps with other content, is found out by the sink, not here. When a method
 * throws, the event was not acknowledged and is not delivered by this process; if the process dies soon afterwards, the
 * next one may find it on the disk and deliver it. To record it again with the same key is right in either case.
 *
 * <p>Safe for many threads. One process at a time uses a directory.
 */
public final class BufferedUsageMeter implements UsageMeter, AutoCloseable {

    /** How long a segment may grow before the next is begun, unless the builder says otherwise. */
    public static final long DEFAULT_SEGMENT_BYTES = 16L << 20;

    /** How long a segment is written before it is handed to the sink, unless the builder says otherwise. */
    public static final Duration DEFAULT_SEGMENT_AGE = Duration.ofSeconds(1);

    /** How many bytes may wait for the sink, unless the builder says otherwise. */
    public static final long DEFAULT_MAXIMUM_BACKLOG_BYTES = 1L << 30;

    /**
     * How many events the sink is offered at once, unless the builder says otherwise. Only a backlog has so many; storing
     * them takes about 40 MB of memory meanwhile. Longer lists are stored faster, because they touch each roll-up once.
     */
    public static final int DEFAULT_OFFERED_EVENTS = 50_000;

    /** The first pause after a failure of the sink, unless the builder says otherwise. */
    public static final Duration DEFAULT_FIRST_PAUSE = Duration.ofMillis(200);

    /** The longest pause between two attempts to reach the sink, unless the builder says otherwise. */
    public static final Duration DEFAULT_LONGEST_PAUSE = Duration.ofSeconds(30);

    /** How long {@link #close()} waits for a sink that is storing. */
    public static final Duration CLOSING_PATIENCE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(BufferedUsageMeter.class);
    private static final int TYPICAL_EVENT_BYTES = 256;

    private final String source;
    private final long segmentBytes;
    private final Predicate<String> knownMetrics;
    private final SegmentDirectory directory;
    private final Backlog backlog;
    private final Drainer drainer;
    private final GroupCommit commit;
    private final AtomicBoolean closed = new AtomicBoolean();

    private BufferedUsageMeter(Builder settings, SegmentDirectory directory, List<Segment> recovered) {
        this.source = Builder.required("source", settings.source);
        this.segmentBytes = settings.segmentBytes();
        this.knownMetrics = settings.knownMetrics == null ? metric -> true : settings.knownMetrics;
        this.directory = directory;
        this.backlog = new Backlog(settings.maximumBacklogBytes());
        this.drainer = new Drainer(
                directory,
                Builder.required("sink", settings.sink),
                backlog,
                Objects.requireNonNullElse(settings.offeredEvents, DEFAULT_OFFERED_EVENTS),
                settings.backoff(),
                Optional.ofNullable(settings.pauses));
        this.commit = new GroupCommit(
                directory,
                backlog,
                drainer,
                Builder.required("clock", settings.clock),
                segmentBytes,
                Objects.requireNonNullElse(settings.segmentAge, DEFAULT_SEGMENT_AGE));
        for (Segment segment : recovered) {
            backlog.add(segment);
            drainer.add(segment);
        }
    }

    /**
     * Begins to describe a buffer.
     *
     * @return a builder; directory, source, sink and clock are required
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Stores an event: returns after it was forced to the disk.
     *
     * @throws UsageNotStoredException when the disk or the backlog is full, the disk fails, this meter is closed or the
     *     thread is interrupted; the message says which
     * @throws InvalidUsageException when its metric is unknown
     */
    @Override
    public void record(UsageEvent event) {
        commit.store(encoded(event));
    }

    /**
     * Stores events with one acknowledgement: returns after all were forced to the disk. When it throws, none was
     * acknowledged, and all may be recorded again.
     *
     * @param events any number of tenants; may be empty
     * @throws UsageNotStoredException as for one event
     * @throws InvalidUsageException when one of them has an unknown metric; none was stored
     * @throws IllegalArgumentException when they are longer than a segment; record them in parts
     */
    public void record(List<UsageEvent> events) {
        EncodedEvents encoded = encoded(events);
        if (encoded.count() > 0) {
            commit.store(encoded);
        }
    }

    /**
     * Takes an event; it is stored when the future is completed. Blocks only while the disk is so far behind that no
     * further event fits into memory.
     *
     * @param event the event
     * @return completed after the event was forced to the disk; completed exceptionally with what
     *     {@link #record(UsageEvent)} would throw. Its dependents run one after the other on a thread of this meter:
     *     what takes long belongs on an executor
     */
    public CompletableFuture<Void> recordAsync(UsageEvent event) {
        Objects.requireNonNull(event, "event");
        return later(() -> encoded(event));
    }

    /**
     * Takes events with one acknowledgement; see {@link #recordAsync(UsageEvent)}.
     *
     * @param events any number of tenants; may be empty
     * @return completed after all were forced to the disk; completed exceptionally with what {@link #record(List)} would
     *     throw
     */
    public CompletableFuture<Void> recordAsync(List<UsageEvent> events) {
        List<UsageEvent> copy = List.copyOf(events);
        return copy.isEmpty() ? CompletableFuture.completedFuture(null) : later(() -> encoded(copy));
    }

    @Override
    public String source() {
        return source;
    }

    /**
     * What waits for the sink, and whether disk and sink work.
     *
     * @return a picture of this moment
     */
    public UsageBacklog backlog() {
        return new UsageBacklog(
                backlog.bytes(),
                backlog.events(),
                drainer.waitingSince().or(commit::openSince),
                drainer.rejected(),
                drainer.damaged(),
                commit.isStoring(),
                drainer.isDelivering());
    }

    /**
     * Waits until the sink has taken everything. While others go on recording, that may never be.
     *
     * @param atMost how long to wait
     * @return whether nothing waits any more
     * @throws InterruptedException when the thread is interrupted
     */
    public boolean awaitDrained(Duration atMost) throws InterruptedException {
        commit.roll();
        return backlog.awaitEmpty(atMost);
    }

    /**
     * Refuses further events, makes those last that were taken, waits for the sink as far as it is storing, and gives
     * the directory free. What was not delivered stays there for the next opening; call
     * {@link #awaitDrained(Duration)} first where the directory does not last.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        commit.close();
        drainer.stop(CLOSING_PATIENCE);
        try {
            directory.close();
        } catch (IOException e) {
            LOG.warn("The lock of {} could not be given back; the end of the process does.", directory.path(), e);
        }
    }

    private CompletableFuture<Void> later(java.util.function.Supplier<EncodedEvents> events) {
        try {
            return commit.storeLater(events.get());
        } catch (UsageNotStoredException | InvalidUsageException | IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private EncodedEvents encoded(UsageEvent event) {
        requireKnown(event);
        EncodedEvents encoded = new EncodedEvents(TYPICAL_EVENT_BYTES);
        encoded.add(event);
        return encoded;
    }

    private EncodedEvents encoded(List<UsageEvent> events) {
        EncodedEvents encoded = new EncodedEvents(TYPICAL_EVENT_BYTES * Math.max(1, Math.min(events.size(), 1 << 16)));
        for (UsageEvent event : events) {
            requireKnown(event);
            encoded.add(event);
            if (encoded.size() > segmentBytes) {
                throw new IllegalArgumentException("A list of " + events.size()
                        + " usage events was refused and not stored: it is longer than a segment, which has "
                        + segmentBytes + " bytes. Record it in parts, or raise segmentBytes.");
            }
        }
        return encoded;
    }

    private void requireKnown(UsageEvent event) {
        if (!knownMetrics.test(event.metric())) {
            throw new InvalidUsageException("Usage of tenant " + event.tenant() + " from source '" + event.source()
                    + "' with key '" + event.key() + "' was refused and not stored: no metric is named '"
                    + event.metric() + "'. Define it first, or correct the name.");
        }
    }

    /** Describes a buffer. Each setting is made at most once. For one thread. */
    public static final class Builder {

        private static final long SMALLEST_SEGMENT = 4_096;
        private static final long LARGEST_SEGMENT = 512L << 20;

        private @Nullable Path directory;
        private @Nullable String source;
        private @Nullable UsageSink sink;
        private @Nullable InstantSource clock;
        private @Nullable Predicate<String> knownMetrics;
        private @Nullable Long segmentBytes;
        private @Nullable Duration segmentAge;
        private @Nullable Long maximumBacklogBytes;
        private @Nullable Integer offeredEvents;
        private @Nullable Duration firstPause;
        private @Nullable Duration longestPause;
        private @Nullable SegmentDisk disk;
        private @Nullable Consumer<Duration> pauses;

        private Builder() {}

        /**
         * Where the segments lie. Created, for its owner only, when it is missing.
         *
         * @param path a directory of this process alone, on a volume that outlives it
         * @return this builder
         */
        public Builder directory(Path path) {
            requireUnset("directory", directory);
            directory = Objects.requireNonNull(path, "path");
            return this;
        }

        /**
         * The producer that the meter speaks for.
         *
         * @param name 1 to 100 characters
         * @return this builder
         */
        public Builder source(String name) {
            requireUnset("source", source);
            require(!name.isBlank() && name.length() <= 100, "source has 1 to 100 characters, but was '" + name + "'");
            source = name;
            return this;
        }

        /**
         * Where the events go.
         *
         * @param store a store that counts each event once; called by one thread at a time
         * @return this builder
         */
        public Builder sink(UsageSink store) {
            requireUnset("sink", sink);
            sink = Objects.requireNonNull(store, "store");
            return this;
        }

        /**
         * Tells when segments were begun.
         *
         * @param time the clock
         * @return this builder
         */
        public Builder clock(InstantSource time) {
            requireUnset("clock", clock);
            clock = Objects.requireNonNull(time, "time");
            return this;
        }

        /**
         * Refuses events of unknown metrics before they are stored. Without it every metric is taken.
         *
         * @param metrics whether a metric of this name exists; called on the recording thread
         * @return this builder
         */
        public Builder knownMetrics(Predicate<String> metrics) {
            requireUnset("knownMetrics", knownMetrics);
            knownMetrics = Objects.requireNonNull(metrics, "metrics");
            return this;
        }

        /**
         * How long a segment may grow before the next is begun; {@value #DEFAULT_SEGMENT_BYTES} by default. A segment
         * is read into memory when it is drained.
         *
         * @param bytes 4,096 to 536,870,912
         * @return this builder
         */
        public Builder segmentBytes(long bytes) {
            requireUnset("segmentBytes", segmentBytes);
            require(
                    bytes >= SMALLEST_SEGMENT && bytes <= LARGEST_SEGMENT,
                    "segmentBytes is " + SMALLEST_SEGMENT + " to " + LARGEST_SEGMENT + ", but was " + bytes);
            segmentBytes = bytes;
            return this;
        }

        /**
         * How long a segment is written before it is handed to the sink, {@link #DEFAULT_SEGMENT_AGE} by default. An
         * event waits at most about so long before it is offered.
         *
         * @param age positive
         * @return this builder
         */
        public Builder segmentAge(Duration age) {
            requireUnset("segmentAge", segmentAge);
            requirePositive("segmentAge", age);
            segmentAge = age;
            return this;
        }

        /**
         * How many bytes may wait for the sink, {@value #DEFAULT_MAXIMUM_BACKLOG_BYTES} by default; what would exceed
         * it is refused with {@link UsageNotStoredException}.
         *
         * @param bytes at least two segments
         * @return this builder
         */
        public Builder maximumBacklogBytes(long bytes) {
            requireUnset("maximumBacklogBytes", maximumBacklogBytes);
            require(bytes > 0, "maximumBacklogBytes is positive, but was " + bytes);
            maximumBacklogBytes = bytes;
            return this;
        }

        /**
         * How many events the sink is offered at once, {@value #DEFAULT_OFFERED_EVENTS} by default.
         *
         * @param events positive
         * @return this builder
         */
        public Builder offeredEvents(int events) {
            requireUnset("offeredEvents", offeredEvents);
            require(events > 0, "offeredEvents is positive, but was " + events);
            offeredEvents = events;
            return this;
        }

        /**
         * How long to wait before the sink is asked again: twice as long after each failure, less a random part of up
         * to half; {@link #DEFAULT_FIRST_PAUSE} and {@link #DEFAULT_LONGEST_PAUSE} by default.
         *
         * @param first after the first failure; positive
         * @param longest at most; not shorter than the first
         * @return this builder
         */
        public Builder pauses(Duration first, Duration longest) {
            requireUnset("pauses", firstPause);
            requirePositive("the first pause", first);
            require(longest.compareTo(first) >= 0, "the longest pause, " + longest + ", is shorter than " + first);
            firstPause = first;
            longestPause = longest;
            return this;
        }

        // For tests: a disk that fails on purpose.
        Builder disk(SegmentDisk tested) {
            disk = tested;
            return this;
        }

        // For tests: what happens instead of a pause.
        Builder insteadOfPauses(Consumer<Duration> action) {
            pauses = action;
            return this;
        }

        /**
         * Opens the buffer: takes the lock of its directory, finds what earlier runs left there, and begins to deliver.
         *
         * @return the meter; close it
         * @throws UsageBufferException when another process has the directory open, a segment was written by a newer
         *     release, or the directory cannot be created, read or written
         * @throws IllegalStateException when a required setting is missing or two contradict each other
         */
        public BufferedUsageMeter open() {
            requireComplete();
            Path path = required("directory", directory);
            BufferedUsageMeter meter;
            try {
                meter = open(SegmentDirectory.open(path, disk == null ? new LocalDisk() : disk));
            } catch (IOException e) {
                throw new UsageBufferException(
                        "Usage was to be buffered in " + path + ", but the directory could not be opened: " + e
                                + ". Give a directory that this process may create, read and write.",
                        e);
            }
            meter.drainer.start();
            meter.commit.start();
            return meter;
        }

        private BufferedUsageMeter open(SegmentDirectory opened) throws IOException {
            boolean kept = false;
            try {
                BufferedUsageMeter meter = new BufferedUsageMeter(this, opened, opened.recover());
                kept = true;
                return meter;
            } finally {
                if (!kept) {
                    opened.close();
                }
            }
        }

        private void requireComplete() {
            required("directory", directory);
            required("source", source);
            required("sink", sink);
            required("clock", clock);
            if (maximumBacklogBytes() < 2 * segmentBytes()) {
                throw new IllegalStateException("maximumBacklogBytes is at least two segments of " + segmentBytes()
                        + " bytes, but was " + maximumBacklogBytes());
            }
        }

        private long segmentBytes() {
            return segmentBytes == null ? DEFAULT_SEGMENT_BYTES : segmentBytes;
        }

        private long maximumBacklogBytes() {
            return maximumBacklogBytes == null ? DEFAULT_MAXIMUM_BACKLOG_BYTES : maximumBacklogBytes;
        }

        private Backoff backoff() {
            return new Backoff(
                    Objects.requireNonNullElse(firstPause, DEFAULT_FIRST_PAUSE),
                    Objects.requireNonNullElse(longestPause, DEFAULT_LONGEST_PAUSE),
                    () -> ThreadLocalRandom.current().nextDouble());
        }

        private static <T> T required(String name, @Nullable T setting) {
            if (setting == null) {
                throw new IllegalStateException("A usage buffer needs a " + name + ": call " + name + "(…)");
            }
            return setting;
        }

        private static void requireUnset(String name, @Nullable Object setting) {
            if (setting != null) {
                throw new IllegalStateException(name + " was set already, to " + setting);
            }
        }

        private static void requirePositive(String name, Duration duration) {
            require(!duration.isNegative() && !duration.isZero(), name + " is positive, but was " + duration);
        }

        private static void require(boolean holds, String message) {
            if (!holds) {
                throw new IllegalArgumentException(message);
            }
        }
    }
}
