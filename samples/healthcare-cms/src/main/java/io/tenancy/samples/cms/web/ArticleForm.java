package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.article.Article;
import io.tenancy.samples.cms.article.ArticleText;
import io.tenancy.samples.cms.article.SearchText;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the editor's form holds. Missing fields become empty ones, so that a page can show the form again whatever was
 * sent.
 *
 * @param title the headline
 * @param slug the part of the address; made from the title if left empty
 * @param summary what lists show
 * @param body the text as Markdown
 * @param categoryId the category
 * @param version the version that was opened; zero for a new article
 */
@SuppressWarnings("MultipleNullnessAnnotations") // what was sent may be missing, what is stored may not
record ArticleForm(
        @NotBlank @Size(max = 160) String title,

        @NotBlank @Size(max = 120) @Pattern(regexp = "[a-z0-9]+(-[a-z0-9]+)*|\\s*")
        String slug,

        @NotBlank @Size(max = 400) String summary,
        @NotBlank @Size(max = 60_000) String body,
        @NotNull @Nullable UUID categoryId,
        @Nullable Long version) {

    @SuppressWarnings("NullAway") // the binder passes null for what was not sent
    ArticleForm {
        title = title == null ? "" : title;
        summary = summary == null ? "" : summary;
        body = body == null ? "" : body;
        slug = slug == null || slug.isBlank() ? SearchText.slug(title) : slug.strip();
        version = version == null ? 0L : version;
    }

    static ArticleForm blank() {
        return new ArticleForm("", "", "", "", null, 0L);
    }

    static ArticleForm of(Article article) {
        return new ArticleForm(
                article.getTitle(),
                article.getSlug(),
                article.getSummary(),
                article.getBody(),
                article.getCategory().getId(),
                article.getVersion());
    }

    ArticleForm rebasedOn(Article stored) {
        return new ArticleForm(title, slug, summary, body, categoryId, stored.getVersion());
    }

    long openedVersion() {
        return Objects.requireNonNull(version);
    }

    ArticleText text() {
        return new ArticleText(title, slug, summary, body, Objects.requireNonNull(categoryId));
    }
}
