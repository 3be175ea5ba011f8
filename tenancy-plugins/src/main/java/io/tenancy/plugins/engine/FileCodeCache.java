package io.tenancy.plugins.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps code in files of a directory, each with an HMAC-SHA-256 over its key and its bytes: whoever can write to the directory
 * but does not have the secret cannot make a process run what it did not compile. Several processes may share one.
 */
public final class FileCodeCache implements CompiledCodeCache {

    private static final Logger LOG = LoggerFactory.getLogger(FileCodeCache.class);
    private static final String ALGORITHM = "HmacSHA256";
    private static final int MAC_BYTES = 32;
    private static final Pattern KEY = Pattern.compile("[a-z0-9-]{1,200}");
    // Another version of the format, or of the runtime that makes the code, is other code.
    private static final String FORMAT = "endive-1.0.0/1";

    private final Path directory;
    private final SecretKey secret;

    /**
     * Keeps code in a directory.
     *
     * @param directory which; made if it is not there
     * @param secret of the HMAC, of 32 bytes or more
     */
    public FileCodeCache(Path directory, SecretKey secret) {
        byte[] bytes = secret.getEncoded();
        if (bytes != null && bytes.length < MAC_BYTES) {
            throw new IllegalArgumentException("The secret of the cache in " + directory + " has " + bytes.length
                    + " bytes; it has to have " + MAC_BYTES + " or more");
        }
        this.directory = directory;
        this.secret = secret;
    }

    @Override
    public Optional<byte[]> find(String key) {
        Path file = file(key);
        try {
            byte[] all = Files.readAllBytes(file);
            if (all.length > MAC_BYTES) {
                byte[] code = Arrays.copyOfRange(all, MAC_BYTES, all.length);
                if (MessageDigest.isEqual(mac(key, code), Arrays.copyOf(all, MAC_BYTES))) {
                    return Optional.of(code);
                }
            }
            LOG.warn("{} is not what was kept there, or was kept with another secret; it is left aside", file);
            return Optional.empty();
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException unreadable) {
            LOG.warn("{} cannot be read and is left aside", file, unreadable);
            return Optional.empty();
        }
    }

    @Override
    public void keep(String key, byte[] code) throws IOException {
        Files.createDirectories(directory);
        Path made = Files.createTempFile(directory, "new", ".tmp");
        try {
            byte[] mac = mac(key, code);
            byte[] all = Arrays.copyOf(mac, mac.length + code.length);
            System.arraycopy(code, 0, all, mac.length, code.length);
            Files.write(made, all);
            move(made, file(key));
        } finally {
            Files.deleteIfExists(made);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException unsupported) {
            throw new UncheckedIOException(
                    "The file system of " + to + " cannot move files atomically. Keep the cache on another one.",
                    unsupported);
        }
    }

    private Path file(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("'" + key + "' is no key of a cache");
        }
        return directory.resolve(key + ".code");
    }

    private byte[] mac(String key, byte[] code) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            mac.update(FORMAT.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            mac.update(key.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return mac.doFinal(code);
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("The HMAC of a cache cannot be worked out", failure);
        }
    }
}
