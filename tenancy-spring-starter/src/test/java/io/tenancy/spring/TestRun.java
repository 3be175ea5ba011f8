package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** Runs a test class of an application inside a test. */
final class TestRun {

    private final EngineExecutionResults results;

    private TestRun(EngineExecutionResults results) {
        this.results = results;
    }

    /** On a thread of its own, which takes with it what a test leaves bound. */
    static TestRun of(Class<?> tests) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            return thread.submit(() -> new TestRun(EngineTestKit.engine("junit-jupiter")
                            .selectors(selectClass(tests))
                            .execute()))
                    .get();
        } finally {
            thread.shutdown();
        }
    }

    void allPass(int tests) {
        assertThat(failures()).isEmpty();
        assertThat(results.testEvents().succeeded().count()).isEqualTo(tests);
    }

    Throwable onlyFailure() {
        assertThat(failures()).hasSize(1);
        return failures().values().iterator().next();
    }

    private Map<String, Throwable> failures() {
        Map<String, Throwable> failures = new LinkedHashMap<>();
        results.allEvents().failed().stream()
                .forEach(event -> failures.put(event.getTestDescriptor().getDisplayName(), failureOf(event)));
        return failures;
    }

    private static Throwable failureOf(Event event) {
        return event.getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .orElseThrow();
    }
}
