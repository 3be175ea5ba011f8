package io.tenancy.plugins.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.plugins.Wat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCodeCacheTest {

    private static final byte[] CODE = {1, 2, 3};

    @TempDir
    Path directory;

    private FileCodeCache cache(int secret) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) secret;
        return new FileCodeCache(directory, new SecretKeySpec(bytes, "HmacSHA256"));
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList().get(0);
        }
    }

    @Test
    void whatWasKeptIsFoundByAnotherProcess() throws IOException {
        cache(1).keep("a", CODE);

        assertThat(cache(1).find("a"))
                .hasValueSatisfying(found -> assertThat(found).isEqualTo(CODE));
        assertThat(cache(1).find("b")).isEmpty();
    }

    @Test
    void whatSomebodyChangedIsNotFound() throws IOException {
        cache(1).keep("a", CODE);
        byte[] all = Files.readAllBytes(onlyFile());
        for (int i = 0; i < all.length; i++) {
            byte[] changed = all.clone();
            changed[i] ^= 1;
            Files.write(onlyFile(), changed);

            assertThat(cache(1).find("a")).as("with byte %s changed", i).isEmpty();
        }
    }

    @Test
    void whatWasKeptForAnotherModuleIsNotFound() throws IOException {
        cache(1).keep("a", CODE);
        Files.move(onlyFile(), directory.resolve("b.code"));

        assertThat(cache(1).find("b")).isEmpty();
    }

    @Test
    void whatWasKeptWithAnotherSecretIsNotFound() throws IOException {
        cache(1).keep("a", CODE);

        assertThat(cache(2).find("a")).isEmpty();
    }

    @Test
    void aKeyThatLeavesTheDirectoryIsRefused() {
        assertThatThrownBy(() -> cache(1).find("../a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void codeFromTheCacheRunsAsTheCompiledOne() {
        byte[] module = Wat.plugin("", "(i64.const 42)");
        FileCodeCache cache = cache(1);

        for (EndiveEngine engine : List.of(EndiveEngine.compiled(cache), EndiveEngine.compiled(cache))) {
            assertThat(engine.compile(module).instantiate(4, List.of()).call("tp_call", 0, 0))
                    .isEqualTo(42);
        }
        assertThat(cache.find(CompiledCodeCache.keyOf(module))).isPresent();
    }
}
