package io.tenancy.plugins.kit;

import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.pack.PluginManifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** What a new plugin begins with: a small validator that works, with its build, manifest and samples. */
public enum PluginTemplate {
    /** TypeScript's syntax, compiled by {@code asc}, which {@code npx} fetches. */
    ASSEMBLYSCRIPT(
            "assemblyscript",
            List.of("build.sh", "source/plugin.ts", "source/tp/host.ts"),
            Map.of("as/abi.ts", "source/tp/abi.ts", "as/json.ts", "source/tp/json.ts")),
    /** C11 without a library, compiled by clang. */
    C(
            "c",
            List.of("build.sh", "source/plugin.c", "source/tp/host.h"),
            Map.of("c/abi.c", "source/tp/abi.c", "c/json.c", "source/tp/json.c", "c/tp.h", "source/tp/tp.h"));

    private static final List<String> SHARED = List.of(
            "README.md",
            "manifest.json",
            "samples/clean.json",
            "samples/clean.expected.json",
            "samples/found.json",
            "samples/found.expected.json",
            "samples/no-text.json",
            "samples/no-text.expected.json");

    private final String folder;

    @SuppressWarnings("ImmutableEnumChecker") // Map.of and List.of are immutable.
    private final List<String> files;

    @SuppressWarnings("ImmutableEnumChecker")
    private final Map<String, String> common;

    PluginTemplate(String folder, List<String> files, Map<String, String> common) {
        this.folder = folder;
        this.files = files;
        this.common = common;
    }

    /**
     * Writes a new project.
     *
     * @param target a folder that is not there yet, or empty
     * @param id of the plugin
     * @param publisher who answers for it
     * @param title for people
     * @return the files that were written, relative to the folder
     * @throws PluginException when the folder has something in it, or a name is not possible
     */
    public List<String> write(Path target, String id, String publisher, String title) {
        Map<String, String> words = Map.of("{{id}}", id, "{{publisher}}", publisher, "{{title}}", title);
        Map<String, String> texts = new LinkedHashMap<>();
        SHARED.forEach(file -> texts.put(file, text("any/" + file)));
        // Build tools leave out files of that name.
        texts.put(".gitignore", text("any/gitignore"));
        files.forEach(file -> texts.put(file, text(folder + "/" + file)));
        common.forEach((from, to) -> texts.put(to, text("common/" + from)));
        texts.replaceAll((file, text) -> filled(text, words, file.endsWith(".json")));
        // Names that cannot be are told before anything is written.
        PluginManifest.read(Objects.requireNonNull(texts.get(ProjectFiles.MANIFEST)));
        try {
            requireEmpty(target);
            for (Map.Entry<String, String> each : texts.entrySet()) {
                write(target.resolve(each.getKey()), each.getValue());
            }
        } catch (IOException failed) {
            throw new PluginException("The project cannot be written to " + target + ": " + failed, failed);
        }
        return texts.keySet().stream().sorted().toList();
    }

    private static void requireEmpty(Path target) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        try (Stream<Path> found = Files.list(target)) {
            if (found.findAny().isPresent()) {
                throw new PluginException("The folder " + target + " is not empty; give the plugin another name");
            }
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.writeString(file, text);
        if (file.toString().endsWith(".sh")
                && Files.getFileStore(file).supportsFileAttributeView(PosixFileAttributeView.class)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static String filled(String text, Map<String, String> words, boolean json) {
        String filled = text;
        for (Map.Entry<String, String> word : words.entrySet()) {
            String quoted = KitJson.write(word.getValue());
            filled = filled.replace(word.getKey(), json ? quoted.substring(1, quoted.length() - 1) : word.getValue());
        }
        return filled;
    }

    private static String text(String resource) {
        try (InputStream in = Objects.requireNonNull(
                PluginTemplate.class.getResourceAsStream("templates/" + resource),
                () -> "The kit's jar has no template " + resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new PluginException("The template " + resource + " could not be read from the kit's jar", unreadable);
        }
    }
}
