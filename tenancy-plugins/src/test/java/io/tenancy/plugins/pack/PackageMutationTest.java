package io.tenancy.plugins.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** Packages that were damaged at random are refused, or say what they said before. */
@Timeout(300)
class PackageMutationTest {

    private static final int MUTATIONS = 1_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final byte[] STORED = Packages.reviewed(Manifests.full());
    private static final byte[] DEFLATED = deflated();

    private long seed;
    private Random random = new Random();
    private Map<PackageCheck, Integer> refusals = new HashMap<>();

    @BeforeEach
    void begin() {
        seed = new Random().nextLong();
        random = new Random(seed);
        refusals = new HashMap<>();
    }

    private static byte[] deflated() {
        Zips zip = Zips.of(STORED);
        zip.entries.forEach(Zips.Entry::deflate);
        return zip.bytes();
    }

    @RepeatedTest(2)
    void damagedBytesAreRefusedOrReadEqual() {
        System.out.println("Seed of damaged bytes: " + seed);
        for (int i = 0; i < MUTATIONS; i++) {
            check(
                    mutated(i % 2 == 0 ? STORED : DEFLATED),
                    i,
                    read -> assertThat(read.bytes()).isEqualTo(STORED));
        }
        assertThat(refusals.getOrDefault(PackageCheck.CONTAINER, 0)).isGreaterThan(MUTATIONS / 10);
    }

    // Checksums and sizes fit again, so that what lies behind the container is reached.
    @RepeatedTest(2)
    void damagedContentInASoundContainerIsNeverTrusted() {
        System.out.println("Seed of damaged content: " + seed);
        for (int i = 0; i < MUTATIONS; i++) {
            Zips zip = Zips.of(STORED);
            int at = random.nextInt(Math.min(4, zip.entries.size()));
            Zips.Entry entry = zip.entries.get(at);
            zip.entries.set(at, new Zips.Entry(entry.name(), mutated(entry.data)));
            byte[] bytes = zip.bytes();
            // Without its signatures, another title is as good; but nothing may be read that is not there.
            check(bytes, i, read -> assertThat(read.bytes()).isEqualTo(bytes));
        }
        assertThat(refusals).containsKeys(PackageCheck.MANIFEST, PackageCheck.PUBLISHER_SIGNATURE, PackageCheck.REVIEW);
        assertThat(refusals).doesNotContainKey(PackageCheck.CONTAINER);
    }

    private void check(byte[] bytes, int number, Consumer<PluginPackage> whatIsRead) {
        assertThatCode(() -> outcome(() -> PackageReader.read(bytes)).ifPresent(whatIsRead))
                .as("reading of mutation %d with seed %d", number, seed)
                .doesNotThrowAnyException();
        assertThatCode(() -> outcome(() -> PackageVerifier.verify(bytes, Packages.TRUST, Packages.NOW))
                        .ifPresent(read -> assertThat(read.content().bytes()).isEqualTo(STORED)))
                .as("verification of mutation %d with seed %d", number, seed)
                .doesNotThrowAnyException();
    }

    private <T> Optional<T> outcome(Supplier<T> call) {
        AtomicReference<Optional<T>> outcome = new AtomicReference<>(Optional.empty());
        long before = THREADS.getCurrentThreadCpuTime();
        long allocated = Packages.allocatedBy(() -> {
            try {
                outcome.set(Optional.of(call.get()));
            } catch (PackageRefusedException refused) {
                refusals.merge(refused.check(), 1, Integer::sum);
            }
        });
        // Far above what it takes, far below what a bomb would take.
        assertThat(THREADS.getCurrentThreadCpuTime() - before).isLessThan(2_000_000_000L);
        assertThat(allocated).isLessThan(16 * 1024 * 1024);
        return outcome.get();
    }

    private byte[] mutated(byte[] original) {
        byte[] bytes = original.clone();
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times; i++) {
            bytes = bytes.length == 0 ? bytes : mutatedOnce(bytes);
        }
        return bytes;
    }

    private byte[] mutatedOnce(byte[] bytes) {
        int at = random.nextBoolean()
                ? random.nextInt(bytes.length)
                : Math.max(0, bytes.length - 1 - random.nextInt(700));
        at = Math.min(at, bytes.length - 1);
        switch (random.nextInt(7)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 4), (byte) (random.nextBoolean() ? -1 : 0));
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 4 -> {
                return spliced(bytes, at, at, random.nextInt(40));
            }
            case 5 -> {
                return spliced(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(40)), 0);
            }
            default -> {
                int from = random.nextInt(bytes.length);
                int length = Math.min(random.nextInt(80), bytes.length - Math.max(from, at));
                System.arraycopy(bytes, from, bytes, at, length);
            }
        }
        return bytes;
    }

    private byte[] spliced(byte[] bytes, int from, int until, int more) {
        byte[] inserted = new byte[more];
        random.nextBytes(inserted);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, from);
        out.writeBytes(inserted);
        out.write(bytes, until, bytes.length - until);
        return out.toByteArray();
    }
}
