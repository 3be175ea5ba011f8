package io.tenancy.usage.buffer;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directory of one buffer: its lock, its name, its segments. */
final class SegmentDirectory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BufferedUsageMeter.class);
    private static final Pattern SEGMENT = Pattern.compile("(\\d{19})\\.segment");
    private static final Pattern ANY_NUMBER = Pattern.compile("(\\d{19})\\.segment(\\.corrupt)?");
    private static final String CORRUPT = ".corrupt";
    private static final String ID = "id";

    private final Path path;
    private final SegmentDisk disk;
    private final DirectoryLock lock;
    private final UUID id;
    private long nextNumber;

    private SegmentDirectory(Path path, SegmentDisk disk, DirectoryLock lock, UUID id, long nextNumber) {
        this.path = path;
        this.disk = disk;
        this.lock = lock;
        this.id = id;
        this.nextNumber = nextNumber;
    }

    static SegmentDirectory open(Path path, SegmentDisk disk) throws IOException {
        create(path.toAbsolutePath(), disk);
        DirectoryLock lock = DirectoryLock.take(path);
        boolean opened = false;
        try {
            SegmentDirectory directory =
                    new SegmentDirectory(path, disk, lock, id(path, disk), highestNumber(path) + 1);
            opened = true;
            return directory;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    Path path() {
        return path;
    }

    /** A file to write, with its header in it, neither of which lasts yet. */
    OpenSegment begin(Instant begun) throws IOException {
        long number = nextNumber++;
        Path file = path.resolve(String.format(Locale.ROOT, "%019d.segment", number));
        SegmentDisk.Output output = disk.create(file);
        OpenSegment segment = new OpenSegment(file, output, begun);
        try {
            segment.writeHeader(SegmentFormat.header(id, number, begun));
            return segment;
        } catch (IOException | RuntimeException e) {
            discard(segment);
            throw e;
        }
    }

    /** Makes a new file's name last. */
    void force() throws IOException {
        disk.forceDirectory(path);
    }

    void delete(Segment segment) throws IOException {
        disk.delete(segment.file());
        disk.forceDirectory(path);
    }

    /** Deletes a file in which nothing was acknowledged. */
    void discard(OpenSegment segment) {
        segment.closeQuietly();
        deleteQuietly(segment.file());
    }

    Path setAside(Segment segment) throws IOException {
        Path aside = segment.file().resolveSibling(segment.name() + CORRUPT);
        // It may have been renamed by an attempt that failed after that.
        if (Files.exists(segment.file()) || !Files.exists(aside)) {
            disk.rename(segment.file(), aside);
        }
        disk.forceDirectory(path);
        return aside;
    }

    /** What earlier runs left, oldest first, with torn tails cut off. */
    List<Segment> recover() throws IOException {
        List<Segment> recovered = new ArrayList<>();
        for (Path file : files(path, SEGMENT)) {
            recover(file).ifPresent(recovered::add);
        }
        force();
        return recovered;
    }

    private Optional<Segment> recover(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        SegmentScan scan = new SegmentScan(content);
        requireReadableVersion(file, scan);
        scan.toEnd();
        if (scan.tornAt() >= 0) {
            LOG.info(
                    "Usage segment {} ends in {} bytes of a write that a crash broke off before it was acknowledged;"
                            + " they are cut off after {} whole events.",
                    file,
                    content.length - scan.tornAt(),
                    scan.events());
            truncate(file, scan.tornAt());
        }
        if (scan.events() == 0 && scan.damage().isEmpty()) {
            disk.delete(file);
            return Optional.empty();
        }
        reportDamage(file, scan);
        Instant begun = scan.begun().orElse(Files.getLastModifiedTime(file).toInstant());
        long bytes = scan.tornAt() >= 0 ? scan.tornAt() : content.length;
        return Optional.of(new Segment(file, begun, bytes, bytes, scan.events()));
    }

    static void reportDamage(Path file, SegmentScan scan) {
        if (!scan.damage().isEmpty()) {
            LOG.error(
                    "Usage segment {} is damaged: {}. The {} events that read are delivered, then the file is kept as"
                            + " {}{}: find out what the disk did, and whether events are missing, before deleting it.",
                    file,
                    String.join("; ", scan.damage()),
                    scan.events(),
                    file.getFileName(),
                    CORRUPT);
        }
    }

    private static void requireReadableVersion(Path file, SegmentScan scan) {
        if (!scan.isReadableVersion()) {
            throw new UsageBufferException(
                    "Usage segment " + file + " has format version "
                            + scan.header().map(SegmentFormat.Header::version).orElse(-1)
                            + ", but this release reads versions up to " + SegmentFormat.VERSION
                            + ". It was written by a newer release: run that one over this directory until it is"
                            + " drained, or give this process another directory.",
                    null);
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private void deleteQuietly(Path file) {
        try {
            disk.delete(file);
        } catch (IOException e) {
            LOG.debug("The usage segment {}, in which nothing was acknowledged, could not be deleted.", file, e);
        }
    }

    private static void truncate(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
            channel.force(true);
        }
    }

    private static void create(Path directory, SegmentDisk disk) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent != null) {
            create(parent, disk);
        }
        try {
            Files.createDirectory(directory, LocalDisk.ownerOnly(directory, "rwx------"));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
        if (parent != null) {
            disk.forceDirectory(parent);
        }
    }

    private static UUID id(Path directory, SegmentDisk disk) throws IOException {
        Path file = directory.resolve(ID);
        try {
            return UUID.fromString(
                    Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (NoSuchFileException | IllegalArgumentException e) {
            return newId(file, directory, disk);
        }
    }

    // The id only tells files of different directories apart when people look at them, so a torn one may be replaced.
    private static UUID newId(Path file, Path directory, SegmentDisk disk) throws IOException {
        UUID id = UUID.randomUUID();
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING),
                LocalDisk.ownerOnly(file, "rw-------"))) {
            channel.write(StandardCharsets.US_ASCII.encode(id + "\n"));
            channel.force(true);
        }
        disk.forceDirectory(directory);
        return id;
    }

    private static long highestNumber(Path directory) throws IOException {
        long highest = 0;
        for (Path file : files(directory, ANY_NUMBER)) {
            Matcher name = ANY_NUMBER.matcher(String.valueOf(file.getFileName()));
            if (name.matches()) {
                highest = Math.max(highest, Long.parseLong(name.group(1)));
            }
        }
        return highest;
    }

    private static List<Path> files(Path directory, Pattern names) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file ->
                            names.matcher(String.valueOf(file.getFileName())).matches())
                    .sorted()
                    .toList();
        }
    }
}
