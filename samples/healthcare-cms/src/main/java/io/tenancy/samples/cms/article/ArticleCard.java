package io.tenancy.samples.cms.article;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a list shows of an article; the text itself stays in the database.
 *
 * @param id the article
 * @param version the number of its stored state
 * @param slug its part of the address
 * @param title its headline
 * @param summary its summary
 * @param status draft or published
 * @param categoryName its category
 * @param categorySlug the category's part of the address
 * @param authorName who wrote it
 * @param readingMinutes how long reading takes
 * @param updatedAt when the text was last changed
 * @param publishedAt when it was first published, null if never
 */
public record ArticleCard(
        UUID id,
        @Nullable Long version,
        String slug,
        String title,
        String summary,
        ArticleStatus status,
        String categoryName,
        String categorySlug,
        String authorName,
        int readingMinutes,
        Instant updatedAt,
        @Nullable Instant publishedAt) {

    static final String SELECT = """
            select new io.tenancy.samples.cms.article.ArticleCard(
                a.id, a.version, a.slug, a.title, a.summary, a.status, c.name, c.slug, u.displayName,
                a.readingMinutes, a.updatedAt, a.publishedAt)
            from Article a join a.category c join a.author u
            """;

    /**
     * Tells whether everybody can read it.
     *
     * @return true for a published article
     */
    public boolean published() {
        return status == ArticleStatus.PUBLISHED;
    }
}
