package io.tenancy.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The source tree and the modules in it, found from wherever the tests run. */
public record Reactor(Path root) {

    /** The modules whose main classes are the SDK. */
    public static final List<String> PUBLISHED = List.of(
            "tenancy-core",
            "tenancy-jpa",
            "tenancy-billing",
            "tenancy-plugins",
            "tenancy-plugin-kit",
            "tenancy-spring-starter",
            "tenancy-test");

    /** Finds the tree above the working directory: the build states it, an IDE does not. */
    public static Reactor find() {
        Optional<Path> stated =
                Optional.ofNullable(System.getProperty("reactor.root")).map(Path::of);
        Path start = Path.of("").toAbsolutePath();
        return new Reactor(stated.orElseGet(() -> Stream.iterate(start, path -> path != null, Path::getParent)
                .filter(path -> Files.isDirectory(path.resolve("tenancy-core")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No tenancy-core beside or above " + start))));
    }

    /** Folders with a {@code pom.xml}, the root's own excepted. */
    public List<Path> modules() {
        try (Stream<Path> files = Files.walk(root, 3)) {
            return files.filter(path -> path.getFileName().toString().equals("pom.xml"))
                    .map(Path::getParent)
                    .filter(path -> !path.equals(root) && !path.toString().contains("target"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A module's compiled main classes. */
    public Path classesOf(String module) {
        return root.resolve(module).resolve("target/classes");
    }

    /** A module's compiled test classes. */
    public Path testClassesOf(String module) {
        return root.resolve(module).resolve("target/test-classes");
    }

    /** A file of the tree as text. */
    public String read(String file) {
        try {
            return Files.readString(root.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + root.resolve(file), e);
        }
    }
}
