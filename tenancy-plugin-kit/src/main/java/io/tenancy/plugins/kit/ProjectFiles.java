package io.tenancy.plugins.kit;

import io.tenancy.plugins.pack.InvalidManifestException;
import io.tenancy.plugins.pack.PackagedSample;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.Screenshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What of a folder goes into a package, read once, so that what was tried is what is packed. */
final class ProjectFiles {

    static final String MANIFEST = "manifest.json";
    static final String ASSETS = "assets";
    private static final int LARGEST = 8 << 20;

    private final Path folder;
    private final List<ProjectProblem> problems = new ArrayList<>();
    private final SortedMap<String, byte[]> content = new TreeMap<>();
    private final @Nullable PluginManifest manifest;

    ProjectFiles(Path folder) {
        this.folder = folder;
        manifest = readManifest();
        if (manifest != null) {
            Set<String> named = new TreeSet<>(List.of(manifest.module()));
            for (PackagedSample sample : manifest.samples()) {
                named.add(sample.input());
                Optional.ofNullable(sample.output()).ifPresent(named::add);
            }
            manifest.screenshots().stream().map(Screenshot::file).forEach(named::add);
            named.forEach(file -> take(file, missing(file, manifest)));
            assets().forEach(file -> take(file, "look why it cannot be read"));
        }
    }

    List<ProjectProblem> problems() {
        return problems;
    }

    Optional<PluginManifest> manifest() {
        return Optional.ofNullable(manifest);
    }

    /** Files besides the manifest. */
    SortedMap<String, byte[]> content() {
        return content;
    }

    private @Nullable PluginManifest readManifest() {
        byte[] json = read(MANIFEST, "write one, or begin with 'tenancy plugin new'");
        if (json == null) {
            return null;
        }
        try {
            PluginManifest read = PluginManifest.read(new String(json, StandardCharsets.UTF_8));
            if (!read.files().isEmpty()) {
                problems.add(ProjectProblem.note(
                        MANIFEST + "/files", "is there", "leave it out; packing writes it from the files"));
            }
            return read.withFiles(new TreeMap<>());
        } catch (InvalidManifestException invalid) {
            invalid.problems()
                    .forEach(each ->
                            problems.add(ProjectProblem.error(MANIFEST + each.pointer(), each.found(), each.advice())));
            return null;
        }
    }

    private static String missing(String file, PluginManifest manifest) {
        return file.equals(manifest.module())
                ? "build the plugin, or set \"module\" to the file that the build writes"
                : "add it, or leave it out of " + MANIFEST;
    }

    private void take(String file, String advice) {
        byte[] bytes = content.containsKey(file) ? null : read(file, advice);
        if (bytes != null) {
            content.put(file, bytes);
        }
    }

    private byte @Nullable [] read(String file, String advice) {
        Path path = folder.resolve(file);
        try {
            // A link could put any file of this machine into the package.
            if (Files.exists(path) && !path.toRealPath().startsWith(folder.toRealPath())) {
                problems.add(ProjectProblem.error(file, "leads out of the project", "copy the file to its place"));
                return null;
            }
            if (!Files.isRegularFile(path)) {
                problems.add(ProjectProblem.error(file, "is missing", advice));
                return null;
            }
            if (Files.size(path) > LARGEST) {
                problems.add(ProjectProblem.error(
                        file, "has " + Files.size(path) + " bytes", "keep each file within " + LARGEST));
                return null;
            }
            return withoutKey(file, Files.readAllBytes(path));
        } catch (IOException unreadable) {
            problems.add(ProjectProblem.error(file, "cannot be read: " + unreadable, advice));
            return null;
        }
    }

    private byte @Nullable [] withoutKey(String file, byte[] bytes) {
        if (new String(bytes, StandardCharsets.ISO_8859_1).contains("PRIVATE KEY-----")) {
            problems.add(ProjectProblem.error(
                    file, "holds a private key", "take it out of the project, and make a new key if it was shown"));
            return null;
        }
        return bytes;
    }

    private List<String> assets() {
        Path assets = folder.resolve(ASSETS);
        if (!Files.isDirectory(assets, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(assets)) {
            return files.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .map(path -> folder.relativize(path).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            problems.add(ProjectProblem.error(ASSETS, "cannot be read: " + unreadable, "look why"));
            return List.of();
        }
    }
}
