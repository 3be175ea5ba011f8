package io.tenancy.samples.cms.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.samples.cms.seed.ClinicSeed.ArticleSeed;
import io.tenancy.samples.cms.site.Colour;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ClinicSeedsTest {

    private final List<ClinicSeed> clinics = new ClinicSeeds(JsonMapper.shared()).all();

    @Test
    void threeClinicsUseTheThreeIsolationLevels() {
        assertThat(clinics).extracting(ClinicSeed::isolation).containsExactly("DATABASE", "SCHEMA", "SHARED");
        assertThat(clinics).extracting(clinic -> clinic.brand().language()).containsExactly("pt-BR", "en", "de");
    }

    @Test
    void everyClinicHasADozenArticlesOfReadableLength() {
        assertThat(clinics).allSatisfy(clinic -> assertThat(clinic.articles()).hasSize(12));
        assertThat(clinics).flatExtracting(ClinicSeed::articles).allSatisfy(article -> {
            assertThat(article.body().split("\\s+")).as(article.slug()).hasSizeBetween(290, 520);
            assertThat(article.body()).as(article.slug()).contains("\n## ").containsPattern("(?m)^(- |1\\. )");
            assertThat(article.title()).hasSizeLessThanOrEqualTo(160);
            assertThat(article.summary()).hasSizeLessThanOrEqualTo(400);
        });
    }

    @Test
    void articlesNameAuthorsAndCategoriesOfTheirOwnClinic() {
        assertThat(clinics).allSatisfy(clinic -> {
            List<String> authors =
                    clinic.staff().stream().map(ClinicSeed.StaffSeed::email).toList();
            List<String> shelves = clinic.categories().stream()
                    .map(ClinicSeed.CategorySeed::slug)
                    .toList();
            assertThat(clinic.articles()).extracting(ArticleSeed::author).isSubsetOf(authors);
            assertThat(clinic.articles())
                    .extracting(ArticleSeed::category)
                    .containsAll(shelves)
                    .isSubsetOf(shelves);
        });
    }

    @Test
    void brandsAreReadable() {
        assertThat(clinics).allSatisfy(clinic -> {
            Colour primary = clinic.brand().primaryColour();
            assertThat(primary.contrastWith(primary.readableInk())).isGreaterThan(7);
            assertThat(primary.contrastWith(clinic.brand().paperColour())).isGreaterThan(4.5);
        });
    }

    @Test
    void logosStandAlone() {
        assertThat(clinics)
                .extracting(clinic -> clinic.brand().logoSvg())
                .allSatisfy(svg -> assertThat(svg).startsWith("<svg").doesNotContain("<script", "href=", "<style"));
    }

    @Test
    void anArticleWithoutItsFactsIsNamed() {
        assertThatThrownBy(() -> ClinicSeeds.article("lost", "Just text", ZoneOffset.UTC))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lost");
        assertThatThrownBy(() -> ClinicSeeds.article("half", "---\ntitle: Half\n---\nText", ZoneOffset.UTC))
                .hasMessageContaining("half")
                .hasMessageContaining("summary");
    }
}
