package io.tenancy.samples.cms.seed;

import io.tenancy.samples.cms.account.Role;
import io.tenancy.samples.cms.article.ArticleStatus;
import io.tenancy.samples.cms.site.Brand;
import java.time.Instant;
import java.util.List;

/**
 * A demonstration clinic.
 *
 * @param slug the clinic's name in its address
 * @param isolation how its data is to be kept apart: {@code DATABASE}, {@code SCHEMA} or {@code SHARED}
 * @param plan the code of the plan that it begins with
 * @param billing how it is billed
 * @param brand what the clinic says about itself
 * @param staff who may sign in
 * @param categories the shelves of its library, in order
 * @param articles its articles
 */
public record ClinicSeed(
        String slug,
        String isolation,
        String plan,
        BillingSeed billing,
        Brand brand,
        List<StaffSeed> staff,
        List<CategorySeed> categories,
        List<ArticleSeed> articles) {

    /**
     * How it is billed.
     *
     * @param country where it is: a code of ISO 3166-1 with two letters
     * @param trialDays how long it tries its plan; 0 for not at all
     */
    public record BillingSeed(String country, int trialDays) {}

    /**
     * Somebody who works there.
     *
     * @param email the address to sign in with
     * @param displayName the name that articles carry
     * @param title the professional title
     * @param role what this person may do
     */
    public record StaffSeed(String email, String displayName, String title, Role role) {}

    /**
     * A shelf of the library.
     *
     * @param slug its part of an address
     * @param name its name
     * @param description one sentence about it
     */
    public record CategorySeed(String slug, String name, String description) {}

    /**
     * An article.
     *
     * @param slug its part of an address
     * @param title its headline
     * @param summary what lists show
     * @param category the slug of its category
     * @param author the address of its author
     * @param status draft or published
     * @param written when it was written and, if published, published
     * @param body its text as Markdown
     */
    public record ArticleSeed(
            String slug,
            String title,
            String summary,
            String category,
            String author,
            ArticleStatus status,
            Instant written,
            String body) {}
}
