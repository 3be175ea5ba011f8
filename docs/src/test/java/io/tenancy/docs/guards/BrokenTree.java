package io.tenancy.docs.guards;

import io.tenancy.docs.coverage.TestReports;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A copy of the working tree in which guards are broken one after the other. It is kept between patches and between
 * builds, so that only what a patch touches is compiled again.
 */
final class BrokenTree {

    private static final long MINUTES_PER_RUN = 15;

    // Each run is too short for the optimising compiler to pay for itself: Maven takes less than half as long without.
    private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    private final Path source;
    private final Path copy;

    private BrokenTree(Path source, Path copy) {
        this.source = source;
        this.copy = copy;
    }

    /** Makes {@code copy} equal to the files of {@code source} that git tracks or would add. */
    static BrokenTree mirror(Path source, Path copy) throws IOException, InterruptedException {
        BrokenTree tree = new BrokenTree(source, copy);
        Files.createDirectories(copy);
        Set<Path> files = Arrays.stream(tree.run(source, List.of("git", "ls-files", "-z", "-co", "--exclude-standard"))
                        .output
                        .split("\0"))
                .map(Path::of)
                .filter(file -> Files.isRegularFile(source.resolve(file)))
                .collect(Collectors.toSet());
        tree.deleteAllBut(files);
        for (Path file : files) {
            tree.copyIfDifferent(file);
        }
        return tree;
    }

    private void deleteAllBut(Set<Path> files) throws IOException {
        Files.walkFileTree(copy, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return folder.getFileName().toString().equals("target")
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!files.contains(copy.relativize(file))) {
                    Files.delete(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void copyIfDifferent(Path file) throws IOException {
        Path from = source.resolve(file);
        Path to = copy.resolve(file);
        if (!Files.isRegularFile(to) || Files.mismatch(from, to) != -1) {
            Files.createDirectories(to.getParent());
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
        boolean executable = to.toFile().setExecutable(Files.isExecutable(from));
        if (!executable) {
            throw new IOException("Cannot set the mode of " + to);
        }
    }

    /** Applies a patch, or takes it back. */
    void apply(Guard guard, boolean forward) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "apply", "--whitespace=nowarn"));
        if (!forward) {
            command.add("--reverse");
        }
        command.add(source.resolve(guard.patch()).toString());
        Finished finished = run(copy, command);
        if (finished.status != 0) {
            throw new AssertionError(guard.name() + (forward ? " does not apply" : " cannot be taken back")
                    + ": make it anew against the present code.\n" + finished.output);
        }
    }

    /** Runs tests of one module, which compiles what they need. */
    Result test(String module, List<String> tests) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                copy.resolve("mvnw").toString(),
                "-B",
                "-ntp",
                "-q",
                "-o",
                "-pl",
                module,
                "-am",
                "-Dtest=" + String.join(",", tests),
                "-Dsurefire.failIfNoSpecifiedTests=false",
                "-Denforcer.skip=true",
                "-Djacoco.skip=true",
                "-Dwarnings.fail=false",
                // What is broken is judged by its test alone; the build around this one has judged the rest.
                "-Derror-prone.argument=-XDerror-prone=off"));
        String repository = System.getProperty("maven.repo.local");
        if (repository != null) {
            command.add("-Dmaven.repo.local=" + repository);
        }
        command.add("test");
        Path reports = copy.resolve(module).resolve("target/surefire-reports");
        deleteReports(reports);
        Finished finished = run(copy, command);
        return new Result(TestReports.read(List.of(copy.resolve(module)), Instant.EPOCH), finished.output);
    }

    private static void deleteReports(Path folder) throws IOException {
        File[] files = folder.toFile().listFiles((parent, name) -> name.startsWith("TEST-"));
        for (File file : files == null ? new File[0] : files) {
            Files.delete(file.toPath());
        }
    }

    private Finished run(Path folder, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("guards", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            Map<String, String> environment = builder.environment();
            // Inside another working tree, git apply silently ignores files of the copy.
            environment.put(
                    "GIT_CEILING_DIRECTORIES",
                    copy.resolve("..").toAbsolutePath().normalize().toString());
            environment.merge("JDK_JAVA_OPTIONS", SHORT_LIVED, (own, more) -> own + " " + more);
            environment.keySet().removeAll(Set.of("MAVEN_BASEDIR", "MAVEN_PROJECTBASEDIR", "MAVEN_CMD_LINE_ARGS"));
            Process process = builder.start();
            if (!process.waitFor(MINUTES_PER_RUN, TimeUnit.MINUTES)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new IOException(command + " did not end within " + MINUTES_PER_RUN + " minutes");
            }
            return new Finished(process.exitValue(), Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }

    /**
     * What a run of tests left behind.
     *
     * @param reports what the tests reported
     * @param output what Maven printed
     */
    record Result(TestReports reports, String output) {}

    private record Finished(int status, String output) {}
}
