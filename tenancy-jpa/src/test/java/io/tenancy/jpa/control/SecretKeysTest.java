package io.tenancy.jpa.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.TenancyException;
import io.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretKeysTest {

    private final TenantId acme = TenantId.next(InstantSource.system());
    private final TenantId zeta = TenantId.next(InstantSource.system());

    @Test
    void secretRoundTrips() {
        SecretKeys keys = SecretKeys.fromJson(SecretKeys.createJson());

        assertThat(keys.decrypt(acme, keys.encrypt(acme, "pässword"))).isEqualTo("pässword");
    }

    @Test
    void ciphertextShowsNothingOfTheSecret() {
        SecretKeys keys = SecretKeys.fromJson(SecretKeys.createJson());

        assertThat(new String(keys.encrypt(acme, "correct horse"), StandardCharsets.ISO_8859_1))
                .doesNotContain("horse");
    }

    @Test
    void ciphertextOfOneTenantCannotStandInForAnothers() {
        SecretKeys keys = SecretKeys.fromJson(SecretKeys.createJson());
        byte[] ciphertext = keys.encrypt(acme, "secret");

        assertThatExceptionOfType(TenancyException.class)
                .isThrownBy(() -> keys.decrypt(zeta, ciphertext))
                .withMessageContaining("another keyset or for another tenant");
    }

    @Test
    void anotherKeysetOpensNothing() {
        byte[] ciphertext = SecretKeys.fromJson(SecretKeys.createJson()).encrypt(acme, "secret");

        assertThatExceptionOfType(TenancyException.class)
                .isThrownBy(() -> SecretKeys.fromJson(SecretKeys.createJson()).decrypt(acme, ciphertext));
    }

    @Test
    void keysetFileIsMadeOnceAndReadAgain(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("keys").resolve("keyset.json");
        byte[] ciphertext = SecretKeys.inFile(file).encrypt(acme, "secret");

        assertThat(SecretKeys.inFile(file).decrypt(acme, ciphertext)).isEqualTo("secret");
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        }
        try (var files = Files.list(directory.resolve("keys"))) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void textThatIsNoKeysetIsRefusedWithTheWayToMakeOne() {
        assertThatExceptionOfType(TenancyException.class)
                .isThrownBy(() -> SecretKeys.fromJson("{}"))
                .withMessageContaining("tenancy.secrets.keyset")
                .withMessageContaining("SecretKeys.createJson()");
    }
}
