package io.tenancy.usage.buffer;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A segment file that nobody writes any more.
 *
 * @param file where it lies
 * @param begun when its first event came; for a file whose header does not read, when it was last written
 * @param length how many bytes of it are to be read at most; what follows was refused after a failure of the disk
 * @param bytes how many it counts for in the backlog
 * @param events how many it counts for in the backlog
 */
record Segment(Path file, Instant begun, long length, long bytes, long events) {

    String name() {
        return String.valueOf(file.getFileName());
    }
}
