package io.tenancy.usage.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.usage.UsageEvent;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SegmentFormatTest {

    private static final Instant BEGUN = Instant.parse("2026-11-21T08:00:00.000001Z");
    private static final UUID DIRECTORY = UUID.fromString("8f14e45f-ceea-467f-9a2b-0123456789ab");

    @Test
    void everyEventReadsAsItWasWritten() {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        System.out.println("SegmentFormatTest: -Dtenancy.seed=" + seed);
        Random random = new Random(seed);
        List<UsageEvent> events = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            events.add(Usage.random(random));
        }

        Read read = read(sealed(events));

        assertThat(read.events()).isEqualTo(events);
        assertThat(read.scan().damage()).isEmpty();
        assertThat(read.scan().tornAt()).isEqualTo(-1);
    }

    @Test
    void fileOfVersionOneReads() throws Exception {
        byte[] content;
        try (InputStream file = SegmentFormatTest.class.getResourceAsStream("version-1.segment")) {
            content = file.readAllBytes();
        }

        Read read = read(content);

        assertThat(read.events()).isEqualTo(committed());
        assertThat(read.scan().damage()).isEmpty();
        assertThat(read.scan().header())
                .contains(new SegmentFormat.Header(1, DIRECTORY, 7, Instant.parse("2026-11-21T08:00:00.000001Z")));
    }

    @Test
    void whatIsWrittenIsStillVersionOneByteForByte() throws Exception {
        try (InputStream file = SegmentFormatTest.class.getResourceAsStream("version-1.segment")) {
            assertThat(HexFormat.of().formatHex(sealed(committed())))
                    .isEqualTo(HexFormat.of().formatHex(file.readAllBytes()));
        }
    }

    @Test
    void tailTornAtAnyByteIsRecognised() {
        List<UsageEvent> events = Usage.events("k", 3);
        byte[] whole = unsealed(events);
        int lastBegins = unsealed(events.subList(0, 2)).length;
        for (int length = lastBegins + 1; length < whole.length; length++) {
            Read read = read(Arrays.copyOf(whole, length));

            assertThat(read.events()).isEqualTo(events.subList(0, 2));
            assertThat(read.scan().tornAt()).isEqualTo(lastBegins);
            assertThat(read.scan().damage()).isEmpty();
        }
    }

    @Test
    void zerosBehindTheLastRecordAreATornTail() {
        byte[] whole = unsealed(Usage.events("k", 2));

        Read read = read(Arrays.copyOf(whole, whole.length + 4096));

        assertThat(read.events()).hasSize(2);
        assertThat(read.scan().tornAt()).isEqualTo(whole.length);
        assertThat(read.scan().damage()).isEmpty();
    }

    @Test
    void anyFlippedBitCostsAtMostTheRecordThatItIsInAndIsReported() {
        List<UsageEvent> events = Usage.events("k", 6);
        byte[] whole = sealed(events);
        int lastRecord = unsealed(events).length;
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << (at % 8));

            Read read = read(flipped);

            // A seal whose length is wrong looks like a torn tail; no event stands there.
            if (read.events().size() < events.size() || at < lastRecord) {
                assertThat(read.scan().damage())
                        .as("bit flipped in byte %d", at)
                        .isNotEmpty();
            }
            assertThat(events).containsAll(read.events());
            assertThat(read.events()).hasSizeGreaterThanOrEqualTo(5);
        }
    }

    @Test
    void aWholeLastRecordWithAWrongChecksumIsDamageAndNoTornTail() {
        byte[] whole = unsealed(Usage.events("k", 2));
        whole[whole.length - 1] ^= 1;

        Read read = read(whole);

        assertThat(read.events()).hasSize(1);
        assertThat(read.scan().tornAt()).isEqualTo(-1);
        assertThat(read.scan().damage()).hasSize(1);
    }

    @Test
    void aSealedSegmentHasNoTornTail() {
        byte[] whole = sealed(Usage.events("k", 2));

        Read read = read(Arrays.copyOf(whole, whole.length + 3));

        assertThat(read.events()).hasSize(2);
        assertThat(read.scan().damage()).hasSize(1);
    }

    @Test
    void randomBytesNeverMakeTheReaderFail() {
        Random random = new Random(42);
        byte[] whole = sealed(Usage.events("k", 50));
        for (int i = 0; i < 2_000; i++) {
            byte[] mutated = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
            for (int changes = random.nextInt(20); changes > 0 && mutated.length > 0; changes--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
            }
            assertThat(Usage.events("k", 50)).containsAll(read(mutated).events());
        }
    }

    @Test
    void aRecordInsideTheTextsOfAnEventIsNeverReadAsOne() {
        byte[] forged = encoded(List.of(Usage.event("forged")));
        StringBuilder text = new StringBuilder();
        for (byte each : forged) {
            text.append((char) Math.max(1, each & 0xFF));
        }
        UsageEvent carrier = UsageEvent.record(
                Usage.TENANT, "s", "k", "m", java.math.BigDecimal.ONE, BEGUN, Map.of("p", text.toString()));
        byte[] whole = sealed(List.of(carrier, Usage.event("after")));
        whole[SegmentFormat.HEADER_BYTES + SegmentFormat.RECORD_OVERHEAD] ^= 1;

        assertThat(read(whole).events()).containsExactly(Usage.event("after"));
    }

    @Test
    void anEventIsCompact() {
        assertThat(encoded(List.of(Usage.event("k"))).length).isLessThan(70);
    }

    /** What the committed file of version 1 holds; never to be changed. */
    static List<UsageEvent> committed() {
        return List.of(
                Usage.event("first", 1),
                new UsageEvent(
                        Usage.TENANT,
                        "cms.import",
                        "prüfung-€-😀",
                        "storage_bytes",
                        new java.math.BigDecimal("1000000000000000000"),
                        Instant.parse("1969-12-31T23:59:59.999999Z"),
                        Map.of("a", "", "zone", "são paulo"),
                        UsageEvent.Kind.RECORD,
                        null),
                new UsageEvent(
                        Usage.TENANT,
                        "cms.api",
                        "second",
                        "api_calls",
                        new java.math.BigDecimal("0.123456789"),
                        Instant.parse("2026-11-21T08:00:01Z"),
                        Map.of(),
                        UsageEvent.Kind.CORRECTION,
                        "first"),
                new UsageEvent(
                        Usage.TENANT,
                        "cms.api",
                        "third",
                        "api_calls",
                        java.math.BigDecimal.ZERO,
                        Instant.parse("2026-11-21T08:00:02Z"),
                        Map.of(),
                        UsageEvent.Kind.RETRACTION,
                        "first"));
    }

    static byte[] sealed(List<UsageEvent> events) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(unsealed(events));
        file.writeBytes(SegmentFormat.seal(events.size()));
        return file.toByteArray();
    }

    static byte[] unsealed(List<UsageEvent> events) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(SegmentFormat.header(DIRECTORY, 7, BEGUN));
        file.writeBytes(encoded(events));
        return file.toByteArray();
    }

    private static byte[] encoded(List<UsageEvent> events) {
        EncodedEvents encoded = new EncodedEvents(16);
        events.forEach(encoded::add);
        return encoded.toByteArray();
    }

    private static Read read(byte[] content) {
        SegmentScan scan = new SegmentScan(content);
        List<UsageEvent> events = new ArrayList<>();
        for (var event = scan.next(); event.isPresent(); event = scan.next()) {
            events.add(event.get());
        }
        return new Read(events, scan);
    }

    private record Read(List<UsageEvent> events, SegmentScan scan) {}
}
