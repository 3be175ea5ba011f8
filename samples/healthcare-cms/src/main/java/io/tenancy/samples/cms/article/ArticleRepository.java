package io.tenancy.samples.cms.article;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.jpa.repository.EntityGraph;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

/** The clinic's articles. */
public interface ArticleRepository extends JpaRepository<Article, UUID> {

    /**
     * Lists what everybody may read, newest first.
     *
     * @param page which part of the list
     * @return cards of published articles
     */
    @Query(
            ArticleCard.SELECT
                    + " where a.status = io.tenancy.samples.cms.article.ArticleStatus.PUBLISHED order by a.publishedAt desc, a.id")
    Page<ArticleCard> published(Pageable page);

    /**
     * Lists what everybody may read in one category, newest first.
     *
     * @param category the category's part of the address
     * @param page which part of the list
     * @return cards of published articles
     */
    @Query(ArticleCard.SELECT
            + " where a.status = io.tenancy.samples.cms.article.ArticleStatus.PUBLISHED and c.slug = :category"
            + " order by a.publishedAt desc, a.id")
    Page<ArticleCard> publishedIn(String category, Pageable page);

    /**
     * Lists published articles of one category other than the one being read.
     *
     * @param category the category's part of the address
     * @param except the slug to leave out
     * @param limit how many
     * @return cards, newest first
     */
    @Query(ArticleCard.SELECT
            + " where a.status = io.tenancy.samples.cms.article.ArticleStatus.PUBLISHED and c.slug = :category"
            + " and a.slug <> :except order by a.publishedAt desc, a.id")
    List<ArticleCard> related(String category, String except, Limit limit);

    /**
     * Lists everything for the editor's desk, last changed first.
     *
     * @return cards of all articles
     */
    @Query(ArticleCard.SELECT + " order by a.updatedAt desc, a.id")
    List<ArticleCard> everything();

    /**
     * Finds an article with the people and the category that its page shows.
     *
     * @param slug the article's part of the address
     * @param status the status it must have
     * @return the article, if there is one
     */
    @EntityGraph(attributePaths = {"author", "category"})
    Optional<Article> findBySlugAndStatus(String slug, ArticleStatus status);

    /**
     * Finds an article with everything that the editor shows.
     *
     * @param id the article
     * @return the article, if there is one
     */
    @EntityGraph(attributePaths = {"author", "category", "editedBy"})
    Optional<Article> findWithPeopleById(UUID id);

    /**
     * Tells whether an address is taken by another article.
     *
     * @param slug the part of the address
     * @param id the article that may have it
     * @return true if another one has it
     */
    boolean existsBySlugAndIdNot(String slug, UUID id);

    /**
     * Tells whether an address is taken.
     *
     * @param slug the part of the address
     * @return true if an article has it
     */
    boolean existsBySlug(String slug);

    /**
     * Counts the bytes of all texts. Covers are drawn when they are asked for and take no room.
     *
     * @return bytes of titles, summaries and bodies in UTF-8
     */
    @Query(
            "select coalesce(sum(octet_length(a.title) + octet_length(a.summary) + octet_length(a.body)), 0L) from Article a")
    long bytes();
}
