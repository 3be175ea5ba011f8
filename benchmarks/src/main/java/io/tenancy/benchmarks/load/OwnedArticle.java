package io.tenancy.benchmarks.load;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An article on shared tables as an application maps it that writes the tenant into its own queries. */
@Entity(name = "OwnedArticle")
@Table(name = "article")
class OwnedArticle {

    @Id
    @Nullable UUID id;

    @Column(name = "tenant_id", updatable = false)
    @Nullable UUID tenantId;

    @Nullable String slug;

    @Nullable String title;

    @Nullable String body;

    @Nullable String status;

    long views;

    @Column(name = "updated_at")
    @Nullable Instant updatedAt;

    OwnedArticle() {}

    long size() {
        return body == null || title == null ? 0 : body.length() + title.length();
    }
}
