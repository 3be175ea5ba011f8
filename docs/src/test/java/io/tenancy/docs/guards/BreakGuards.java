package io.tenancy.docs.guards;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.docs.Reactor;
import io.tenancy.docs.coverage.TestReports.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs under the profile {@code break-guards} only; {@code -Dguards=one,another} breaks only those. A guard that can be
 * removed without a test turning red by an assertion is no guard: a compile error, an exception elsewhere or a test that
 * never ran does not count.
 */
class BreakGuards {

    @TestFactory
    Stream<DynamicTest> everyBrokenGuardTurnsItsTestRed() throws IOException, InterruptedException {
        Path root = Reactor.find().root();
        List<Guard> guards = chosen(committedGuards(root.resolve("guards")), System.getProperty("guards", ""));
        BrokenTree tree = BrokenTree.mirror(root, root.resolve("docs/target/broken-guards/tree"));
        Stream<DynamicTest> whole = testsByModule(guards).entrySet().stream()
                .map(module -> DynamicTest.dynamicTest(
                        "with nothing broken, the tests in " + module.getKey() + " are green",
                        () -> expectGreen(tree, module.getKey(), module.getValue())));
        Stream<DynamicTest> broken = guards.stream()
                .map(guard -> DynamicTest.dynamicTest(guard.name() + ": " + guard.why(), () -> expectRed(tree, guard)));
        return Stream.concat(whole, broken);
    }

    private static List<Guard> committedGuards(Path folder) throws IOException {
        List<Guard> guards = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".patch")).toList()) {
                guards.add(Guard.parse(file, Files.readAllLines(file)));
            }
        }
        assertThat(guards).as("patches in %s", folder).isNotEmpty();
        // Taking a patch back compiles its module anew, and every module above it: those of one module stay together.
        guards.sort(Comparator.comparing(Guard::module).thenComparing(Guard::name));
        return guards;
    }

    private static List<Guard> chosen(List<Guard> guards, String names) {
        if (names.isBlank()) {
            return guards;
        }
        Set<String> wanted = Set.of(names.strip().split("\\s*,\\s*"));
        assertThat(guards).extracting(Guard::name).as("guards to choose from").containsAll(wanted);
        return guards.stream().filter(guard -> wanted.contains(guard.name())).toList();
    }

    private static Map<String, List<Guard>> testsByModule(List<Guard> guards) {
        return guards.stream().collect(Collectors.groupingBy(Guard::module, TreeMap::new, Collectors.toList()));
    }

    private static void expectGreen(BrokenTree tree, String module, List<Guard> guards)
            throws IOException, InterruptedException {
        BrokenTree.Result result =
                tree.test(module, guards.stream().map(Guard::test).distinct().toList());
        assertThat(guards)
                .as("a guard's test must be green before it is broken; Maven said:\n%s", tail(result.output()))
                .allSatisfy(guard -> assertThat(result.reports().of(guard.type(), guard.method()))
                        .as(guard.test())
                        .isEqualTo(Set.of(Outcome.PASSED)));
    }

    private static void expectRed(BrokenTree tree, Guard guard) throws IOException, InterruptedException {
        tree.apply(guard, true);
        try {
            BrokenTree.Result result = tree.test(guard.module(), List.of(guard.test()));
            assertThat(result.reports().of(guard.type(), guard.method()))
                    .as("""
                            %s breaks a guard (%s), so %s must fail by an assertion.
                            Empty means that it did not run or did not compile; PASSED, that nothing guards this;
                            ERRED, that something else was thrown. Maven said:
                            %s""", guard.name(), guard.why(), guard.test(), tail(result.output()))
                    .contains(Outcome.FAILED)
                    .doesNotContain(Outcome.ERRED);
        } finally {
            tree.apply(guard, false);
        }
    }

    private static String tail(String output) {
        List<String> lines = output.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }
}
