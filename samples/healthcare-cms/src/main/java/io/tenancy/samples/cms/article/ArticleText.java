package io.tenancy.samples.cms.article;

import java.util.UUID;

/**
 * What a person writes; everything else about an article follows from it or is recorded.
 *
 * @param title the headline
 * @param slug the article's part of its address
 * @param summary what lists and search results show
 * @param body the text as Markdown
 * @param categoryId where it belongs
 */
public record ArticleText(String title, String slug, String summary, String body, UUID categoryId) {}
