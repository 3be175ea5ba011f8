package io.tenancy.samples.cms.seed;

import io.tenancy.samples.cms.CmsProperties;
import io.tenancy.samples.cms.account.AppUser;
import io.tenancy.samples.cms.account.AppUserRepository;
import io.tenancy.samples.cms.article.Article;
import io.tenancy.samples.cms.article.ArticleRepository;
import io.tenancy.samples.cms.article.ArticleStatus;
import io.tenancy.samples.cms.article.ArticleText;
import io.tenancy.samples.cms.article.Category;
import io.tenancy.samples.cms.article.CategoryRepository;
import io.tenancy.samples.cms.seed.ClinicSeed.ArticleSeed;
import io.tenancy.samples.cms.seed.ClinicSeed.CategorySeed;
import io.tenancy.samples.cms.seed.ClinicSeed.StaffSeed;
import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.site.SiteRepository;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Fills an empty clinic with its demonstration content, through the same code that the editor uses. */
@Component
public class ClinicSeeder {

    private static final Logger log = LoggerFactory.getLogger(ClinicSeeder.class);

    private final SiteRepository sites;
    private final AppUserRepository users;
    private final CategoryRepository categories;
    private final ArticleRepository articles;
    private final PasswordEncoder passwords;
    private final CmsProperties properties;

    ClinicSeeder(
            SiteRepository sites,
            AppUserRepository users,
            CategoryRepository categories,
            ArticleRepository articles,
            PasswordEncoder passwords,
            CmsProperties properties) {
        this.sites = sites;
        this.users = users;
        this.categories = categories;
        this.articles = articles;
        this.passwords = passwords;
        this.properties = properties;
    }

    /**
     * Fills the current clinic, in one transaction: afterwards all of the content is there or none. A clinic that has
     * a site row is left as it is, so that what its staff changed or deleted stays changed or deleted.
     *
     * @param seed the content
     * @return true if the clinic was filled, false if it already had content
     */
    @Transactional
    public boolean seed(ClinicSeed seed) {
        if (sites.findTheSite().isPresent()) {
            return false;
        }
        sites.save(new Site(seed.brand()));
        Map<String, AppUser> staff = new HashMap<>();
        for (StaffSeed person : seed.staff()) {
            String hash = passwords.encode(properties.demoPassword());
            staff.put(
                    person.email(),
                    users.save(new AppUser(person.email(), person.displayName(), person.title(), person.role(), hash)));
        }
        Map<String, Category> shelves = new HashMap<>();
        for (CategorySeed shelf : seed.categories()) {
            shelves.put(
                    shelf.slug(),
                    categories.save(new Category(shelf.slug(), shelf.name(), shelf.description(), shelves.size() + 1)));
        }
        for (ArticleSeed article : seed.articles()) {
            articles.save(written(article, staff, shelves, seed.brand().language()));
        }
        log.info(
                "Filled {} with {} articles",
                seed.brand().name(),
                seed.articles().size());
        return true;
    }

    private static Article written(
            ArticleSeed seed, Map<String, AppUser> staff, Map<String, Category> shelves, String language) {
        Category category = named(shelves, seed.category(), "category", seed);
        AppUser author = named(staff, seed.author(), "author", seed);
        ArticleText text = new ArticleText(seed.title(), seed.slug(), seed.summary(), seed.body(), category.getId());
        Article article = new Article(text, category, author, language, seed.written());
        if (seed.status() == ArticleStatus.PUBLISHED) {
            article.publish(seed.written());
        }
        return article;
    }

    private static <T> T named(Map<String, T> known, String name, String what, ArticleSeed seed) {
        T found = known.get(name);
        if (found == null) {
            throw new IllegalStateException("Article '" + seed.slug() + "' names the " + what + " '" + name
                    + "', but the clinic has only " + known.keySet());
        }
        return found;
    }
}
