package io.tenancy.samples.cms.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.plugins.extension.Finding;
import io.tenancy.plugins.extension.Finding.Severity;
import io.tenancy.samples.cms.plugin.CheckedText.Numbered;
import io.tenancy.samples.cms.plugin.CheckedText.Segment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CheckedTextTest {

    private static Finding finding(Severity severity, int start, int end) {
        return new Finding(
                "a_plugin",
                "a-rule",
                Optional.empty(),
                severity,
                start,
                end,
                Optional.empty(),
                "Not so.",
                Optional.empty());
    }

    private static String shown(CheckedText checked) {
        return checked.segments().stream()
                .map(each -> each.severity() == null
                        ? each.text()
                        : "[" + each.severity().name().charAt(0) + ":" + each.text() + "]"
                                + each.ending().stream()
                                        .map(Numbered::number)
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(",")))
                .collect(Collectors.joining());
    }

    @Test
    void aPassageIsMarkedAndTheRestStaysAsItIs() {
        assertThat(shown(CheckedText.of("the best doctor", List.of(finding(Severity.ERROR, 4, 8)))))
                .isEqualTo("the [E:best]1 doctor");
    }

    @Test
    void whereFindingsOverlapTheWorstIsShownAndEachHasItsEnd() {
        CheckedText checked =
                CheckedText.of("abcdef", List.of(finding(Severity.INFO, 0, 4), finding(Severity.ERROR, 2, 6)));

        assertThat(shown(checked)).isEqualTo("[I:ab][E:cd]1[E:ef]2");
        assertThat(checked.segments().stream().map(Segment::text).collect(Collectors.joining()))
                .isEqualTo("abcdef");
    }

    @Test
    void findingsOfTheWholeTextAndThoseBeyondItAreListedAndMarkNothing() {
        CheckedText checked =
                CheckedText.of("abc", List.of(finding(Severity.ERROR, 0, 0), finding(Severity.WARNING, 2, 9)));

        assertThat(shown(checked)).isEqualTo("abc");
        assertThat(checked.findings()).hasSize(2).noneMatch(Numbered::marked);
        assertThat(checked.count(Severity.WARNING)).isEqualTo(1);
    }

    @Test
    void anEmptyTextHasNoSegments() {
        assertThat(CheckedText.of("", List.of()).segments()).isEmpty();
    }
}
