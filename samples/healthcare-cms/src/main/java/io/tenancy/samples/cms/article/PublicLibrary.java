package io.tenancy.samples.cms.article;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What a visitor may read. */
@Service
@Transactional(readOnly = true)
public class PublicLibrary {

    private static final int RELATED = 3;
    private static final int SEARCH_RESULTS = 24;

    private final ArticleRepository articles;
    private final CategoryRepository categories;
    private final ArticleSearch search;

    PublicLibrary(ArticleRepository articles, CategoryRepository categories, ArticleSearch search) {
        this.articles = articles;
        this.categories = categories;
        this.search = search;
    }

    /**
     * Lists the categories.
     *
     * @return all of them, in the navigation's order
     */
    public List<Category> categories() {
        return categories.findAllByOrderByPosition();
    }

    /**
     * Finds a category.
     *
     * @param slug its part of the address
     * @return the category
     * @throws ArticleNotFoundException if there is none
     */
    public Category category(String slug) {
        return categories.findBySlug(slug).orElseThrow(() -> new ArticleNotFoundException(slug));
    }

    /**
     * Lists articles, newest first.
     *
     * @param page which part of the list
     * @return cards
     */
    public Page<ArticleCard> newest(Pageable page) {
        return articles.published(page);
    }

    /**
     * Lists articles of a category, newest first.
     *
     * @param category the category
     * @param page which part of the list
     * @return cards
     */
    public Page<ArticleCard> newestIn(Category category, Pageable page) {
        return articles.publishedIn(category.getSlug(), page);
    }

    /**
     * Finds a published article.
     *
     * @param slug its part of the address
     * @return the article
     * @throws ArticleNotFoundException if there is none or it is a draft
     */
    public Article article(String slug) {
        return articles.findBySlugAndStatus(slug, ArticleStatus.PUBLISHED)
                .orElseThrow(() -> new ArticleNotFoundException(slug));
    }

    /**
     * Lists a few other articles of the same category.
     *
     * @param article the article being read
     * @return at most three cards
     */
    public List<ArticleCard> relatedTo(Article article) {
        return articles.related(article.getCategory().getSlug(), article.getSlug(), Limit.of(RELATED));
    }

    /**
     * Finds articles by words.
     *
     * @param query what the visitor typed
     * @return hits, best first
     */
    public List<SearchHit> search(String query) {
        List<ArticleCard> cards = search.published(query, SEARCH_RESULTS);
        List<UUID> unclear = cards.stream()
                .filter(card -> !SearchText.occursIn(card.title() + " " + card.summary(), query))
                .map(ArticleCard::id)
                .toList();
        Map<UUID, String> passages = articles.findAllById(unclear).stream()
                .collect(Collectors.toMap(Article::getId, article -> SearchText.passage(article.getBody(), query)));
        return cards.stream()
                .map(card -> new SearchHit(card, passages.getOrDefault(card.id(), card.summary())))
                .toList();
    }
}
