package io.tenancy.jpa.embedded.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a running PostgreSQL server writes about itself into its data directory. The file outlives a killed server, so
 * it is a claim to verify and not a fact.
 *
 * @param pid process id of the server
 * @param port TCP port that it listens on, or 0 while it has not said
 */
public record PostmasterPidFile(long pid, int port) {

    /** Name of the file in the data directory. */
    public static final String NAME = "postmaster.pid";

    // Line numbers are fixed by PostgreSQL's miscadmin.h (LOCK_FILE_LINE_PID, LOCK_FILE_LINE_PORT).
    private static final int PID_LINE = 0;
    private static final int PORT_LINE = 3;

    /**
     * Reads the file of a data directory.
     *
     * @param dataDirectory the data directory
     * @return what the file says, or empty when there is none or it has no readable process id
     * @throws IOException when the file exists but cannot be read
     */
    public static Optional<PostmasterPidFile> read(Path dataDirectory) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(dataDirectory.resolve(NAME));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        long pid = number(lines, PID_LINE);
        return pid <= 0 ? Optional.empty() : Optional.of(new PostmasterPidFile(pid, (int) number(lines, PORT_LINE)));
    }

    private static long number(List<String> lines, int line) {
        if (lines.size() <= line) {
            return 0;
        }
        try {
            return Long.parseLong(lines.get(line).strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
