package io.tenancy.samples.cms.api;

import io.tenancy.entitlement.ConsumesQuota;
import io.tenancy.entitlement.RequiresModule;
import io.tenancy.samples.cms.article.Article;
import io.tenancy.samples.cms.article.ArticleCard;
import io.tenancy.samples.cms.article.Markdown;
import io.tenancy.samples.cms.article.PublicLibrary;
import io.tenancy.samples.cms.plan.ClinicPlan;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.PageRequest;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Published articles as JSON, for the clinic's app or intranet. A call that was answered counts, in the month's allowance
 * and as usage; one that found nothing does not.
 */
@RestController
@RequestMapping(path = "/api/articles", produces = MediaType.APPLICATION_JSON_VALUE)
@RequiresModule("api_access")
class ArticleApi {

    private static final int PER_PAGE = 20;
    private static final int LAST_PAGE = 10_000;

    private final PublicLibrary library;
    private final Markdown markdown;
    private final ClinicPlan plan;

    ArticleApi(PublicLibrary library, Markdown markdown, ClinicPlan plan) {
        this.library = library;
        this.markdown = markdown;
        this.plan = plan;
    }

    /**
     * Lists what is published, newest first.
     *
     * @param page which part of the list, beginning with 1
     * @return at most 20 articles
     */
    @GetMapping
    @ConsumesQuota("api_calls")
    public Listing list(@RequestParam(defaultValue = "1") int page) {
        int number = Math.min(LAST_PAGE, Math.max(1, page));
        Page<ArticleCard> part = library.newest(PageRequest.of(number - 1, PER_PAGE));
        Listing listing = new Listing(part.getContent().stream().map(Entry::of).toList(), number, part.getTotalPages());
        plan.countApiCall();
        return listing;
    }

    /**
     * Reads an article.
     *
     * @param slug its part of the address
     * @return the article with its text
     */
    @GetMapping("/{slug}")
    @ConsumesQuota("api_calls")
    public Text read(@PathVariable String slug) {
        Article article = library.article(slug);
        Text text = new Text(
                article.getSlug(),
                article.getTitle(),
                article.getSummary(),
                article.getCategory().getName(),
                article.getAuthor().getDisplayName(),
                article.getLanguage(),
                article.getPublishedAt(),
                article.getBody(),
                markdown.toSafeHtml(article.getBody()));
        plan.countApiCall();
        return text;
    }

    /**
     * A part of the list.
     *
     * @param articles the articles
     * @param page which part
     * @param pages how many there are
     */
    public record Listing(List<Entry> articles, int page, int pages) {}

    /**
     * An article in the list.
     *
     * @param slug its part of the address
     * @param title its headline
     * @param summary its summary
     * @param category its category
     * @param author who wrote it
     * @param publishedAt when it was first published
     */
    public record Entry(
            String slug,
            String title,
            String summary,
            String category,
            String author,
            @Nullable Instant publishedAt) {

        static Entry of(ArticleCard card) {
            return new Entry(
                    card.slug(),
                    card.title(),
                    card.summary(),
                    card.categoryName(),
                    card.authorName(),
                    card.publishedAt());
        }
    }

    /**
     * An article.
     *
     * @param slug its part of the address
     * @param title its headline
     * @param summary its summary
     * @param category its category
     * @param author who wrote it
     * @param language the language of the text, a BCP 47 tag
     * @param publishedAt when it was first published
     * @param markdown the text as it was written
     * @param html the text as safe HTML
     */
    public record Text(
            String slug,
            String title,
            String summary,
            String category,
            String author,
            String language,
            @Nullable Instant publishedAt,
            String markdown,
            String html) {}
}
