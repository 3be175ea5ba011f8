package io.tenancy.usage.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tenancy.usage.InvalidUsageException;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageNotStoredException;
import io.tenancy.usage.spi.UsageSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(60)
class BufferedUsageMeterTest {

    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path temporary;

    private Path directory;
    private final FailingDisk disk = new FailingDisk();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        directory = temporary.resolve("deep").resolve("usage");
        log.start();
        ((Logger) LoggerFactory.getLogger(BufferedUsageMeter.class)).addAppender(log);
    }

    @AfterEach
    void stopListening() {
        ((Logger) LoggerFactory.getLogger(BufferedUsageMeter.class)).detachAppender(log);
    }

    @Test
    void whatIsRecordedIsDeliveredInOrderAndItsSegmentsAreDeleted() throws Exception {
        MemorySink sink = new MemorySink();
        try (BufferedUsageMeter meter = buffer(sink).open()) {
            for (UsageEvent event : Usage.events("k", 20)) {
                meter.record(event);
            }
            assertThat(meter.awaitDrained(LONG)).isTrue();

            assertThat(sink.events()).isEqualTo(Usage.events("k", 20));
            assertThat(meter.backlog()).isEqualTo(new UsageBacklog(0, 0, java.util.Optional.empty(), 0, 0, true, true));
            assertThat(segments()).isEmpty();
        }
    }

    @Test
    void anAcknowledgedEventSurvivesAPowerCutAtThatMoment() throws Exception {
        try (BufferedUsageMeter meter =
                buffer(MemorySink.away()).segmentBytes(4096).open()) {
            for (int i = 0; i < 100; i++) {
                meter.record(Usage.event("k" + i));
                if (i % 9 == 0) {
                    Path afterwards = temporary.resolve("cut" + i);
                    disk.cutPower(directory, afterwards);
                    assertThat(drained(afterwards)).hasSize(i + 1);
                }
            }
        }
    }

    @Test
    void manyThreadsShareOneForce() throws Exception {
        int threads = 16;
        int each = 25;
        MemorySink sink = new MemorySink();
        try (BufferedUsageMeter meter = buffer(sink).open()) {
            List<Thread> writers = new ArrayList<>();
            List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
            for (int t = 0; t < threads; t++) {
                String prefix = "t" + t + "-";
                Thread writer = new Thread(() -> {
                    try {
                        Usage.events(prefix, each).forEach(meter::record);
                    } catch (RuntimeException e) {
                        failures.add(e);
                    }
                });
                writers.add(writer);
                writer.start();
            }
            for (Thread writer : writers) {
                writer.join();
            }
            assertThat(failures).isEmpty();
            assertThat(disk.forces()).isLessThan(threads * each / 2);
            assertThat(meter.awaitDrained(LONG)).isTrue();
        }
        assertThat(sink.events()).hasSize(threads * each);
    }

    @Test
    void aListIsAcknowledgedByOneForce() {
        try (BufferedUsageMeter meter =
                buffer(MemorySink.away()).segmentAge(LONG).open()) {
            meter.record(Usage.events("k", 5_000));

            assertThat(disk.forces()).isEqualTo(1);
            assertThat(meter.backlog().events()).isEqualTo(5_000);
            meter.record(List.of());
            assertThat(disk.forces()).isEqualTo(1);
        }
    }

    @Test
    void aListLongerThanASegmentIsRefusedWhole() {
        try (BufferedUsageMeter meter =
                buffer(MemorySink.away()).segmentBytes(4096).open()) {
            assertThatThrownBy(() -> meter.record(Usage.events("k", 1_000)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("longer than a segment")
                    .hasMessageContaining("4096");
            assertThat(meter.backlog().events()).isZero();
        }
    }

    @Test
    void aFutureIsCompletedAfterTheForce() throws Exception {
        MemorySink sink = new MemorySink();
        try (BufferedUsageMeter meter = buffer(sink).open()) {
            List<CompletableFuture<Void>> futures =
                    Usage.events("k", 1_000).stream().map(meter::recordAsync).toList();
            CompletableFuture<Void> list = meter.recordAsync(Usage.events("l", 10));
            CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).get();
            list.get();

            assertThat(disk.forces()).isPositive().isLessThan(500);
            assertThat(meter.awaitDrained(LONG)).isTrue();
        }
        assertThat(sink.events()).hasSize(1_010);
    }

    @Test
    void aFutureTellsWhatRecordWouldThrow() {
        BufferedUsageMeter meter = buffer(new MemorySink())
                .knownMetrics(metric -> !metric.equals("api_calls"))
                .open();
        assertThat(meter.recordAsync(Usage.event("k")))
                .failsWithin(LONG)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(InvalidUsageException.class);
        meter.close();
    }

    @Test
    void whatAnEarlierRunLeftIsDeliveredFirst() throws Exception {
        try (BufferedUsageMeter meter =
                buffer(MemorySink.away()).segmentBytes(4096).open()) {
            Usage.events("old", 200).forEach(meter::record);
        }
        assertThat(segments()).hasSizeGreaterThan(1);
        MemorySink sink = new MemorySink();
        try (BufferedUsageMeter meter = buffer(sink).open()) {
            meter.record(Usage.event("new"));
            assertThat(meter.awaitDrained(LONG)).isTrue();
        }

        List<UsageEvent> expected = new ArrayList<>(Usage.events("old", 200));
        expected.add(Usage.event("new"));
        assertThat(sink.events()).isEqualTo(expected);
    }

    @Test
    void whatAnEarlierRunLeftIsFoundWhereNumbersAreWrittenInOtherDigits() throws Exception {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            try (BufferedUsageMeter meter = buffer(MemorySink.away()).open()) {
                meter.record(Usage.event("k"));
            }
            assertThat(drained(directory)).hasSize(1);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void futuresAreCompletedWhereNoFurtherThreadMayBeMade() {
        Batch batch = new Batch(new byte[10]);
        CompletableFuture<Void> stored = batch.watch();
        CompletableFuture<Void> refused = new Batch(new byte[10]).watch();

        batch.succeed(task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });

        assertThat(stored).isCompleted();
        assertThat(refused).isNotDone();
    }

    @Test
    void aDamagedSegmentThatWasSetAsideByAnAttemptThatFailedThenHoldsUpNothing() throws Exception {
        Files.createDirectories(directory);
        byte[] damaged = SegmentFormatTest.sealed(Usage.events("k", 10));
        damaged[SegmentFormat.HEADER_BYTES + 300] ^= 1;
        Files.write(directory.resolve("0000000000000000007.segment"), damaged);
        Files.write(
                directory.resolve("0000000000000000008.segment"), SegmentFormatTest.sealed(Usage.events("later", 1)));
        disk.failDirectoriesAfterRenaming(2);
        MemorySink sink = new MemorySink();
        try (BufferedUsageMeter meter = buffer(sink).open()) {
            assertThat(meter.awaitDrained(LONG)).isTrue();
            assertThat(sink.events()).containsAll(Usage.events("later", 1));
            assertThat(meter.backlog().damaged()).isEqualTo(1);
        }
        assertThat(files(".corrupt")).hasSize(1);
    }

    @Test
    void aTornTailIsCutOffAndTheRestDelivered() throws Exception {
        Files.createDirectories(directory);
        byte[] whole = SegmentFormatTest.unsealed(Usage.events("k", 10));
        Path file = directory.resolve("0000000000000000007.segment");
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 5));

        try (BufferedUsageMeter meter = buffer(MemorySink.away()).open()) {
            assertThat(Files.size(file)).isEqualTo(SegmentFormatTest.unsealed(Usage.events("k", 9)).length);
            assertThat(meter.backlog().events()).isEqualTo(9);
        }
        assertThat(drained(directory)).isEqualTo(Usage.events("k", 9));
        assertThat(files(".corrupt")).isEmpty();
    }

    @Test
    void aDamagedSegmentIsReportedKeptAsideAndAllThatReadsIsDelivered() throws Exception {
        Files.createDirectories(directory);
        byte[] damaged = SegmentFormatTest.sealed(Usage.events("k", 10));
        damaged[SegmentFormat.HEADER_BYTES + 300] ^= 1;
        Files.write(directory.resolve("0000000000000000007.segment"), damaged);
        Files.write(
                directory.resolve("0000000000000000008.segment"), SegmentFormatTest.sealed(Usage.events("later", 3)));
        MemorySink sink = new MemorySink();
        try (BufferedUsageMeter meter = buffer(sink).open()) {
            assertThat(meter.awaitDrained(LONG)).isTrue();
            assertThat(meter.backlog().damaged()).isEqualTo(1);
        }

        assertThat(sink.events()).hasSize(12).containsAll(Usage.events("later", 3));
        assertThat(segments()).isEmpty();
        assertThat(files(".corrupt")).hasSize(1);
        assertThat(Files.readAllBytes(files(".corrupt").get(0))).isEqualTo(damaged);
        assertThat(logged(Level.ERROR)).anyMatch(line -> line.contains("is damaged") && line.contains("bytes"));
        try (BufferedUsageMeter again = buffer(sink).open()) {
            again.record(Usage.event("after"));
            assertThat(again.awaitDrained(LONG)).isTrue();
        }
        assertThat(files(".corrupt")).hasSize(1);
    }

    @Test
    void aSegmentOfANewerReleaseIsRefusedAndLeftAlone() throws Exception {
        Files.createDirectories(directory);
        byte[] newer = SegmentFormatTest.sealed(Usage.events("k", 1));
        newer[9] = 2;
        java.nio.ByteBuffer.wrap(newer).putInt(44, SegmentFormat.checksum(newer, 0, 44));
        Path file = directory.resolve("0000000000000000007.segment");
        Files.write(file, newer);

        assertThatThrownBy(() -> buffer(new MemorySink()).open())
                .isInstanceOf(UsageBufferException.class)
                .hasMessageContaining("format version 2")
                .hasMessageContaining("newer release");
        assertThat(Files.readAllBytes(file)).isEqualTo(newer);
        Files.delete(file);
        buffer(new MemorySink()).open().close();
    }

    @Test
    void aDirectoryIsOpenOnceAndTheErrorNamesTheProcess() {
        try (BufferedUsageMeter meter = buffer(new MemorySink()).open()) {
            assertThat(meter.source()).isEqualTo("cms.api");
            assertThatThrownBy(() -> buffer(new MemorySink()).open())
                    .isInstanceOf(UsageBufferException.class)
                    .hasMessageContaining("process (" + ProcessHandle.current().pid() + ") has it open already");
        }
        buffer(new MemorySink()).open().close();
    }

    @Test
    void directoryAndFilesAreForTheirOwnerOnly() throws Exception {
        Assumptions.assumeTrue(LocalDisk.isPosix(directory.getFileSystem()));
        try (BufferedUsageMeter meter = buffer(MemorySink.away()).open()) {
            meter.record(Usage.event("k"));
            assertThat(Files.getPosixFilePermissions(directory))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
            try (Stream<Path> all = Files.list(directory)) {
                assertThat(all)
                        .hasSize(3)
                        .allSatisfy(file -> assertThat(Files.getPosixFilePermissions(file))
                                .isEqualTo(PosixFilePermissions.fromString("rw-------")));
            }
        }
    }

    @Test
    void aDirectoryThatIsAFileIsAClearError() throws Exception {
        Path file = Files.writeString(temporary.resolve("file"), "x");

        assertThatThrownBy(() -> BufferedUsageMeter.builder()
                        .directory(file)
                        .source("s")
                        .sink(new MemorySink())
                        .clock(InstantSource.fixed(NOW))
                        .open())
                .isInstanceOf(UsageBufferException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aFullBacklogRefusesUntilTheSinkHasTakenSome() throws Exception {
        MemorySink sink = MemorySink.away();
        try (BufferedUsageMeter meter = buffer(sink)
                .segmentBytes(4096)
                .maximumBacklogBytes(8192)
                .segmentAge(Duration.ofMillis(5))
                .open()) {
            int taken = 0;
            UsageNotStoredException refusal = null;
            while (refusal == null) {
                try {
                    meter.record(Usage.event("k" + taken));
                    taken++;
                } catch (UsageNotStoredException e) {
                    refusal = e;
                }
            }
            assertThat(refusal).hasMessageContaining("of at most 8192 bytes");
            assertThat(meter.backlog().bytes()).isLessThanOrEqualTo(8192);
            assertThat(meter.backlog().events()).isEqualTo(taken);
            assertThat(meter.backlog().age(NOW.plusSeconds(9))).isEqualTo(Duration.ofSeconds(9));

            sink.comeBack();
            assertThat(meter.awaitDrained(LONG)).isTrue();
            meter.record(Usage.event("later"));
            assertThat(meter.awaitDrained(LONG)).isTrue();
            assertThat(sink.events()).hasSize(taken + 1);
        }
        assertThat(logged(Level.WARN))
                .filteredOn(line -> line.contains("backlog of usage is full"))
                .hasSize(1);
        assertThat(logged(Level.INFO)).anyMatch(line -> line.contains("has room again"));
    }

    @Test
    void aFullDiskRefusesAndLaterRecordsWorkOnceThereIsRoom() throws Exception {
        MemorySink sink = new MemorySink();
        try (BufferedUsageMeter meter = buffer(sink).segmentAge(LONG).open()) {
            meter.record(Usage.event("before"));
            disk.leaveRoom(20);
            assertThatThrownBy(() -> meter.record(Usage.event("refused")))
                    .isInstanceOf(UsageNotStoredException.class)
                    .hasMessageContaining("No space left");
            assertThatThrownBy(() -> meter.record(Usage.event("refused again")))
                    .isInstanceOf(UsageNotStoredException.class);
            assertThat(meter.backlog().storing()).isFalse();
            assertThat(meter.backlog().events()).isEqualTo(1);
            disk.leaveRoom(Long.MAX_VALUE);
            meter.record(Usage.event("after"));

            assertThat(meter.backlog().storing()).isTrue();
            assertThat(meter.awaitDrained(LONG)).isTrue();
        }
        assertThat(sink.keys()).containsExactly("before", "after");
        assertThat(files(".corrupt")).isEmpty();
        assertThat(logged(Level.WARN))
                .filteredOn(line -> line.contains("could not be written"))
                .hasSize(1);
        assertThat(logged(Level.INFO))
                .filteredOn(line -> line.contains("is written to"))
                .hasSize(1);
    }

    @Test
    void aDiskThatIsFullBeforeTheFirstEventLeavesNoFile() throws Exception {
        MemorySink sink = new MemorySink();
        try (BufferedUsageMeter meter = buffer(sink).segmentAge(LONG).open()) {
            disk.leaveRoom(60);
            assertThatThrownBy(() -> meter.record(Usage.event("refused"))).isInstanceOf(UsageNotStoredException.class);
            assertThat(segments()).isEmpty();
            disk.leaveRoom(Long.MAX_VALUE);
            meter.record(Usage.event("after"));
            assertThat(meter.awaitDrained(LONG)).isTrue();
        }
        assertThat(sink.keys()).containsExactly("after");
    }

    @Test
    void aSegmentThatCannotBeShortenedAfterAFailedWriteIsAbandoned() throws Exception {
        MemorySink sink = new MemorySink();
        try (BufferedUsageMeter meter = buffer(sink).segmentAge(LONG).open()) {
            meter.record(Usage.event("before"));
            disk.failTruncates();
            disk.leaveRoom(20);
            assertThatThrownBy(() -> meter.record(Usage.event("refused"))).isInstanceOf(UsageNotStoredException.class);
            disk.leaveRoom(Long.MAX_VALUE);
            meter.record(Usage.event("after"));
            assertThat(meter.awaitDrained(LONG)).isTrue();
        }
        assertThat(sink.keys()).containsExactly("before", "after");
    }

    @Test
    void aSegmentWhoseForceFailedIsNeverForcedAgainAndWhatWasAcknowledgedInItIsDelivered() throws Exception {
        MemorySink sink = MemorySink.away();
        try (BufferedUsageMeter meter = buffer(sink).segmentAge(LONG).open()) {
            meter.record(Usage.event("before"));
            disk.failForces(1);
            assertThatThrownBy(() -> meter.record(Usage.event("refused")))
                    .isInstanceOf(UsageNotStoredException.class)
                    .hasMessageContaining("forcing a segment")
                    .hasMessageContaining("Input/output error");
            meter.record(Usage.event("after"));
            assertThat(segments()).hasSize(2);
            Path afterwards = temporary.resolve("cut");
            disk.cutPower(directory, afterwards);
            assertThat(drained(afterwards)).extracting(UsageEvent::key).containsExactly("before", "after");

            sink.comeBack();
            assertThat(meter.awaitDrained(LONG)).isTrue();
        }
        assertThat(sink.keys()).containsExactly("before", "after");
    }

    @Test
    void aSinkThatIsAwayIsAskedAgainWithGrowingPausesAndOneLineForEachChange() throws Exception {
        MemorySink sink = new MemorySink();
        sink.failNext(6);
        List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
        try (BufferedUsageMeter meter = buffer(sink)
                .pauses(Duration.ofMillis(100), Duration.ofSeconds(1))
                .insteadOfPauses(pauses::add)
                .open()) {
            meter.record(Usage.event("k"));
            assertThat(meter.awaitDrained(LONG)).isTrue();
            assertThat(meter.backlog().delivering()).isTrue();
        }

        assertThat(sink.keys()).containsExactly("k");
        assertThat(pauses).hasSize(6);
        for (int i = 0; i < 6; i++) {
            Duration whole = Duration.ofMillis(Math.min(1_000, 100 << i));
            assertThat(pauses.get(i)).isBetween(whole.dividedBy(2), whole);
        }
        assertThat(logged(Level.WARN))
                .filteredOn(line -> line.contains("cannot be delivered"))
                .hasSize(1);
        assertThat(logged(Level.INFO))
                .filteredOn(line -> line.contains("delivered again"))
                .hasSize(1);
    }

    @Test
    void rejectedEventsAreCountedAndLoggedAndDoNotHoldUpTheOthers() throws Exception {
        MemorySink sink = new MemorySink();
        sink.reject("k1");
        try (BufferedUsageMeter meter = buffer(sink).open()) {
            meter.record(Usage.events("k", 3));
            assertThat(meter.awaitDrained(LONG)).isTrue();
            assertThat(meter.backlog().rejected()).isEqualTo(1);
        }
        assertThat(sink.keys()).containsExactly("k0", "k2");
        assertThat(logged(Level.WARN))
                .anyMatch(line -> line.contains("rejected 1 of 3") && line.contains("not wanted"));
    }

    @Test
    void anUnknownMetricIsRefusedBeforeAnythingIsStored() {
        try (BufferedUsageMeter meter = buffer(MemorySink.away())
                .knownMetrics(metric -> !metric.equals("api_calls"))
                .open()) {
            assertThatThrownBy(() -> meter.record(Usage.event("k")))
                    .isInstanceOf(InvalidUsageException.class)
                    .hasMessageContaining("no metric is named 'api_calls'");
            assertThatThrownBy(() -> meter.record(Usage.events("k", 2))).isInstanceOf(InvalidUsageException.class);
            assertThat(meter.backlog().events()).isZero();
        }
    }

    @Test
    void aClosedMeterRefusesAndClosingTwiceIsNothing() {
        BufferedUsageMeter meter = buffer(new MemorySink()).open();
        meter.close();
        meter.close();

        assertThatThrownBy(() -> meter.record(Usage.event("k")))
                .isInstanceOf(UsageNotStoredException.class)
                .hasMessageContaining("is closed");
        assertThat(meter.recordAsync(Usage.event("k"))).isCompletedExceptionally();
    }

    @Test
    void closingMakesLastWhatWasTaken() throws Exception {
        BufferedUsageMeter meter = buffer(MemorySink.away()).open();
        List<CompletableFuture<Void>> futures =
                Usage.events("k", 100).stream().map(meter::recordAsync).toList();
        meter.close();

        CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).get();
        assertThat(drained(directory)).hasSize(100);
    }

    @Test
    void anInterruptedThreadIsToldThatItsEventMayBeStored() throws Exception {
        try (BufferedUsageMeter meter = buffer(MemorySink.away()).open()) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            CountDownLatch interrupted = new CountDownLatch(1);
            Thread writer = new Thread(() -> {
                Thread.currentThread().interrupt();
                try {
                    meter.record(Usage.event("k"));
                } catch (UsageNotStoredException e) {
                    thrown.set(e);
                    if (Thread.currentThread().isInterrupted()) {
                        interrupted.countDown();
                    }
                }
            });
            writer.start();
            writer.join();

            assertThat(thrown.get()).hasMessageContaining("not known").hasMessageContaining("same key");
            assertThat(interrupted.getCount()).isZero();
        }
        assertThat(drained(directory)).hasSize(1);
    }

    @Test
    void aSinkThatNeverAnswersDoesNotHoldUpRecording() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (BufferedUsageMeter meter = buffer(events -> {
                    asked.countDown();
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    throw new UsageNotStoredException("late", null);
                })
                .segmentAge(Duration.ofMillis(1))
                .open()) {
            meter.record(Usage.event("k"));
            asked.await();
            Usage.events("more", 10).forEach(meter::record);
            assertThat(meter.backlog().events()).isEqualTo(11);
            assertThat(meter.awaitDrained(Duration.ofMillis(1))).isFalse();
            release.countDown();
        }
        assertThat(drained(directory)).hasSize(11);
    }

    @Test
    void theBuilderRefusesContradictionsAndSecondSettings() {
        assertThatThrownBy(() -> BufferedUsageMeter.builder().open())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("directory");
        assertThatThrownBy(() -> buffer(new MemorySink()).source("again"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("set already");
        assertThatThrownBy(
                        () -> buffer(new MemorySink()).maximumBacklogBytes(100).open())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("at least two segments");
        assertThatThrownBy(() -> BufferedUsageMeter.builder().offeredEvents(0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(BufferedUsageMeter.DEFAULT_SEGMENT_BYTES).isEqualTo(16_777_216);
        assertThat(BufferedUsageMeter.DEFAULT_MAXIMUM_BACKLOG_BYTES).isEqualTo(1_073_741_824);
        assertThat(BufferedUsageMeter.DEFAULT_OFFERED_EVENTS).isEqualTo(50_000);
    }

    private BufferedUsageMeter.Builder buffer(UsageSink sink) {
        return BufferedUsageMeter.builder()
                .directory(directory)
                .source("cms.api")
                .sink(sink)
                .clock(InstantSource.fixed(NOW))
                .disk(disk);
    }

    private static List<UsageEvent> drained(Path directory) throws Exception {
        MemorySink sink = new MemorySink();
        try (BufferedUsageMeter meter = BufferedUsageMeter.builder()
                .directory(directory)
                .source("cms.api")
                .sink(sink)
                .clock(InstantSource.fixed(NOW))
                .open()) {
            assertThat(meter.awaitDrained(LONG)).isTrue();
        }
        return sink.events();
    }

    private List<Path> segments() throws IOException {
        return files(".segment");
    }

    private List<Path> files(String ending) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }

    private List<String> logged(Level level) {
        return List.copyOf(log.list).stream()
                .filter(line -> line.getLevel().equals(level))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }
}
