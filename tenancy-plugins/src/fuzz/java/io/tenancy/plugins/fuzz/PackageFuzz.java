package io.tenancy.plugins.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.pack.PackageReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the bytes are, a package is refused or read. */
class PackageFuzz {

    static Stream<byte[]> packages() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                PackageReader.class.getResourceAsStream("/io/tenancy/plugins/pack/format-1.tplugin"))) {
            return Stream.of(in.readAllBytes());
        }
    }

    @MethodSource("packages")
    @FuzzTest(maxDuration = "10m")
    void aPackageIsRefusedOrRead(byte[] bytes) {
        if (bytes == null) {
            return;
        }
        try {
            var unused = PackageReader.read(bytes);
        } catch (PluginException expected) {
            // That is an answer.
        }
    }
}
