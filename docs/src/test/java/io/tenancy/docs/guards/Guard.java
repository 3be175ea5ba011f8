package io.tenancy.docs.guards;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A patch that breaks one guard, and the test that must notice.
 *
 * @param patch the file
 * @param test {@code full.name.of.Class#method}
 * @param module the folder of the test's module
 * @param why what would go wrong without the guard
 */
record Guard(Path patch, String test, String module, String why) {

    /**
     * Reads the lines above the diff.
     *
     * @throws IllegalArgumentException when one is missing
     */
    static Guard parse(Path patch, List<String> lines) {
        Guard guard = new Guard(
                patch, header(patch, lines, "test"), header(patch, lines, "module"), header(patch, lines, "why"));
        if (!guard.test.matches("[\\w.$]+#\\w+")) {
            throw new IllegalArgumentException(
                    patch + " names the test '" + guard.test + "', which is not of the form full.name.of.Class#method");
        }
        return guard;
    }

    private static String header(Path patch, List<String> lines, String name) {
        String start = "# " + name + ":";
        Optional<String> value = lines.stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()).strip())
                .filter(text -> !text.isEmpty())
                .findFirst();
        return value.orElseThrow(
                () -> new IllegalArgumentException(patch + " has no line '" + start + " …' above its diff"));
    }

    String type() {
        return test.substring(0, test.indexOf('#'));
    }

    String method() {
        return test.substring(test.indexOf('#') + 1);
    }

    String name() {
        String file = patch.getFileName().toString();
        return file.substring(0, file.lastIndexOf('.'));
    }
}
