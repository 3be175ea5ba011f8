package io.tenancy.docs.coverage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tenancy.docs.Reactor;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every test that {@code docs/coverage.md} names ran in this build and passed. Runs at the end of the reactor. */
class CoverageTest {

    private static final Set<TestReports.Outcome> GREEN = Set.of(TestReports.Outcome.PASSED);

    @Test
    void everyNamedTestRanInThisBuild() {
        String started = System.getProperty("build.started");
        if (started == null) {
            abort("Coverage is judged over a whole build: run ./mvnw verify");
        }
        Reactor reactor = Reactor.find();
        CoverageMap map = CoverageMap.parse(reactor.read("docs/coverage.md"));
        TestReports reports = TestReports.read(reactor.modules(), Instant.parse(started));
        report(map);

        assertThat(missing(map, reports)).as("""
                        Tests that docs/coverage.md names and that did not run and pass in this build.
                        Reports of this build were found for the modules %s; coverage is judged over a whole build:
                        run ./mvnw verify. When a test was renamed, rename it in docs/coverage.md""", reports.modules()).isEmpty();
    }

    private static List<String> missing(CoverageMap map, TestReports reports) {
        return map.methods().stream()
                .filter(test -> !reports.of(test.type(), test.method()).equals(GREEN))
                .map(test -> test + " " + verdict(reports.of(test.type(), test.method())))
                .toList();
    }

    private static String verdict(Set<TestReports.Outcome> outcomes) {
        return outcomes.isEmpty() ? "did not run" : "ended " + outcomes;
    }

    private static void report(CoverageMap map) {
        System.out.println("docs/coverage.md: " + map.rows().size() + " rows, "
                + map.methods().size() + " tests named, " + map.open().size() + " rows open");
        System.out.print(map.open().stream()
                .map(row -> "  open, line " + row.line() + ": " + row.asked() + "\n")
                .collect(Collectors.joining()));
    }
}
