package io.tenancy.usage.buffer;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What is asked of the disk, so that tests can let it fill up, fail and lose power at each step. */
interface SegmentDisk {

    /** Creates a file that only its owner may read and write. */
    Output create(Path file) throws IOException;

    void delete(Path file) throws IOException;

    void rename(Path from, Path to) throws IOException;

    /** Makes what was created, renamed and deleted in a directory last. */
    void forceDirectory(Path directory) throws IOException;

    /** A file that is being written. */
    interface Output extends Closeable {

        /** Writes at the end; possibly less than all. */
        int write(ByteBuffer bytes) throws IOException;

        /** Makes what was written last. */
        void force() throws IOException;

        void truncate(long size) throws IOException;
    }
}
