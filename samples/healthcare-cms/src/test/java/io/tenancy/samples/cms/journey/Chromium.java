package io.tenancy.samples.cms.journey;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Chromium of this machine and the driver that steers it. Both are looked for; neither is ever downloaded.
 *
 * @param browser the browser's program
 * @param driver the driver's program, {@code chromedriver}
 */
record Chromium(Path browser, Path driver) {

    private static final String LOOKED = "Looked for a browser in the system property browser.path, in the environment"
            + " variable CHROME_BIN and for chromium on the PATH, and for chromedriver beside it and on the PATH, but"
            + " found browser: %s, driver: %s. On Debian: apt-get install chromium chromium-driver.";

    /**
     * The browser of this machine. Where there is none the present test is skipped, or fails if the system property
     * {@code browser.required} is true.
     */
    static Chromium ofThisMachine() {
        Optional<Path> browser = Stream.of(System.getProperty("browser.path"), System.getenv("CHROME_BIN"))
                .filter(Objects::nonNull)
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .or(() -> onThePath("chromium"));
        Optional<Path> driver = browser.map(program -> program.resolveSibling("chromedriver"))
                .filter(Files::isExecutable)
                .or(() -> onThePath("chromedriver"));
        if (browser.isPresent() && driver.isPresent()) {
            return new Chromium(browser.get(), driver.get());
        }
        String message = LOOKED.formatted(browser, driver);
        return Boolean.getBoolean("browser.required") ? fail(message) : abort(message);
    }

    private static Optional<Path> onThePath(String program) {
        @Nullable String path = System.getenv("PATH");
        return path == null
                ? Optional.empty()
                : List.of(path.split(File.pathSeparator)).stream()
                        .filter(directory -> !directory.isBlank())
                        .map(directory -> Path.of(directory, program))
                        .filter(Files::isExecutable)
                        .findFirst();
    }
}
