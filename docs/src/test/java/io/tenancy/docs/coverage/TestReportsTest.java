package io.tenancy.docs.coverage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.docs.coverage.TestReports.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestReportsTest {

    private static final Instant START = Instant.parse("2026-01-01T10:00:00Z");

    @TempDir
    Path module;

    @BeforeEach
    void writeReports() throws IOException {
        write("target/surefire-reports/TEST-a.B.xml", START.plusSeconds(1), """
                <testsuite>
                  <testcase classname="a.B" name="passes"/>
                  <testcase classname="a.B" name="breaks"><failure type="java.lang.AssertionError"/></testcase>
                  <testcase classname="a.B" name="throws"><error type="java.lang.IllegalStateException"/></testcase>
                  <testcase classname="a.B" name="isSkipped"><skipped/></testcase>
                  <testcase classname="a.B" name="repeats(int)[1]"/>
                  <testcase classname="a.B" name="repeats(int)[2]"><skipped/></testcase>
                  <testcase classname="a.B" name="repeatsToo{String}[1]"/>
                </testsuite>
                """);
        write(
                "target/failsafe-reports/TEST-a.CIT.xml",
                START,
                "<testsuite><testcase classname='a.CIT' name='passes'/></testsuite>");
        write(
                "target/surefire-reports/TEST-a.Old.xml",
                START.minusSeconds(1),
                "<testsuite><testcase classname='a.Old' name='passed'/></testsuite>");
    }

    @Test
    void eachOutcomeIsToldApart() {
        TestReports reports = TestReports.read(List.of(module), START);

        assertThat(reports.of("a.B", "passes")).containsExactly(Outcome.PASSED);
        assertThat(reports.of("a.B", "breaks")).containsExactly(Outcome.FAILED);
        assertThat(reports.of("a.B", "throws")).containsExactly(Outcome.ERRED);
        assertThat(reports.of("a.B", "isSkipped")).containsExactly(Outcome.SKIPPED);
        assertThat(reports.of("a.B", "isNotThere")).isEmpty();
    }

    @Test
    void invocationsOfOneMethodAreTakenTogether() {
        TestReports reports = TestReports.read(List.of(module), START);

        assertThat(reports.of("a.B", "repeats")).containsExactlyInAnyOrder(Outcome.PASSED, Outcome.SKIPPED);
        assertThat(reports.of("a.B", "repeatsToo")).containsExactly(Outcome.PASSED);
    }

    @Test
    void integrationTestsCount() {
        assertThat(TestReports.read(List.of(module), START).of("a.CIT", "passes"))
                .containsExactly(Outcome.PASSED);
    }

    @Test
    void reportsOfAnEarlierBuildDoNotCount() {
        assertThat(TestReports.read(List.of(module), START).of("a.Old", "passed"))
                .isEmpty();
    }

    private void write(String file, Instant when, String xml) throws IOException {
        Path path = module.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, xml);
        Files.setLastModifiedTime(path, FileTime.from(when));
    }
}
