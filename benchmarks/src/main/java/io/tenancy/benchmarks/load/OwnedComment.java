package io.tenancy.benchmarks.load;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A comment on shared tables as an application maps it that writes the tenant into its own queries. */
@Entity(name = "OwnedComment")
@Table(name = "comment")
class OwnedComment {

    @Id
    @Nullable UUID id;

    @Column(name = "tenant_id", updatable = false)
    @Nullable UUID tenantId;

    @Column(name = "article_id")
    @Nullable UUID articleId;

    @Nullable String author;

    @Nullable String body;

    @Column(name = "created_at")
    @Nullable Instant createdAt;

    OwnedComment() {}

    OwnedComment(UUID id, UUID tenantId, UUID articleId, Instant createdAt) {
        this.id = id;
        this.tenantId = tenantId;
        this.articleId = articleId;
        this.author = Clinics.AUTHOR;
        this.body = Clinics.COMMENT;
        this.createdAt = createdAt;
    }

    long size() {
        return body == null ? 0 : body.length();
    }
}
