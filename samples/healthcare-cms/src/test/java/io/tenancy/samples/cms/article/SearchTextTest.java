package io.tenancy.samples.cms.article;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.samples.cms.article.SearchText.Segment;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SearchTextTest {

    @Test
    void foldingForgetsCaseAndDiacritics() {
        assertThat(SearchText.fold("Palpitação, Ärztin, Ñandú")).isEqualTo("palpitacao, arztin, nandu");
    }

    @Test
    void foldingKeepsEveryCharacterAtItsPlace() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            String text =
                    random.ints(40, 1, 0xD7FF).mapToObj(Character::toString).collect(Collectors.joining());
            assertThat(SearchText.fold(text)).as("seed %d", seed).hasSameSizeAs(text);
        }
    }

    @Test
    void aSingleLetterIsNotLostToItsDecomposition() {
        assertThat(SearchText.fold("ﬁ İ ß Å")).hasSize(7);
    }

    @Test
    void everyOccurrenceOfEveryTermIsMarked() {
        assertThat(SearchText.highlight("Pressão alta e pressão baixa", "pressao ALTA"))
                .containsExactly(
                        new Segment("Pressão", true),
                        new Segment(" ", false),
                        new Segment("alta", true),
                        new Segment(" e ", false),
                        new Segment("pressão", true),
                        new Segment(" baixa", false));
    }

    @Test
    void theMarkedPiecesAreTheWholeText() {
        String text = "Wer schlecht schläft, strengt sich nachts an";
        String joined =
                SearchText.highlight(text, "sch st").stream().map(Segment::text).collect(Collectors.joining());
        assertThat(joined).isEqualTo(text);
    }

    @Test
    void wildcardsAreSearchedForAndNotObeyed() {
        assertThat(SearchText.pattern("50%_!")).isEqualTo("%50!%!_!!%");
    }

    @Test
    void anEmptyQueryHasNoTerms() {
        assertThat(SearchText.terms("  \t ")).isEqualTo(List.of());
    }

    @Test
    void titlesBecomeAddresses() {
        assertThat(SearchText.slug("  Größe & Übergewicht: was zählt?  ")).isEqualTo("groesse-uebergewicht-was-zaehlt");
        assertThat(SearchText.slug("Pressão em casa")).isEqualTo("pressao-em-casa");
        assertThat(SearchText.slug("???")).isEmpty();
    }

    @Test
    void longTitlesAreCutBetweenWords() {
        assertThat(SearchText.slug("word ".repeat(40)))
                .hasSizeLessThanOrEqualTo(80)
                .endsWith("word");
    }

    @Test
    void aPassageIsCutAroundTheFirstHitWithoutMarks() {
        String text = "## Antes\n\n" + "palavra ".repeat(60) + "**Pressão** alta " + "depois ".repeat(60);
        assertThat(SearchText.passage(text, "pressao"))
                .startsWith("… palavra")
                .contains("Pressão alta depois")
                .endsWith("depois …")
                .doesNotContain("*", "#")
                .hasSizeLessThan(240);
    }

    @Test
    void aPassageOfOneEndlessWordStillShowsTheHit() {
        assertThat(SearchText.passage("x".repeat(500) + "needle" + "y".repeat(500), "needle"))
                .contains("needle");
    }
}
