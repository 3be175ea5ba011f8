package io.tenancy.plugins.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.pack.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileTest {

    @TempDir
    private Path folder;

    @Test
    void aKeyIsReadAsItWasWritten() {
        SigningKey made = KeyFile.create(folder.resolve("a.key"));

        assertThat(KeyFile.read(folder.resolve("a.key")).publicKey()).isEqualTo(made.publicKey());
    }

    @Test
    void onlyItsOwnerMayReadIt() throws IOException {
        KeyFile.create(folder.resolve("a.key"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a.key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aFileThatOthersMayReadIsRefused() throws IOException {
        KeyFile.create(folder.resolve("a.key"));
        Files.setPosixFilePermissions(folder.resolve("a.key"), PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> KeyFile.read(folder.resolve("a.key")))
                .isInstanceOf(PluginException.class)
                .hasMessageContaining("rw-r-----");
    }

    @Test
    void aKeyIsNeverOverwritten() throws IOException {
        KeyFile.create(folder.resolve("a.key"));
        String before = Files.readString(folder.resolve("a.key"));

        assertThatThrownBy(() -> KeyFile.create(folder.resolve("a.key")))
                .isInstanceOf(PluginException.class)
                .hasMessageContaining("never overwritten");
        assertThat(folder.resolve("a.key")).hasContent(before);
    }

    @Test
    void twoHalvesOfDifferentPairsAreRefused() throws IOException {
        KeyFile.create(folder.resolve("a.key"));
        KeyFile.create(folder.resolve("b.key"));
        String mixed = Files.readString(folder.resolve("a.key")).replaceFirst("(?s)-----BEGIN PUBLIC.*", "")
                + Files.readString(folder.resolve("b.key")).replaceFirst("(?s).*(?=-----BEGIN PUBLIC)", "");
        Files.writeString(folder.resolve("a.key"), mixed);

        assertThatThrownBy(() -> KeyFile.read(folder.resolve("a.key")))
                .isInstanceOf(PluginException.class)
                .hasMessageContaining("does not belong");
    }

    @Test
    void aFileThatHoldsNoKeyIsRefusedWithoutShowingIt() throws IOException {
        KeyFile.create(folder.resolve("a.key"));
        Files.writeString(folder.resolve("a.key"), "hunter2");

        assertThatThrownBy(() -> KeyFile.read(folder.resolve("a.key")))
                .isInstanceOf(PluginException.class)
                .hasMessageContaining("no block of PUBLIC KEY")
                .hasMessageNotContaining("hunter2");
    }
}
