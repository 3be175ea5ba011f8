package io.tenancy.samples.cms.article;

import io.tenancy.samples.cms.account.AppUser;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An article of the clinic's library. */
@Entity
public class Article {

    private static final int WORDS_PER_MINUTE = 200;

    @Id
    @GeneratedValue(strategy = GenerationType.UUID)
    private @Nullable UUID id;

    private String slug;

    private String title;

    private String summary;

    private String body;

    private String language;

    @Enumerated(EnumType.STRING)
    private ArticleStatus status = ArticleStatus.DRAFT;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    private Category category;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    private AppUser author;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    private AppUser editedBy;

    private int readingMinutes;

    @SuppressWarnings("UnusedVariable") // read by the search's query
    private String searchTitle;

    @SuppressWarnings("UnusedVariable") // read by the search's query
    private String searchText;

    private Instant createdAt;

    private Instant updatedAt;

    private @Nullable Instant publishedAt;

    @Version
    private @Nullable Long version;

    /** For Hibernate. */
    @SuppressWarnings("NullAway.Init")
    protected Article() {}

    /**
     * A new draft.
     *
     * @param text what was written
     * @param category where it belongs
     * @param author who wrote it
     * @param language the language of the text, a BCP 47 tag
     * @param now the time of writing
     */
    @SuppressWarnings("NullAway.Init") // revise() sets the rest
    public Article(ArticleText text, Category category, AppUser author, String language, Instant now) {
        this.author = author;
        this.language = language;
        this.createdAt = now;
        revise(text, category, author, now);
    }

    /**
     * Replaces the text.
     *
     * @param text the new text
     * @param newCategory where it belongs now
     * @param editor who changed it
     * @param now the time of the change
     */
    public final void revise(ArticleText text, Category newCategory, AppUser editor, Instant now) {
        title = text.title().strip();
        slug = text.slug();
        summary = text.summary().strip();
        body = text.body().replace("\r\n", "\n").strip();
        category = newCategory;
        editedBy = editor;
        updatedAt = now;
        readingMinutes = Math.max(1, Math.round(body.split("\\s+").length / (float) WORDS_PER_MINUTE));
        searchTitle = SearchText.fold(title);
        searchText = SearchText.fold(title + "\n" + summary + "\n" + body);
    }

    /**
     * Shows the article to everybody. The date of the first publication stays.
     *
     * @param now the time of publishing
     */
    public void publish(Instant now) {
        status = ArticleStatus.PUBLISHED;
        if (publishedAt == null) {
            publishedAt = now;
        }
    }

    /** Makes the article a draft again. */
    public void unpublish() {
        status = ArticleStatus.DRAFT;
    }

    public UUID getId() {
        return Objects.requireNonNull(id, "this article has not been stored yet");
    }

    public String getSlug() {
        return slug;
    }

    public String getTitle() {
        return title;
    }

    public String getSummary() {
        return summary;
    }

    public String getBody() {
        return body;
    }

    public String getLanguage() {
        return language;
    }

    public ArticleStatus getStatus() {
        return status;
    }

    public boolean isPublished() {
        return status == ArticleStatus.PUBLISHED;
    }

    public Category getCategory() {
        return category;
    }

    public AppUser getAuthor() {
        return author;
    }

    public AppUser getEditedBy() {
        return editedBy;
    }

    public int getReadingMinutes() {
        return readingMinutes;
    }

    public Instant getCreatedAt() {
        return createdAt;
    }

    public Instant getUpdatedAt() {
        return updatedAt;
    }

    public @Nullable Instant getPublishedAt() {
        return publishedAt;
    }

    /**
     * The number of the stored state, which an editor hands back with changes.
     *
     * @return zero for an article that was never changed
     */
    public long getVersion() {
        return version == null ? 0 : version;
    }
}
