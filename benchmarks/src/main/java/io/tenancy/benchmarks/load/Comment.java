package io.tenancy.benchmarks.load;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A comment on an article, mapped as for one tenant. */
@Entity(name = "Comment")
@Table(name = "comment")
class Comment {

    @Id
    @Nullable UUID id;

    @Column(name = "article_id")
    @Nullable UUID articleId;

    @Nullable String author;

    @Nullable String body;

    @Column(name = "created_at")
    @Nullable Instant createdAt;

    Comment() {}

    Comment(UUID id, UUID articleId, Instant createdAt) {
        this.id = id;
        this.articleId = articleId;
        this.author = Clinics.AUTHOR;
        this.body = Clinics.COMMENT;
        this.createdAt = createdAt;
    }

    long size() {
        return body == null ? 0 : body.length();
    }
}
