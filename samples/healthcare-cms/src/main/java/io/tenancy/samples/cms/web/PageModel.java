package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.account.SignedInUser;
import io.tenancy.samples.cms.article.Category;
import io.tenancy.samples.cms.article.PublicLibrary;
import io.tenancy.samples.cms.plan.Access;
import io.tenancy.samples.cms.plan.ClinicPlan;
import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.site.SiteCalendar;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** What every page of a clinic needs: the clinic, its calendar, its categories, how far it works and who is signed in. */
@ControllerAdvice(annotations = ClinicPage.class)
class PageModel {

    private final CurrentSite currentSite;
    private final PublicLibrary library;
    private final ClinicPlan plan;

    PageModel(CurrentSite currentSite, PublicLibrary library, ClinicPlan plan) {
        this.currentSite = currentSite;
        this.library = library;
        this.plan = plan;
    }

    @ModelAttribute("site")
    Site site(HttpServletRequest request) {
        return currentSite.require(request);
    }

    @ModelAttribute("calendar")
    SiteCalendar calendar(HttpServletRequest request) {
        return currentSite.require(request).getCalendar();
    }

    @ModelAttribute("categories")
    List<Category> categories() {
        return library.categories();
    }

    @ModelAttribute("access")
    Access access() {
        return plan.access();
    }

    @ModelAttribute("billed")
    boolean billed() {
        return plan.billed();
    }

    @ModelAttribute("viewer")
    @Nullable SignedInUser viewer(@AuthenticationPrincipal @Nullable SignedInUser viewer) {
        return viewer;
    }
}
