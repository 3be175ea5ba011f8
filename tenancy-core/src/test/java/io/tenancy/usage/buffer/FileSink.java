package io.tenancy.usage.buffer;

import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageNotStoredException;
import io.tenancy.usage.spi.UsageSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A store in one file that outlives the process: each list is a block that counts only when its end is there. */
final class FileSink implements UsageSink {

    private static final String END = "end";

    private final Path file;
    private final Runnable stored;

    FileSink(Path file, Runnable stored) {
        this.file = file;
        this.stored = stored;
    }

    @Override
    public Outcome store(List<UsageEvent> events) {
        StringBuilder block = new StringBuilder("\n");
        for (UsageEvent event : events) {
            block.append(event.key()).append(' ').append(event.quantity()).append('\n');
        }
        block.append(END).append(' ').append(events.size()).append('\n');
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(block.toString());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        } catch (IOException e) {
            throw new UsageNotStoredException("The file of the sink failed", e);
        }
        stored.run();
        return new Outcome(events.size(), 0, List.of());
    }

    /** Each key once, with its quantity; fails when a key came with two quantities. */
    static Map<String, String> counted(Path file) throws IOException {
        Map<String, String> counted = new HashMap<>();
        Map<String, String> block = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split(" ");
            if (words.length == 2 && words[0].equals(END) && Integer.parseInt(words[1]) == block.size()) {
                block.forEach((key, quantity) -> {
                    String before = counted.putIfAbsent(key, quantity);
                    if (before != null && !before.equals(quantity)) {
                        throw new AssertionError(key + " was delivered as " + before + " and as " + quantity);
                    }
                });
                block.clear();
            } else if (words.length == 2) {
                block.put(words[0], words[1]);
            } else {
                block.clear();
            }
        }
        return counted;
    }
}
