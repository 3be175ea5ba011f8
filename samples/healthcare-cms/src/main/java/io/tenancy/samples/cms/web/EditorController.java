package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.account.SignedInUser;
import io.tenancy.samples.cms.article.Article;
import io.tenancy.samples.cms.article.ArticleCard;
import io.tenancy.samples.cms.article.ArticleStatus;
import io.tenancy.samples.cms.article.EditedMeanwhileException;
import io.tenancy.samples.cms.article.EditorialDesk;
import io.tenancy.samples.cms.article.Markdown;
import io.tenancy.samples.cms.article.SlugTakenException;
import io.tenancy.samples.cms.plan.LimitReachedException;
import io.tenancy.samples.cms.plan.RestrictedException;
import io.tenancy.samples.cms.site.Site;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.Valid;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.orm.ObjectOptimisticLockingFailureException;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.validation.BindingResult;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Writing, changing and publishing articles; every path here asks for a log-in. */
@Controller
@ClinicPage
@RequestMapping("/editor")
class EditorController {

    private final EditorialDesk desk;
    private final Markdown markdown;

    EditorController(EditorialDesk desk, Markdown markdown) {
        this.desk = desk;
        this.markdown = markdown;
    }

    @GetMapping
    String overview(@RequestParam(required = false) @Nullable String status, Model model) {
        List<ArticleCard> everything = desk.overview();
        ArticleStatus wanted = "draft".equals(status)
                ? ArticleStatus.DRAFT
                : "published".equals(status) ? ArticleStatus.PUBLISHED : null;
        model.addAttribute(
                "articles",
                everything.stream()
                        .filter(card -> wanted == null || card.status() == wanted)
                        .toList());
        model.addAttribute("total", everything.size());
        model.addAttribute(
                "publishedCount",
                everything.stream().filter(ArticleCard::published).count());
        model.addAttribute("filter", wanted);
        return "editor/overview";
    }

    @GetMapping("/articles/new")
    String blank(Model model) {
        return form(ArticleForm.blank(), null, model);
    }

    @PostMapping("/articles/new")
    String create(
            @Valid @ModelAttribute("form") ArticleForm form,
            BindingResult faults,
            @AuthenticationPrincipal SignedInUser viewer,
            @ModelAttribute("site") Site site,
            Model model,
            HttpServletResponse response,
            RedirectAttributes flash) {
        if (faults.hasErrors()) {
            return refused(form, null, model, response);
        }
        try {
            UUID id = desk.create(form.text(), viewer);
            flash.addFlashAttribute("notice", "editor.notice.created");
            return "redirect:/editor/articles/" + id;
        } catch (SlugTakenException taken) {
            faults.rejectValue("slug", "editor.fault.slugTaken");
            return refused(form, null, model, response);
        } catch (LimitReachedException reached) {
            model.addAttribute("limit", LimitNotice.of(reached, site.getLocale()));
            return refused(form, null, model, response);
        } catch (RestrictedException restricted) {
            model.addAttribute("warning", "editor.warning.restricted");
            return refused(form, null, model, response);
        }
    }

    @GetMapping("/articles/{id}")
    String open(@PathVariable UUID id, Model model) {
        Article article = desk.open(id);
        return form(ArticleForm.of(article), article, model);
    }

    @PostMapping("/articles/{id}")
    String revise(
            @PathVariable UUID id,
            @Valid @ModelAttribute("form") ArticleForm form,
            BindingResult faults,
            @AuthenticationPrincipal SignedInUser viewer,
            @ModelAttribute("site") Site site,
            Model model,
            HttpServletResponse response,
            RedirectAttributes flash) {
        if (faults.hasErrors()) {
            return refused(form, desk.open(id), model, response);
        }
        try {
            desk.revise(id, form.openedVersion(), form.text(), viewer);
        } catch (SlugTakenException taken) {
            faults.rejectValue("slug", "editor.fault.slugTaken");
            return refused(form, desk.open(id), model, response);
        } catch (LimitReachedException reached) {
            model.addAttribute("limit", LimitNotice.of(reached, site.getLocale()));
            return refused(form, desk.open(id), model, response);
        } catch (EditedMeanwhileException meanwhile) {
            return conflict(id, form, model, response);
        }
        flash.addFlashAttribute("notice", "editor.notice.saved");
        return "redirect:/editor/articles/" + id;
    }

    @PostMapping("/articles/{id}/publish")
    String publish(@PathVariable UUID id, @RequestParam long version, RedirectAttributes flash) {
        return changed(() -> desk.publish(id, version), id, "editor.notice.published", flash);
    }

    @PostMapping("/articles/{id}/unpublish")
    String unpublish(@PathVariable UUID id, @RequestParam long version, RedirectAttributes flash) {
        return changed(() -> desk.unpublish(id, version), id, "editor.notice.unpublished", flash);
    }

    /** Answers htmx with the preview alone; a browser without scripts gets its form back with the preview below. */
    @PostMapping("/preview")
    String preview(
            @ModelAttribute("form") ArticleForm form,
            @RequestParam(required = false) @Nullable UUID id,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
            Model model) {
        if (htmx == null) {
            return form(form, id == null ? null : desk.open(id), model);
        }
        model.addAttribute("html", markdown.toSafeHtml(form.body()));
        return "editor/form :: preview";
    }

    private String changed(Runnable change, UUID id, String notice, RedirectAttributes flash) {
        try {
            change.run();
            flash.addFlashAttribute("notice", notice);
        } catch (EditedMeanwhileException | ObjectOptimisticLockingFailureException meanwhile) {
            flash.addFlashAttribute("warning", "editor.warning.readAgain");
        } catch (RestrictedException restricted) {
            flash.addFlashAttribute("warning", "editor.warning.restricted");
        }
        return "redirect:/editor/articles/" + id;
    }

    /**
     * Shows the sender's own text again, next to what is stored now. The form carries the stored version, so saving
     * once more is a decision and not an accident.
     */
    private String conflict(UUID id, ArticleForm form, Model model, HttpServletResponse response) {
        Article stored = desk.open(id);
        response.setStatus(HttpStatus.CONFLICT.value());
        model.addAttribute("conflict", stored);
        return form(form.rebasedOn(stored), stored, model);
    }

    private String refused(ArticleForm form, @Nullable Article article, Model model, HttpServletResponse response) {
        response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
        return form(form, article, model);
    }

    private String form(ArticleForm form, @Nullable Article article, Model model) {
        model.addAttribute("form", form);
        model.addAttribute("article", article);
        model.addAttribute("html", markdown.toSafeHtml(form.body()));
        return "editor/form";
    }
}
