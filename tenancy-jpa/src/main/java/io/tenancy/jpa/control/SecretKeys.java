package io.tenancy.jpa.control;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import io.tenancy.TenancyException;
import io.tenancy.TenantId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;

/**
 * Encrypts what the control database must not show: AES-256-GCM through Tink, with the tenant's id as associated data,
 * so that one tenant's ciphertext cannot stand in for another's. Safe for many threads.
 */
public final class SecretKeys {

    private final Aead aead;

    private SecretKeys(KeysetHandle keyset) throws GeneralSecurityException {
        this.aead = keyset.getPrimitive(RegistryConfiguration.get(), Aead.class);
    }

    /**
     * Reads a keyset.
     *
     * @param json a Tink keyset in JSON, in clear
     * @return the keys
     * @throws TenancyException when the text is no keyset for AEAD
     */
    public static SecretKeys fromJson(String json) {
        try {
            AeadConfig.register();
            return new SecretKeys(TinkJsonProtoKeysetFormat.parseKeyset(
                    json, RegistryConfiguration.get(), InsecureSecretKeyAccess.get()));
        } catch (GeneralSecurityException malformed) {
            throw new TenancyException(
                    "tenancy.secrets.keyset is no Tink keyset for AEAD in JSON: " + malformed.getMessage()
                            + ". Make one with SecretKeys.createJson() or with tinkey (AES256_GCM).",
                    malformed);
        }
    }

    /**
     * Reads a keyset file, or makes one where there is none.
     *
     * @param file the file; it is created with permissions for its owner only
     * @return the keys
     * @throws TenancyException when the file cannot be read or made
     */
    public static SecretKeys inFile(Path file) {
        try {
            if (!Files.exists(file)) {
                create(file);
            }
            return fromJson(Files.readString(file));
        } catch (IOException failure) {
            throw new TenancyException(
                    "The keyset file " + file + " could not be read or made: " + failure.getMessage()
                            + ". Check tenancy.secrets.keyset-file and its permissions.",
                    failure);
        }
    }

    private static void create(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        if (posix) {
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } else {
            Files.createFile(draft);
        }
        Files.writeString(draft, createJson(), StandardOpenOption.WRITE);
        try {
            // A link fails where the file exists, so two processes that start together agree on one keyset.
            Files.createLink(file, draft);
        } catch (FileAlreadyExistsException another) {
            return;
        } catch (UnsupportedOperationException noLinks) {
            Files.move(draft, file);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /**
     * Makes a new keyset with one AES-256-GCM key.
     *
     * @return a Tink keyset in JSON, in clear; keep it as you keep passwords
     */
    public static String createJson() {
        try {
            AeadConfig.register();
            KeysetHandle keyset =
                    KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM, RegistryConfiguration.get());
            return TinkJsonProtoKeysetFormat.serializeKeyset(
                    keyset, RegistryConfiguration.get(), InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException impossible) {
            throw new TenancyException(
                    "AES-256-GCM is not to be had from Tink here: " + impossible.getMessage(), impossible);
        }
    }

    /**
     * Encrypts a tenant's secret.
     *
     * @param tenant whose it is
     * @param secret in clear
     * @return ciphertext that only this keyset and this tenant's id open
     */
    public byte[] encrypt(TenantId tenant, String secret) {
        try {
            return aead.encrypt(secret.getBytes(StandardCharsets.UTF_8), associated(tenant));
        } catch (GeneralSecurityException failure) {
            throw new TenancyException("A secret of tenant " + tenant + " could not be encrypted", failure);
        }
    }

    /**
     * Decrypts a tenant's secret.
     *
     * @param tenant whose it is
     * @param ciphertext from {@link #encrypt}
     * @return in clear
     * @throws TenancyException when the keyset or the tenant is another
     */
    public String decrypt(TenantId tenant, byte[] ciphertext) {
        try {
            return new String(aead.decrypt(ciphertext, associated(tenant)), StandardCharsets.UTF_8);
        } catch (GeneralSecurityException failure) {
            throw new TenancyException(
                    "A secret of tenant " + tenant + " could not be decrypted: it was made with another keyset or for"
                            + " another tenant. Check tenancy.secrets.keyset or keyset-file; a lost keyset cannot be replaced,"
                            + " but the tenant's login can be given a new password by provisioning it again.",
                    failure);
        }
    }

    private static byte[] associated(TenantId tenant) {
        return ("tenancy/" + tenant).getBytes(StandardCharsets.UTF_8);
    }
}
