package io.tenancy.usage.buffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The local disk, with somebody who is told of each step that makes events last. */
public final class WatchedDisk {

    private WatchedDisk() {}

    /**
     * Lets a meter write to a watched disk.
     *
     * @param builder of the meter
     * @param appended hears after events were written and before they are forced
     * @param forced hears after a force
     * @param deleting hears before a segment that was delivered is deleted
     * @return the same builder
     */
    public static BufferedUsageMeter.Builder under(
            BufferedUsageMeter.Builder builder, Runnable appended, Runnable forced, Runnable deleting) {
        SegmentDisk files = new LocalDisk();
        return builder.disk(new SegmentDisk() {
            @Override
            public Output create(Path file) throws IOException {
                return watched(files.create(file), appended, forced);
            }

            @Override
            public void delete(Path file) throws IOException {
                deleting.run();
                files.delete(file);
            }

            @Override
            public void rename(Path from, Path to) throws IOException {
                files.rename(from, to);
            }

            @Override
            public void forceDirectory(Path directory) throws IOException {
                files.forceDirectory(directory);
            }
        });
    }

    private static SegmentDisk.Output watched(SegmentDisk.Output output, Runnable appended, Runnable forced) {
        return new SegmentDisk.Output() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                int written = output.write(bytes);
                if (written > SegmentFormat.HEADER_BYTES) {
                    appended.run();
                }
                return written;
            }

            @Override
            public void force() throws IOException {
                output.force();
                forced.run();
            }

            @Override
            public void truncate(long size) throws IOException {
                output.truncate(size);
            }

            @Override
            public void close() throws IOException {
                output.close();
            }
        };
    }
}
