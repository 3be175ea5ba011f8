package io.tenancy.samples.cms.article;

/**
 * An article that was found.
 *
 * @param card the article
 * @param passage the summary if a term occurs in it or in the title, otherwise the words around the first term
 */
public record SearchHit(ArticleCard card, String passage) {}
