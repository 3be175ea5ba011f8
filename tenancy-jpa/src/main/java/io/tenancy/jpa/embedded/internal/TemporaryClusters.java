package io.tenancy.jpa.embedded.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Data directories that live as long as their process, and the removal of those whose process was killed. */
public final class TemporaryClusters {

    private static final Logger LOG = LoggerFactory.getLogger(TemporaryClusters.class);
    private static final String PREFIX = "tenancy-postgres-";
    private static final String DATA = "data";

    private TemporaryClusters() {}

    /**
     * Names a data directory in a new directory of its own.
     *
     * @return the data directory, which does not exist yet; its parent does
     * @throws IOException when it cannot be made
     */
    public static Path create() throws IOException {
        return Files.createTempDirectory(PREFIX).toRealPath().resolve(DATA);
    }

    /**
     * Removes a temporary data directory and what lies beside it.
     *
     * @param dataDirectory what {@link #create()} returned; its server must have stopped
     * @throws IOException when something cannot be deleted
     */
    public static void delete(Path dataDirectory) throws IOException {
        OwnFiles.deleteTree(Objects.requireNonNull(dataDirectory.getParent()));
    }

    /**
     * Stops the servers and removes the files that killed processes of this user left.
     *
     * @param programs stops the servers
     */
    public static void deleteAbandoned(ServerPrograms programs) {
        Path temp = Path.of(System.getProperty("java.io.tmpdir", "."));
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(temp, PREFIX + "*")) {
            for (Path candidate : candidates) {
                deleteIfAbandoned(candidate, programs);
            }
        } catch (IOException e) {
            LOG.debug("Could not look for abandoned servers in {}", temp, e);
        }
    }

    private static void deleteIfAbandoned(Path directory, ServerPrograms programs) {
        try {
            Path data = directory.toRealPath().resolve(DATA);
            // Without the password file it is not ours, or its process is just about to make it.
            if (!Files.exists(SuperuserPassword.file(data)) || !OwnFiles.isOwn(directory)) {
                return;
            }
            Optional<DataDirectoryLock> lock = DataDirectoryLock.takeIfFree(data);
            if (lock.isEmpty()) {
                return;
            }
            DataDirectoryLock held = lock.get();
            try (held) {
                LOG.info("Removing {}, whose process was killed", directory);
                new Cluster(data, programs).abandon();
                delete(data);
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("Could not remove the abandoned server in {}", directory, e);
        }
    }
}
