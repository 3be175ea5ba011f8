package io.tenancy.benchmarks.load;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A clinic's article, mapped as for one tenant. */
@Entity(name = "Article")
@Table(name = "article")
class Article {

    @Id
    @Nullable UUID id;

    @Nullable String slug;

    @Nullable String title;

    @Nullable String body;

    @Nullable String status;

    long views;

    @Column(name = "updated_at")
    @Nullable Instant updatedAt;

    Article() {}

    long size() {
        return body == null || title == null ? 0 : body.length() + title.length();
    }
}
