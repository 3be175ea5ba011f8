package io.tenancy.plugins.kit;

import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.pack.SigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pair of keys of Ed25519 in a file that only its owner may read: two blocks of PEM, {@code PRIVATE KEY} (PKCS #8) and
 * {@code PUBLIC KEY} (X.509), as RFC 8410 has them.
 */
public final class KeyFile {

    private static final String PRIVATE = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";
    private static final Set<PosixFilePermission> OWNER =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private KeyFile() {}

    /**
     * Makes a pair of keys and writes it to a new file, which only its owner can read and write. Where the file system knows
     * no such permissions, as on Windows, those of the folder hold.
     *
     * @param file that is not there yet
     * @return the pair
     * @throws PluginException when it is there, or cannot be written
     */
    public static SigningKey create(Path file) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            SigningKey key = SigningKey.of(pair);
            String text = block(PRIVATE, pair.getPrivate().getEncoded())
                    + block(PUBLIC, pair.getPublic().getEncoded());
            // With its permissions from the start: there is no moment in which others could read it.
            Files.createFile(file, ownerOnly(file));
            Files.writeString(file, text, StandardOpenOption.WRITE);
            return key;
        } catch (FileAlreadyExistsException exists) {
            throw new PluginException(
                    "There is a file " + file + " already, and keys are never overwritten; give another name", exists);
        } catch (IOException unwritable) {
            throw new PluginException("The key file " + file + " cannot be written: " + unwritable, unwritable);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("Every Java from 15 on has Ed25519, but this one has not", missing);
        }
    }

    /**
     * Reads one.
     *
     * @param file as {@link #create} writes it
     * @return the pair
     * @throws PluginException when it is none, or others than its owner may read it
     */
    public static SigningKey read(Path file) {
        try {
            requireOwnerOnly(file);
            String text = Files.readString(file, StandardCharsets.US_ASCII);
            KeyFactory keys = KeyFactory.getInstance("Ed25519");
            return SigningKey.of(new KeyPair(
                    keys.generatePublic(new X509EncodedKeySpec(block(file, text, PUBLIC))),
                    keys.generatePrivate(new PKCS8EncodedKeySpec(block(file, text, PRIVATE)))));
        } catch (IOException unreadable) {
            throw new PluginException(
                    "The key file " + file + " cannot be read: " + unreadable + "; make one with 'tenancy plugin keys'",
                    unreadable);
        } catch (GeneralSecurityException | IllegalArgumentException noKey) {
            throw new PluginException(
                    "The key file " + file + " holds no pair of keys of Ed25519: " + noKey.getMessage()
                            + "; make one with 'tenancy plugin keys'",
                    noKey);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path file) throws IOException {
        return hasPermissions(Objects.requireNonNull(file.toAbsolutePath().getParent()))
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER)}
                : new FileAttribute<?>[0];
    }

    private static boolean hasPermissions(Path path) throws IOException {
        return Files.getFileStore(path).supportsFileAttributeView(PosixFileAttributeView.class);
    }

    private static void requireOwnerOnly(Path file) throws IOException {
        if (hasPermissions(file) && !OWNER.containsAll(Files.getPosixFilePermissions(file))) {
            throw new PluginException("The key file " + file + " has the permissions "
                    + PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                    + ", so others may have read it; make a new key, or if you are sure that nobody did: chmod 600 "
                    + file);
        }
    }

    private static String block(String kind, byte[] content) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END " + kind + "-----\n";
    }

    private static byte[] block(Path file, String text, String kind) {
        Matcher block = Pattern.compile(
                        "-----BEGIN " + kind + "-----\\s*([A-Za-z0-9+/=\\s]*?)-----END " + kind + "-----")
                .matcher(text);
        if (!block.find()) {
            throw new IllegalArgumentException("there is no block of " + kind + " in " + file.getFileName());
        }
        return Base64.getMimeDecoder().decode(block.group(1));
    }
}
