package io.tenancy.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.benchmarks.CaseFigure.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class CaseTableTest {

    private static final CaseTable TABLE = new CaseTable(
            "2026-01-31",
            "a machine",
            List.of(new CaseFigure(
                    "plans: usage drain",
                    "lists of 10",
                    "≥ 20,000 events/s",
                    "19,000 events/s",
                    CaseFigure.NONE,
                    Verdict.of(false),
                    "keys")));

    @Test
    void eachCaseIsARowWithItsCommand() {
        assertThat(TABLE.markdown())
                .startsWith("Measured on 2026-01-31, a machine.\n")
                .contains("| lists of 10 | ≥ 20,000 events/s | 19,000 events/s | — | **missed** | keys |"
                        + " `\"plans: usage drain\"` |\n");
    }

    @Test
    void theTableOfPlansHasMarksOfItsOwn() {
        String page = String.join(
                "\n",
                Marks.TENANCY.begin(),
                "figures of transactions",
                Marks.TENANCY.end(),
                Marks.PLANS.begin(),
                "old",
                Marks.PLANS.end(),
                "after");

        assertThat(Marks.PLANS.fill(page, TABLE.markdown()))
                .contains("figures of transactions", "| lists of 10 |")
                .doesNotContain("old")
                .endsWith(Marks.PLANS.end() + "\nafter");
    }

    @Test
    void largeNumbersHaveSeparators() {
        assertThat(CaseFigure.whole(new Spread(104_211.4, 98_020, 110_400))).isEqualTo("104,211 (98,020–110,400)");
    }
}
