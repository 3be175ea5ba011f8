package io.tenancy.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs a test class inside a test. */
final class FixtureRun {

    private final EngineExecutionResults results;

    private FixtureRun(EngineExecutionResults results) {
        this.results = results;
    }

    static FixtureRun of(Class<?> fixture) {
        return new FixtureRun(EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(fixture))
                .execute());
    }

    FixtureRun allPass(int tests) {
        assertThat(failures()).isEmpty();
        assertThat(results.testEvents().succeeded().count()).isEqualTo(tests);
        assertThat(results.containerEvents().failed().count()).isZero();
        return this;
    }

    /** The message of the only failure. */
    String onlyFailure() {
        assertThat(failures()).hasSize(1);
        return failures().values().iterator().next();
    }

    /** The message of the class that failed. */
    String containerFailure() {
        return results.containerEvents().failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .flatMap(result -> result.getThrowable().stream())
                .map(Throwable::toString)
                .findFirst()
                .orElse("");
    }

    /** Messages of failed tests by method name. */
    Map<String, String> failures() {
        Map<String, String> failures = new TreeMap<>();
        results.testEvents().failed().stream().forEach(event -> {
            TestExecutionResult result = event.getRequiredPayload(TestExecutionResult.class);
            failures.put(
                    event.getTestDescriptor().getDisplayName(),
                    result.getThrowable().map(Throwable::toString).orElse(""));
        });
        return failures;
    }

    List<String> succeeded() {
        return results.testEvents().succeeded().stream()
                .map(event -> event.getTestDescriptor().getDisplayName())
                .sorted()
                .toList();
    }
}
