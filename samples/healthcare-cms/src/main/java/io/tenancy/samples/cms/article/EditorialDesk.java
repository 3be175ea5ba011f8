package io.tenancy.samples.cms.article;

import io.tenancy.samples.cms.account.AppUser;
import io.tenancy.samples.cms.account.AppUserRepository;
import io.tenancy.samples.cms.account.SignedInUser;
import io.tenancy.samples.cms.plan.ClinicPlan;
import io.tenancy.samples.cms.plan.LimitReachedException;
import io.tenancy.samples.cms.plan.Resource;
import io.tenancy.samples.cms.plan.RestrictedException;
import io.tenancy.samples.cms.site.SiteRepository;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.orm.ObjectOptimisticLockingFailureException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Where articles are written, changed and published. Every change names the version that its sender had opened and is
 * refused if that is no longer the stored one.
 */
@Service
public class EditorialDesk {

    private final ArticleRepository articles;
    private final CategoryRepository categories;
    private final AppUserRepository users;
    private final SiteRepository sites;
    private final InstantSource clock;
    private final TransactionOperations transactions;
    private final ClinicPlan plan;

    EditorialDesk(
            ArticleRepository articles,
            CategoryRepository categories,
            AppUserRepository users,
            SiteRepository sites,
            InstantSource clock,
            TransactionOperations transactions,
            ClinicPlan plan) {
        this.articles = articles;
        this.categories = categories;
        this.users = users;
        this.sites = sites;
        this.clock = clock;
        this.transactions = transactions;
        this.plan = plan;
    }

    /**
     * Lists everything, last changed first.
     *
     * @return cards of drafts and published articles
     */
    @Transactional(readOnly = true)
    public List<ArticleCard> overview() {
        return articles.everything();
    }

    /**
     * Opens an article for reading or changing.
     *
     * @param id the article
     * @return its stored state
     * @throws ArticleNotFoundException if there is none
     */
    @Transactional(readOnly = true)
    public Article open(UUID id) {
        return articles.findWithPeopleById(id).orElseThrow(() -> new ArticleNotFoundException(id));
    }

    /**
     * Stores a new draft.
     *
     * @param text what was written
     * @param by its author
     * @return the new article's id
     * @throws SlugTakenException if another article has the address
     * @throws LimitReachedException if the clinic's plan has no room for another article, or for its text
     * @throws RestrictedException if the clinic works with less, because a payment is overdue
     */
    public UUID create(ArticleText text, SignedInUser by) {
        plan.requireFullAccess();
        return storing(text.slug(), () -> {
            if (articles.existsBySlug(text.slug())) {
                throw new SlugTakenException(text.slug());
            }
            plan.take(Resource.ARTICLES);
            AppUser author = users.getReferenceById(by.getId());
            String language = sites.lockTheSite().orElseThrow().getLanguage();
            Article article =
                    articles.saveAndFlush(new Article(text, category(text), author, language, clock.instant()));
            requireRoom(articles.bytes());
            return article.getId();
        });
    }

    /**
     * Stores a changed text. Doctors change drafts; a published text is the editors' responsibility.
     *
     * @param id the article
     * @param opened the version that the sender had opened
     * @param text the new text
     * @param by who changes it
     * @throws EditedMeanwhileException if the stored version is another one
     * @throws SlugTakenException if another article has the address
     * @throws AccessDeniedException if a doctor changes a published article
     * @throws LimitReachedException if the clinic's plan has no room for a longer text
     */
    public void revise(UUID id, long opened, ArticleText text, SignedInUser by) {
        try {
            storing(text.slug(), () -> revised(id, opened, text, by));
        } catch (ObjectOptimisticLockingFailureException overtaken) {
            throw (EditedMeanwhileException) new EditedMeanwhileException(id, opened).initCause(overtaken);
        }
    }

    private UUID revised(UUID id, long opened, ArticleText text, SignedInUser by) {
        Article article = openedAt(id, opened);
        if (article.isPublished() && !by.isEditor()) {
            throw new AccessDeniedException("Only editors change a published article");
        }
        if (articles.existsBySlugAndIdNot(text.slug(), id)) {
            throw new SlugTakenException(text.slug());
        }
        sites.lockTheSite();
        long before = articles.bytes();
        article.revise(text, category(text), users.getReferenceById(by.getId()), clock.instant());
        articles.saveAndFlush(article);
        long after = articles.bytes();
        // A limit that was lowered does not stop anybody from making a text shorter.
        if (after > before) {
            requireRoom(after);
        }
        return id;
    }

    /** Right only while the site is locked: then no other transaction adds text that this one does not see. */
    private void requireRoom(long bytes) {
        long limit = plan.limit(Resource.STORAGE);
        if (limit != ClinicPlan.UNLIMITED && bytes > limit) {
            throw plan.refusal(Resource.STORAGE, bytes);
        }
    }

    /**
     * Shows an article to everybody.
     *
     * @param id the article
     * @param opened the version that the sender has read
     * @throws EditedMeanwhileException if the stored version is another one, which the sender has not read
     * @throws RestrictedException if the clinic works with less, because a payment is overdue
     */
    @PreAuthorize("hasRole('EDITOR')")
    @Transactional
    public void publish(UUID id, long opened) {
        plan.requireFullAccess();
        openedAt(id, opened).publish(clock.instant());
    }

    /**
     * Makes an article a draft again.
     *
     * @param id the article
     * @param opened the version that the sender has read
     * @throws EditedMeanwhileException if the stored version is another one
     */
    @PreAuthorize("hasRole('EDITOR')")
    @Transactional
    public void unpublish(UUID id, long opened) {
        openedAt(id, opened).unpublish();
    }

    private Article openedAt(UUID id, long opened) {
        Article article = open(id);
        if (article.getVersion() != opened) {
            throw new EditedMeanwhileException(id, opened);
        }
        return article;
    }

    private Category category(ArticleText text) {
        return categories
                .findById(text.categoryId())
                .orElseThrow(() -> new IllegalArgumentException("There is no category " + text.categoryId()));
    }

    /**
     * Runs a change in a transaction of its own. The checks inside it can be overtaken by another writer between the
     * check and the commit; the database then refuses, and its refusal means the same as the check's.
     */
    private UUID storing(String slug, Supplier<UUID> change) {
        try {
            return Objects.requireNonNull(transactions.execute(status -> change.get()));
        } catch (DataIntegrityViolationException overtaken) {
            throw (SlugTakenException) new SlugTakenException(slug).initCause(overtaken);
        }
    }
}
