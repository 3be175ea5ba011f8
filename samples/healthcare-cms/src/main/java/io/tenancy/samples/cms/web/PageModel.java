package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.account.SignedInUser;
import io.tenancy.samples.cms.article.Category;
import io.tenancy.samples.cms.article.PublicLibrary;
import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.site.SiteCalendar;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** What every page of a clinic needs: the clinic, its calendar, its categories and who is signed in. */
@ControllerAdvice(
        assignableTypes = {
            PublicController.class,
            LoginController.class,
            EditorController.class,
            StaffController.class,
            UsageController.class
        })
class PageModel {

    private final CurrentSite currentSite;
    private final PublicLibrary library;

    PageModel(CurrentSite currentSite, PublicLibrary library) {
        this.currentSite = currentSite;
        this.library = library;
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

    @ModelAttribute("viewer")
    @Nullable SignedInUser viewer(@AuthenticationPrincipal @Nullable SignedInUser viewer) {
        return viewer;
    }
}
