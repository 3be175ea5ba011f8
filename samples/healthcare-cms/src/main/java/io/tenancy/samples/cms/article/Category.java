package io.tenancy.samples.cms.article;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A shelf of the clinic's library. */
@Entity
public class Category {

    @Id
    @GeneratedValue(strategy = GenerationType.UUID)
    private @Nullable UUID id;

    private String slug;

    private String name;

    private String description;

    private int position;

    /** For Hibernate. */
    @SuppressWarnings("NullAway.Init")
    protected Category() {}

    /**
     * A new category.
     *
     * @param slug its part of an address
     * @param name its name, in the site's language
     * @param description one sentence about what belongs here
     * @param position its place in the navigation, smallest first
     */
    public Category(String slug, String name, String description, int position) {
        this.slug = slug;
        this.name = name;
        this.description = description;
        this.position = position;
    }

    public UUID getId() {
        return Objects.requireNonNull(id, "this category has not been stored yet");
    }

    public String getSlug() {
        return slug;
    }

    public String getName() {
        return name;
    }

    public String getDescription() {
        return description;
    }

    public int getPosition() {
        return position;
    }
}
