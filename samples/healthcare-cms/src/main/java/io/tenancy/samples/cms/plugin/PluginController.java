package io.tenancy.samples.cms.plugin;

import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.install.ConsentRequest;
import io.tenancy.plugins.install.InstallStep;
import io.tenancy.plugins.install.PluginExport;
import io.tenancy.plugins.install.PluginInstallation;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.market.StoreQuery;
import io.tenancy.samples.cms.account.SignedInUser;
import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.web.ClinicPage;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The store of plugins and what the clinic has of it; every path here asks for the log-in of an editor. */
@Controller
@ClinicPage
@RequestMapping("/desk/plugins")
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class PluginController {

    private static final String HOME = "redirect:/desk/plugins";
    private static final int LONGEST_QUERY = 80;

    private final TenancyPlugins plugins;
    private final PluginPages pages;

    PluginController(TenancyPlugins plugins, PluginPages pages) {
        this.plugins = plugins;
        this.pages = pages;
    }

    @GetMapping
    String store(
            @RequestParam(required = false) @Nullable String q,
            @RequestParam(required = false) @Nullable String specialty,
            @RequestParam(required = false) @Nullable String region,
            @RequestParam(required = false) @Nullable String collection,
            @ModelAttribute("site") Site site,
            Model model) {
        StoreQuery query = new StoreQuery(word(q), word(specialty), word(region), null, word(collection));
        model.addAttribute("store", pages.store(clinic(), query, site.getLocale()));
        model.addAttribute("query", query);
        return "editor/plugins";
    }

    private static @Nullable String word(@Nullable String typed) {
        if (typed == null || typed.isBlank()) {
            return null;
        }
        String stripped = typed.strip().replace("\0", "");
        return stripped.length() <= LONGEST_QUERY ? stripped : stripped.substring(0, LONGEST_QUERY);
    }

    @GetMapping("/{plugin}")
    String plugin(@PathVariable String plugin, @ModelAttribute("site") Site site, Model model) {
        return page("editor/plugin", plugin, site, model);
    }

    /** What the clinic is asked to consent to. Nothing is installed before it does. */
    @GetMapping("/{plugin}/install")
    String consent(@PathVariable String plugin, @ModelAttribute("site") Site site, Model model) {
        return page("editor/plugin-consent", plugin, site, model);
    }

    private String page(String view, String plugin, Site site, Model model) {
        model.addAttribute("store", true);
        model.addAttribute(
                "page",
                pages.page(clinic(), plugin, site)
                        .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND)));
        return view;
    }

    /** Installs just what was shown: another package under the same name is shown first. */
    @PostMapping("/{plugin}/install")
    String install(
            @PathVariable String plugin,
            @RequestParam String digest,
            @AuthenticationPrincipal SignedInUser viewer,
            RedirectAttributes flash) {
        boolean shown = plugins.market().versions(plugin, clinic()).stream()
                .limit(1)
                .anyMatch(each -> each.digest().equals(digest));
        if (!shown) {
            flash.addFlashAttribute("warning", "plugins.warning.changed");
            return HOME;
        }
        String version = plugins.market().stored(digest).version();
        return done(plugin, flash, () -> {
            PluginInstallation begun =
                    plugins.installations().install(clinic(), plugin, version, note(viewer, "from the store"));
            return told(consented(begun, digest, viewer), flash);
        });
    }

    private PluginInstallation consented(PluginInstallation begun, String digest, SignedInUser viewer) {
        boolean waits = begun.pending()
                .filter(each ->
                        each.step() == InstallStep.CONSENT && each.digest().equals(digest))
                .isPresent();
        if (!waits) {
            return begun;
        }
        ConsentRequest asked =
                plugins.installations().asked(clinic(), begun.plugin()).orElseThrow();
        return plugins.installations()
                .consent(clinic(), begun.plugin(), digest, asked.required(), note(viewer, "consented on the page"));
    }

    private static String told(PluginInstallation now, RedirectAttributes flash) {
        now.pending().flatMap(each -> each.refused()).ifPresent(why -> flash.addFlashAttribute("detail", why));
        boolean ready = now.isEnabled() && now.pending().isEmpty();
        flash.addFlashAttribute(
                ready ? "notice" : "warning", ready ? "plugins.notice.installed" : "plugins.warning.waits");
        return "redirect:/desk/plugins/" + now.plugin();
    }

    @PostMapping("/{plugin}/enable")
    String enable(@PathVariable String plugin, @AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return done(plugin, flash, () -> {
            plugins.installations().enable(clinic(), plugin, note(viewer, "enabled on the page"));
            flash.addFlashAttribute("notice", "plugins.notice.enabled");
            return "redirect:/desk/plugins/" + plugin;
        });
    }

    @PostMapping("/{plugin}/disable")
    String disable(
            @PathVariable String plugin, @AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return done(plugin, flash, () -> {
            plugins.installations().disable(clinic(), plugin, note(viewer, "disabled on the page"));
            flash.addFlashAttribute("notice", "plugins.notice.disabled");
            return "redirect:/desk/plugins/" + plugin;
        });
    }

    @PostMapping("/{plugin}/cancel")
    String cancel(@PathVariable String plugin, @AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return done(plugin, flash, () -> {
            plugins.installations().cancel(clinic(), plugin, note(viewer, "given up on the page"));
            flash.addFlashAttribute("notice", "plugins.notice.cancelled");
            return HOME;
        });
    }

    @PostMapping("/{plugin}/uninstall")
    String uninstall(
            @PathVariable String plugin, @AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return done(plugin, flash, () -> {
            PluginExport had = plugins.installations().uninstall(clinic(), plugin, note(viewer, "uninstalled"));
            flash.addFlashAttribute("notice", "plugins.notice.uninstalled");
            flash.addFlashAttribute("export", had.json());
            return HOME;
        });
    }

    /** A change, which may be refused. */
    private interface Work {
        String run();
    }

    private String done(String plugin, RedirectAttributes flash, Work work) {
        // Nobody learns whether another clinic has a plugin of its own.
        if (plugins.market().versions(plugin, clinic()).isEmpty()
                && plugins.installations().find(clinic(), plugin).isEmpty()) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        try {
            return work.run();
        } catch (PluginException refused) {
            flash.addFlashAttribute("warning", "plugins.warning.refused");
            flash.addFlashAttribute("detail", String.valueOf(refused.getMessage()));
            return HOME;
        }
    }

    private static TenantId clinic() {
        return Tenancy.require().id();
    }

    private static ChangeNote note(SignedInUser viewer, String reason) {
        return new ChangeNote(viewer.getUsername(), reason);
    }
}
