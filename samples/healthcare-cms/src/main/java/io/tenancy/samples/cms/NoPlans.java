package io.tenancy.samples.cms;

import io.tenancy.samples.cms.account.AppUserRepository;
import io.tenancy.samples.cms.article.ArticleRepository;
import io.tenancy.samples.cms.plan.Access;
import io.tenancy.samples.cms.plan.ClinicPlan;
import io.tenancy.samples.cms.plan.Offer;
import io.tenancy.samples.cms.plan.Resource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** A clinic that runs this application for itself has no plan and no limits. */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", havingValue = "false")
class NoPlans implements ClinicPlan {

    private final ArticleRepository articles;
    private final AppUserRepository users;

    NoPlans(ArticleRepository articles, AppUserRepository users) {
        this.articles = articles;
        this.users = users;
    }

    @Override
    public Access access() {
        return Access.FULL;
    }

    @Override
    public boolean billed() {
        return false;
    }

    @Override
    public Optional<String> name() {
        return Optional.empty();
    }

    @Override
    public long limit(Resource resource) {
        return UNLIMITED;
    }

    @Override
    public long used(Resource resource) {
        return switch (resource) {
            case ARTICLES -> articles.count();
            case USERS -> users.count();
            case STORAGE -> articles.bytes();
            case API_CALLS -> 0;
        };
    }

    @Override
    public void take(Resource resource) {
        // There is room for everything.
    }

    @Override
    public List<Offer> offers() {
        return List.of();
    }

    @Override
    public void countApiCall() {
        // Nobody asks.
    }

    @Override
    public Map<Instant, Long> callsByHour(Instant from, Instant until) {
        return Map.of();
    }

    @Override
    public Map<Instant, Long> callsByDay(Instant from, Instant until) {
        return Map.of();
    }

    @Override
    public OptionalLong databaseBytes() {
        return OptionalLong.empty();
    }

    @Override
    public Object clinic() {
        return "the clinic";
    }

    @Override
    public Runnable forThisClinic(Runnable work) {
        return work;
    }
}
