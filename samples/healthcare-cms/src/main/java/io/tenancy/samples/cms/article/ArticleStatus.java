package io.tenancy.samples.cms.article;

/** How far an article has come. */
public enum ArticleStatus {
    /** Seen by the clinic's staff alone. */
    DRAFT,
    /** Seen by everybody. */
    PUBLISHED
}
