package io.tenancy.docs.coverage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.docs.Reactor;
import io.tenancy.docs.coverage.CoverageMap.TestMethod;
import org.junit.jupiter.api.Test;

class CoverageMapTest {

    private static final String HEAD = "| asked | shown by |\n|---|---|\n";

    @Test
    void aRowNamesItsTests() {
        CoverageMap map = CoverageMap.parse(HEAD + "| slugs | `io.tenancy.SlugTest#isShort`, `a.B$C#d` |\n");

        assertThat(map.methods())
                .containsExactly(new TestMethod("a.B$C", "d"), new TestMethod("io.tenancy.SlugTest", "isShort"));
        assertThat(map.open()).isEmpty();
    }

    @Test
    void aRowMayBeOpenWholeOrInPart() {
        CoverageMap map = CoverageMap.parse(HEAD + "| slugs | **open** |\n| ids | `a.B#c`; **open**: parsing |\n");

        assertThat(map.open()).extracting(CoverageMap.Row::asked).containsExactly("slugs", "ids");
        assertThat(map.methods()).containsExactly(new TestMethod("a.B", "c"));
    }

    @Test
    void aStepOfTheBuildNeedsNoTest() {
        assertThat(CoverageMap.parse(HEAD + "| format | build: `spotless:check` |\n")
                        .open())
                .isEmpty();
    }

    @Test
    void aRowThatNamesNothingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CoverageMap.parse(HEAD + "| slugs | SlugTest |\n"))
                .withMessageContaining("line 3")
                .withMessageContaining("slugs");
    }

    @Test
    void aRowWithACellTooManyIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CoverageMap.parse(HEAD + "| slugs | `a.B#c` | more |\n"))
                .withMessageContaining("3 cells");
    }

    @Test
    void theCommittedPageIsReadableAndLong() {
        assertThat(CoverageMap.parse(Reactor.find().read("docs/coverage.md")).rows())
                .hasSizeGreaterThan(60);
    }
}
