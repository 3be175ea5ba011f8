package io.tenancy.samples.cms.plugin;

import io.tenancy.plugins.install.ConsentRequest;
import io.tenancy.plugins.install.InstallStep;
import io.tenancy.plugins.install.PluginInstallation;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.market.StoreQuery;
import io.tenancy.plugins.market.StoredPackage;
import io.tenancy.samples.cms.account.SignedInUser;
import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.web.ClinicPage;
import java.util.Optional;
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
    private final ClinicPlugins clinic;

    PluginController(TenancyPlugins plugins, PluginPages pages, ClinicPlugins clinic) {
        this.plugins = plugins;
        this.pages = pages;
        this.clinic = clinic;
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
        model.addAttribute("store", pages.store(clinic.clinic(), query, site.getLocale()));
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
        return page("editor/plugin", plugin, null, site, model);
    }

    /** What the clinic is asked to consent to. Nothing is installed before it does. */
    @GetMapping("/{plugin}/install")
    String consent(
            @PathVariable String plugin,
            @RequestParam(required = false) @Nullable String version,
            @ModelAttribute("site") Site site,
            Model model) {
        String offered = version == null
                ? pages.offered(clinic.clinic(), plugin)
                        .map(StoredPackage::version)
                        .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND))
                : version;
        return page("editor/plugin-consent", plugin, offered, site, model);
    }

    private String page(String view, String plugin, @Nullable String version, Site site, Model model) {
        model.addAttribute("store", true);
        model.addAttribute(
                "page",
                pages.page(clinic.clinic(), plugin, version, site)
                        .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND)));
        return view;
    }

    /**
     * Installs just what was shown: another package, or one that would take the place of another than was shown, is shown
     * first.
     */
    @PostMapping("/{plugin}/install")
    String install(
            @PathVariable String plugin,
            @RequestParam String digest,
            @RequestParam(defaultValue = "") String from,
            @AuthenticationPrincipal SignedInUser viewer,
            RedirectAttributes flash) {
        Optional<StoredPackage> chosen = plugins.market().versions(plugin, clinic.clinic()).stream()
                .filter(each -> each.digest().equals(digest))
                .findFirst();
        String active = plugins.installations()
                .find(clinic.clinic(), plugin)
                .flatMap(PluginInstallation::active)
                .orElse("");
        if (chosen.isEmpty() || !active.equals(from)) {
            flash.addFlashAttribute("warning", "plugins.warning.changed");
            return HOME;
        }
        String version = chosen.get().version();
        return clinic.change(plugin, flash, () -> {
            PluginInstallation begun = plugins.installations()
                    .install(clinic.clinic(), plugin, version, ClinicPlugins.note(viewer, "from the store"));
            return told(consented(begun, digest, viewer), digest, flash);
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
                plugins.installations().asked(clinic.clinic(), begun.plugin()).orElseThrow();
        return plugins.installations()
                .consent(
                        clinic.clinic(),
                        begun.plugin(),
                        digest,
                        asked.required(),
                        ClinicPlugins.note(viewer, "consented on the page"));
    }

    private static String told(PluginInstallation now, String digest, RedirectAttributes flash) {
        now.pending().flatMap(each -> each.refused()).ifPresent(why -> flash.addFlashAttribute("detail", why));
        boolean active = now.active().filter(digest::equals).isPresent();
        String ready = now.isEnabled() ? "plugins.notice.installed" : "plugins.notice.installedOff";
        flash.addFlashAttribute(active ? "notice" : "warning", active ? ready : "plugins.warning.waits");
        boolean toConfigure = now.pending()
                .filter(each -> each.step() == InstallStep.CONFIGURATION)
                .isPresent();
        return HOME + "/" + now.plugin() + (toConfigure ? "/settings" : "");
    }

    @PostMapping("/{plugin}/enable")
    String enable(@PathVariable String plugin, @AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return clinic.change(plugin, flash, () -> {
            plugins.installations().enable(clinic.clinic(), plugin, ClinicPlugins.note(viewer, "enabled on the page"));
            flash.addFlashAttribute("notice", "plugins.notice.enabled");
            return HOME + "/" + plugin;
        });
    }

    @PostMapping("/{plugin}/disable")
    String disable(
            @PathVariable String plugin, @AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return clinic.change(plugin, flash, () -> {
            plugins.installations()
                    .disable(clinic.clinic(), plugin, ClinicPlugins.note(viewer, "disabled on the page"));
            flash.addFlashAttribute("notice", "plugins.notice.disabled");
            return HOME + "/" + plugin;
        });
    }

    @PostMapping("/{plugin}/cancel")
    String cancel(@PathVariable String plugin, @AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return clinic.change(plugin, flash, () -> {
            plugins.installations().cancel(clinic.clinic(), plugin, ClinicPlugins.note(viewer, "given up on the page"));
            flash.addFlashAttribute("notice", "plugins.notice.cancelled");
            return HOME;
        });
    }
}
