package io.tenancy.usage.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.usage.UsageNotStoredException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A real file system of half a megabyte; needs the right to mount one. */
@Timeout(60)
class SmallDiskTest {

    @TempDir(cleanup = CleanupMode.ALWAYS)
    private Path temporary;

    private Path volume;

    @BeforeEach
    void mount() throws Exception {
        volume = Files.createDirectory(temporary.resolve("volume"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", volume.toString()),
                "a file system can be mounted here");
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", volume.toString());
    }

    @Test
    void recordRefusesWhenItIsFullAndWorksAgainOnceThereIsRoom() throws Exception {
        MemorySink sink = MemorySink.away();
        Path other = volume.resolve("other");
        Files.write(other, new byte[200_000]);
        try (BufferedUsageMeter meter = BufferedUsageMeter.builder()
                .directory(volume.resolve("usage"))
                .source("cms.api")
                .sink(sink)
                .clock(InstantSource.system())
                .segmentBytes(65_536)
                .pauses(Duration.ofMillis(1), Duration.ofMillis(5))
                .open()) {
            int taken = 0;
            UsageNotStoredException refusal = null;
            while (refusal == null) {
                try {
                    meter.record(Usage.events("k" + taken + "-", 20));
                    taken += 20;
                } catch (UsageNotStoredException e) {
                    refusal = e;
                }
            }
            assertThat(refusal).hasMessageContaining("No space left");
            assertThat(taken).isPositive();
            assertThatThrownBy(() -> meter.record(Usage.events("still-", 500)))
                    .isInstanceOf(UsageNotStoredException.class);

            Files.delete(other);
            meter.record(Usage.event("after"));
            sink.comeBack();
            assertThat(meter.awaitDrained(Duration.ofSeconds(30))).isTrue();
            assertThat(sink.events()).hasSize(taken + 1);
            assertThat(meter.backlog().damaged()).isZero();
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
