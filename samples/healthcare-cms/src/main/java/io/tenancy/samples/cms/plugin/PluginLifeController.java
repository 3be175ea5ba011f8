package io.tenancy.samples.cms.plugin;

import io.tenancy.plugins.install.PluginExport;
import io.tenancy.plugins.install.PluginInstallation;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.samples.cms.account.SignedInUser;
import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.web.ClinicPage;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Versions of a plugin, what was done about it, and how it goes. For editors only. */
@Controller
@ClinicPage
@RequestMapping("/desk/plugins/{plugin}")
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class PluginLifeController {

    private static final String PLUGIN = "redirect:/desk/plugins/";

    private final TenancyPlugins plugins;
    private final PluginPages pages;
    private final ClinicPlugins clinic;

    PluginLifeController(TenancyPlugins plugins, PluginPages pages, ClinicPlugins clinic) {
        this.plugins = plugins;
        this.pages = pages;
        this.clinic = clinic;
    }

    @GetMapping("/versions")
    String versions(@PathVariable String plugin, @ModelAttribute("site") Site site, Model model) {
        PluginInstallation had = clinic.require(plugin);
        model.addAttribute("versions", pages.versions(had, site));
        model.addAttribute("pinned", had.pinned());
        return show("editor/plugin-versions", plugin, site, model);
    }

    @GetMapping("/history")
    String history(@PathVariable String plugin, @ModelAttribute("site") Site site, Model model) {
        return show("editor/plugin-history", plugin, site, model);
    }

    /** What goes with a plugin. It goes when the page is sent, not before. */
    @GetMapping("/uninstall")
    String leave(@PathVariable String plugin, @ModelAttribute("site") Site site, Model model) {
        clinic.require(plugin);
        return show("editor/plugin-uninstall", plugin, site, model);
    }

    private String show(String view, String plugin, Site site, Model model) {
        model.addAttribute("store", true);
        model.addAttribute(
                "page",
                pages.page(clinic.clinic(), plugin, null, site)
                        .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND)));
        return view;
    }

    // Not by GET: it is written down who took it.
    @PostMapping("/export")
    ResponseEntity<byte[]> export(@PathVariable String plugin, @AuthenticationPrincipal SignedInUser viewer) {
        clinic.require(plugin);
        PluginExport had = plugins.installations()
                .export(clinic.clinic(), plugin, ClinicPlugins.note(viewer, "downloaded from the page"));
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noStore())
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(plugin + ".json")
                                .build()
                                .toString())
                .body(had.json().getBytes(StandardCharsets.UTF_8));
    }

    @PostMapping("/uninstall")
    String uninstall(
            @PathVariable String plugin, @AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return clinic.change(plugin, flash, () -> {
            plugins.installations().uninstall(clinic.clinic(), plugin, ClinicPlugins.note(viewer, "uninstalled"));
            flash.addFlashAttribute("notice", "plugins.notice.uninstalled");
            return "redirect:/desk/plugins";
        });
    }

    @PostMapping("/pin")
    String pin(@PathVariable String plugin, @AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return pinned(plugin, true, viewer, flash);
    }

    @PostMapping("/unpin")
    String unpin(@PathVariable String plugin, @AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return pinned(plugin, false, viewer, flash);
    }

    private String pinned(String plugin, boolean pinned, SignedInUser viewer, RedirectAttributes flash) {
        return clinic.change(plugin, flash, () -> {
            plugins.installations()
                    .pin(clinic.clinic(), plugin, pinned, ClinicPlugins.note(viewer, "decided on the page"));
            flash.addFlashAttribute("notice", pinned ? "plugins.notice.pinned" : "plugins.notice.unpinned");
            return PLUGIN + plugin + "/versions";
        });
    }

    @PostMapping("/rollback")
    String rollBack(
            @PathVariable String plugin, @AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return clinic.change(plugin, flash, () -> {
            plugins.installations()
                    .rollBack(clinic.clinic(), plugin, ClinicPlugins.note(viewer, "rolled back on the page"));
            flash.addFlashAttribute("notice", "plugins.notice.rolledBack");
            return PLUGIN + plugin + "/versions";
        });
    }

    @PostMapping("/retry")
    String tryAgain(
            @PathVariable String plugin, @AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return clinic.change(plugin, flash, () -> {
            PluginInstallation now = plugins.installations()
                    .tryAgain(clinic.clinic(), plugin, ClinicPlugins.note(viewer, "tried again on the page"));
            boolean ready = now.isEnabled() && now.pending().isEmpty();
            flash.addFlashAttribute(
                    ready ? "notice" : "warning", ready ? "plugins.notice.installed" : "plugins.warning.waits");
            return PLUGIN + plugin;
        });
    }
}
