package io.tenancy.samples.cms.plugin;

import io.tenancy.plugins.pack.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/** Keys that are made at the first start and kept in a directory that only the application's user can read. */
final class KeysOfTheDemonstration {

    private static final String ALGORITHM = "Ed25519";

    private final Path directory;

    KeysOfTheDemonstration(Path directory) {
        this.directory = directory;
    }

    /** The key of a name, made if it is not there. */
    SigningKey key(String name) {
        Path file = directory.resolve(name + ".key");
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(directory, onlyMine("rwx------"));
                keep(file);
            }
            List<String> halves = Files.readAllLines(file);
            KeyFactory keys = KeyFactory.getInstance(ALGORITHM);
            return SigningKey.of(new KeyPair(
                    keys.generatePublic(
                            new X509EncodedKeySpec(Base64.getDecoder().decode(halves.get(0)))),
                    keys.generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getDecoder().decode(halves.get(1))))));
        } catch (IOException failed) {
            throw new UncheckedIOException("The key " + file + " can be neither read nor made", failed);
        } catch (GeneralSecurityException | RuntimeException damaged) {
            throw new IllegalStateException(
                    file + " holds no pair of keys. Delete it; a new one is made, and plugins are signed anew.",
                    damaged);
        }
    }

    // Under another name first: a process that dies meanwhile leaves no half of a key.
    private static void keep(Path file) throws IOException, GeneralSecurityException {
        KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        Path made = Files.createTempFile(file.toAbsolutePath().getParent(), "new", ".tmp", onlyMine("rw-------"));
        Base64.Encoder encoder = Base64.getEncoder();
        Files.write(
                made,
                List.of(
                        encoder.encodeToString(pair.getPublic().getEncoded()),
                        encoder.encodeToString(pair.getPrivate().getEncoded())),
                StandardOpenOption.WRITE);
        Files.move(made, file);
    }

    private static FileAttribute<?>[] onlyMine(String permissions) {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
