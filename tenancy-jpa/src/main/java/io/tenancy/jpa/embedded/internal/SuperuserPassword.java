package io.tenancy.jpa.embedded.internal;

import io.tenancy.jpa.embedded.EmbeddedPostgresException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/** The superuser's password, in a file beside the data directory that only the present user can read. */
public final class SuperuserPassword {

    private static final int RANDOM_BYTES = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    private SuperuserPassword() {}

    /**
     * The file with the password.
     *
     * @param dataDirectory the data directory
     * @return a sibling of it
     */
    public static Path file(Path dataDirectory) {
        return dataDirectory.resolveSibling(dataDirectory.getFileName() + ".password");
    }

    /**
     * Makes a random password for a data directory that is about to be made.
     *
     * @param dataDirectory the data directory
     * @throws IOException when the file cannot be written
     */
    public static void create(Path dataDirectory) throws IOException {
        byte[] random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        Path file = file(dataDirectory);
        // A file left by an initialisation that was cut short: no server ever knew its password.
        Files.deleteIfExists(file);
        OwnFiles.makeFile(file);
        Files.writeString(
                file, Base64.getUrlEncoder().withoutPadding().encodeToString(random), StandardCharsets.US_ASCII);
    }

    /**
     * Reads the password of a data directory.
     *
     * @param dataDirectory the data directory
     * @return the password
     * @throws IOException when the file cannot be read
     * @throws EmbeddedPostgresException when there is no such file
     */
    public static String read(Path dataDirectory) throws IOException {
        Path file = file(dataDirectory);
        try {
            return Files.readString(file, StandardCharsets.US_ASCII).strip();
        } catch (NoSuchFileException e) {
            throw new EmbeddedPostgresException(
                    "The embedded PostgreSQL was to start on the existing data directory " + dataDirectory,
                    "the file with its superuser password, " + file + ", is missing",
                    "Put that file back, or move the data directory away to begin with an empty one.",
                    e);
        }
    }
}
