package io.tenancy.usage.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that record into one directory, one after the other, each killed with SIGKILL: at every moment that matters
 * in turn, and in between after a random number of acknowledgements.
 *
 * <p>{@code -Dtenancy.seed} repeats a run's choices; {@code -Dtenancy.soak=true} kills ten times as often.
 */
class KillTest {

    private static final int KILLS = 10;

    private final Set<String> acknowledged = new HashSet<>();
    private final Map<String, Integer> kills = new TreeMap<>();

    @TempDir
    private Path temporary;

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void everyAcknowledgedEventIsDeliveredOnceWhereverItsProcessWasKilled() throws Exception {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        int rounds = Boolean.getBoolean("tenancy.soak") ? 10 * KILLS : KILLS;
        System.out.println("KillTest: " + rounds + " kills with -Dtenancy.seed=" + seed);
        Random random = new Random(seed);
        Path directory = temporary.resolve("usage");
        Path sink = temporary.resolve("sink");
        CrashingProcess.Moment[] moments = CrashingProcess.Moment.values();
        for (int round = 0; round < rounds; round++) {
            int turn = round % KILLS;
            String moment = turn < moments.length ? moments[turn].name() : "-";
            killOne(directory, sink, "r" + round, moment, random);
        }

        try (BufferedUsageMeter meter = meter(directory, sink)) {
            assertThat(meter.awaitDrained(Duration.ofMinutes(1))).isTrue();
            assertThat(meter.backlog().damaged()).isZero();
        }
        Map<String, String> counted = FileSink.counted(sink);
        System.out.println("KillTest: kills by state " + kills + "; " + acknowledged.size() + " events acknowledged, "
                + counted.size() + " counted, lost "
                + acknowledged.stream().filter(key -> !counted.containsKey(key)).count());
        assertThat(acknowledged).isNotEmpty();
        assertThat(counted.keySet()).containsAll(acknowledged);
        assertThat(counted)
                .allSatisfy(
                        (key, quantity) -> assertThat(quantity).isEqualTo(String.valueOf(key.hashCode() & 0xFFFFF)));
        for (CrashingProcess.Moment moment : moments) {
            assertThat(kills).containsKey(moment.name());
        }
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("lock", "id");
        }
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void aDirectoryThatAnotherProcessHasOpenIsRefusedNamingIt() throws Exception {
        Path directory = temporary.resolve("usage");
        Process process = start(directory, temporary.resolve("sink"), "other", "-", 1);
        try (BufferedReader output = output(process)) {
            assertThat(output.readLine()).isEqualTo("ready");
            assertThatThrownBy(() -> meter(directory, temporary.resolve("sink")))
                    .isInstanceOf(UsageBufferException.class)
                    .hasMessageContaining("process " + process.pid() + " has it open");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private void killOne(Path directory, Path sink, String prefix, String moment, Random random) throws Exception {
        boolean anywhere = moment.equals("-");
        int told = anywhere ? 1 + random.nextInt(2_000) : Integer.MAX_VALUE;
        Process process = start(directory, sink, prefix, moment, 1 + random.nextInt(5));
        try (BufferedReader output = output(process)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith("+") && !line.isBlank()) {
                    acknowledged.add(line.substring(1));
                    told--;
                }
                if (line.startsWith("at ") || told == 0) {
                    process.toHandle().destroyForcibly();
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(process.exitValue()).isEqualTo(128 + 9);
        kills.merge(anywhere ? "anywhere" : moment, 1, Integer::sum);
    }

    private static Process start(Path directory, Path sink, String prefix, String moment, int times)
            throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashingProcess.class.getName(),
                        directory.toString(),
                        sink.toString(),
                        prefix,
                        moment,
                        String.valueOf(times))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    private static BufferedUsageMeter meter(Path directory, Path sink) {
        return BufferedUsageMeter.builder()
                .directory(directory)
                .source("crashing")
                .sink(new FileSink(sink, () -> {}))
                .clock(InstantSource.system())
                .open();
    }
}
