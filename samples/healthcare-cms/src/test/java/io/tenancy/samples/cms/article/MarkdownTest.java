package io.tenancy.samples.cms.article;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MarkdownTest {

    private final Markdown markdown = new Markdown();

    @Test
    void headingsListsAndEmphasisSurvive() {
        assertThat(markdown.toSafeHtml("## Before\n\n- **rest** five minutes\n- *breathe*"))
                .contains("<h2>Before</h2>", "<li><strong>rest</strong> five minutes</li>", "<em>breathe</em>");
    }

    @Test
    void firstLevelHeadingsStepDownBecauseThePageHasItsOwn() {
        assertThat(markdown.toSafeHtml("# Loud")).contains("<h2>Loud</h2>").doesNotContain("<h1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "<a href=\"javascript:alert(1)\" onclick=\"alert(1)\">x</a>",
                "[x](javascript:alert(1))",
                "[x](data:text/html;base64,PHNjcmlwdD4=)",
                "<iframe src=\"https://example.org\"></iframe>",
                "<p style=\"background:url(javascript:alert(1))\">x</p>",
                "<form action=\"/logout\"><button>x</button></form>",
                "<svg onload=alert(1)>",
                "<style>*{display:none}</style>",
                "<ScRiPt\n>alert(1)</sCrIpT>"
            })
    void nothingThatRunsOrPosesAsTheSiteSurvives(String hostile) {
        assertThat(markdown.toSafeHtml("Before\n\n" + hostile + "\n\nafter"))
                .doesNotContainIgnoringCase(
                        "<script",
                        "onerror",
                        "onclick",
                        "onload",
                        "javascript:",
                        "data:",
                        "<iframe",
                        "<form",
                        "<button",
                        "<svg",
                        "<img",
                        "style")
                .contains("Before", "after");
    }

    @Test
    void linksLeadAwayWithoutVouchingForTheirTarget() {
        assertThat(markdown.toSafeHtml("[guideline](https://example.org/a?b=1)"))
                .contains("href=\"https://example.org/a?b&#61;1\"", "noopener", "nofollow");
    }
}
