package io.tenancy.jpa.usage;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/*
 * A line "+ event" is forced before the event is recorded, a line "= key" after its recording was acknowledged. A line
 * "- key" says beforehand that the transaction which records that key is rolled back.
 */
/** What one thread of one node set out to record and what of it was acknowledged, on disk. For one thread. */
final class UsageKillNotes implements AutoCloseable {

    final Map<String, UsageEvent> begun = new LinkedHashMap<>();
    final Set<String> acknowledged = new LinkedHashSet<>();
    final Set<String> takenBack = new LinkedHashSet<>();
    private final FileChannel channel;

    UsageKillNotes(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        byte[] bytes = Files.readAllBytes(file);
        int whole = bytes.length;
        while (whole > 0 && bytes[whole - 1] != '\n') {
            whole--;
        }
        channel.truncate(whole);
        channel.position(whole);
        new String(bytes, 0, whole, StandardCharsets.UTF_8).lines().forEach(this::read);
    }

    private void read(String line) {
        String[] words = line.split(" ");
        switch (words[0]) {
            case "+" -> {
                UsageEvent event = UsageEvent.record(
                        TenantId.of(words[1]),
                        words[2],
                        words[3],
                        words[4],
                        new BigDecimal(words[5]),
                        Instant.EPOCH.plus(Long.parseLong(words[6]), ChronoUnit.MICROS),
                        Map.of("user", words[7]));
                begun.put(event.key(), event);
            }
            case "=" -> acknowledged.add(words[1]);
            case "-" -> takenBack.add(words[1]);
            default -> throw new IllegalStateException(line);
        }
    }

    List<UsageEvent> unacknowledged() {
        return begun.values().stream()
                .filter(event -> !acknowledged.contains(event.key()))
                .toList();
    }

    void begin(Collection<UsageEvent> events) {
        StringBuilder lines = new StringBuilder();
        for (UsageEvent event : events) {
            lines.append(String.join(
                            " ",
                            "+",
                            event.tenant().toString(),
                            event.source(),
                            event.key(),
                            event.metric(),
                            event.quantity().toPlainString(),
                            Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, event.occurredAt())),
                            event.properties().get("user")))
                    .append('\n');
        }
        force(lines);
    }

    void acknowledge(Collection<UsageEvent> events) {
        StringBuilder lines = new StringBuilder();
        events.forEach(event -> lines.append("= ").append(event.key()).append('\n'));
        force(lines);
    }

    void takeBack(Collection<UsageEvent> events) {
        StringBuilder lines = new StringBuilder();
        events.forEach(event -> lines.append("- ").append(event.key()).append('\n'));
        force(lines);
    }

    private void force(StringBuilder lines) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(lines.toString());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
