package io.tenancy.samples.cms.plugin;

import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.install.InvalidSettingsException;
import io.tenancy.plugins.install.PluginInstallation;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.pack.CapabilityRequest;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.values.PluginSecrets;
import io.tenancy.samples.cms.account.SignedInUser;
import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.web.ClinicPage;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/** What a clinic tells a plugin: settings, and secrets that are entered and never shown. For editors only. */
@Controller
@ClinicPage
@RequestMapping("/desk/plugins/{plugin}")
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class PluginSettingsController {

    private final TenancyPlugins plugins;
    private final PluginPages pages;
    private final ClinicPlugins clinic;

    PluginSettingsController(TenancyPlugins plugins, PluginPages pages, ClinicPlugins clinic) {
        this.plugins = plugins;
        this.pages = pages;
        this.clinic = clinic;
    }

    /**
     * A secret of a plugin.
     *
     * @param name as the plugin knows it
     * @param id of its field in the page
     * @param clear whether the plugin may read it
     * @param since when it was entered, in words; null if it was not
     * @param fault key of what is wrong with what was entered; null if nothing
     */
    record Secret(
            String name,
            String id,
            boolean clear,
            @Nullable String since,
            @Nullable String fault) {}

    @GetMapping("/settings")
    String settings(@PathVariable String plugin, @ModelAttribute("site") Site site, Model model) {
        PluginInstallation had = clinic.require(plugin);
        PluginManifest manifest = clinic.manifest(ClinicPlugins.digest(had));
        String schema = schema(manifest);
        return show(had, manifest, schema == null ? null : SettingsForm.of(schema, had.config()), site, model);
    }

    @PostMapping("/settings")
    String configure(
            @PathVariable String plugin,
            @RequestParam String digest,
            @RequestParam Map<String, String> typed,
            @AuthenticationPrincipal SignedInUser viewer,
            @ModelAttribute("site") Site site,
            Model model,
            HttpServletResponse response,
            RedirectAttributes flash) {
        PluginInstallation had = clinic.require(plugin);
        PluginManifest manifest = clinic.manifest(ClinicPlugins.digest(had));
        String schema = schema(manifest);
        if (schema == null) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        SettingsForm.Sent sent = SettingsForm.sent(schema, had.config(), typed);
        SettingsForm form = sent.form();
        if (!digest.equals(ClinicPlugins.digest(had))) {
            model.addAttribute("warning", "settings.warning.other");
        } else if (!form.faulty()) {
            try {
                String reason = "changed " + String.join(", ", sent.changed());
                PluginInstallation now = plugins.installations()
                        .configure(clinic.clinic(), plugin, sent.json(), ClinicPlugins.note(viewer, reason));
                boolean waits = now.pending().isPresent() && had.pending().isPresent();
                flash.addFlashAttribute("notice", waits ? "settings.notice.waits" : "settings.notice.saved");
                return "redirect:/desk/plugins/" + plugin + (waits ? "" : "/settings");
            } catch (InvalidSettingsException invalid) {
                form = form.told(invalid.problems());
            } catch (PluginException refused) {
                model.addAttribute("warning", "plugins.warning.refused");
                model.addAttribute("detail", String.valueOf(refused.getMessage()));
            }
        }
        response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
        return show(had, manifest, form, site, model);
    }

    @PostMapping("/secrets")
    String enter(
            @PathVariable String plugin,
            @RequestParam String name,
            @RequestParam String secret,
            @AuthenticationPrincipal SignedInUser viewer,
            @ModelAttribute("site") Site site,
            Model model,
            HttpServletResponse response,
            RedirectAttributes flash) {
        PluginInstallation had = clinic.require(plugin);
        requireAsked(had, name);
        String fault = secret.isBlank()
                ? "settings.fault.missing"
                : secret.length() > PluginSecrets.LONGEST ? "settings.fault.secret" : null;
        if (fault != null) {
            model.addAttribute("faultyName", name);
            model.addAttribute("faultySecret", fault);
            response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
            return settings(plugin, site, model);
        }
        return clinic.change(plugin, flash, () -> {
            plugins.installations()
                    .secrets()
                    .put(clinic.clinic(), plugin, name, secret, ClinicPlugins.note(viewer, "entered on the page"));
            flash.addFlashAttribute("notice", "settings.notice.secret");
            return "redirect:/desk/plugins/" + plugin + "/settings";
        });
    }

    @PostMapping("/secrets/remove")
    String remove(
            @PathVariable String plugin,
            @RequestParam String name,
            @AuthenticationPrincipal SignedInUser viewer,
            RedirectAttributes flash) {
        requireAsked(clinic.require(plugin), name);
        return clinic.change(plugin, flash, () -> {
            boolean removed = plugins.installations()
                    .secrets()
                    .remove(clinic.clinic(), plugin, name, ClinicPlugins.note(viewer, "removed on the page"));
            flash.addFlashAttribute(
                    removed ? "notice" : "warning",
                    removed ? "settings.notice.secretRemoved" : "settings.warning.noSecret");
            return "redirect:/desk/plugins/" + plugin + "/settings";
        });
    }

    /** A plugin is given the secrets that it asks for, and no others are kept for it. */
    private void requireAsked(PluginInstallation had, String name) {
        boolean asked = secrets(clinic.manifest(ClinicPlugins.digest(had))).stream()
                .anyMatch(each -> each.names().contains(name));
        if (!asked) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
    }

    private static @Nullable String schema(PluginManifest manifest) {
        return manifest.capabilities().get(Capability.CONFIG) instanceof CapabilityRequest.Settings settings
                ? settings.schema()
                : null;
    }

    private static List<CapabilityRequest.Secrets> secrets(PluginManifest manifest) {
        List<CapabilityRequest.Secrets> asked = new ArrayList<>();
        manifest.capabilities().values().forEach(each -> {
            if (each instanceof CapabilityRequest.Secrets some) {
                asked.add(some);
            }
        });
        return asked;
    }

    private String show(
            PluginInstallation had, PluginManifest manifest, @Nullable SettingsForm form, Site site, Model model) {
        String plugin = had.plugin();
        model.addAttribute("store", true);
        model.addAttribute(
                "page",
                pages.page(clinic.clinic(), plugin, null, site)
                        .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND)));
        model.addAttribute("digest", ClinicPlugins.digest(had));
        model.addAttribute("form", form);
        model.addAttribute("version", manifest.version().toString());
        Map<String, Instant> entered = plugins.installations().secrets().entered(clinic.clinic(), plugin);
        List<Secret> all = new ArrayList<>();
        for (CapabilityRequest.Secrets some : secrets(manifest)) {
            for (String name : some.names()) {
                Instant since = entered.get(name);
                all.add(new Secret(
                        name,
                        "secret-" + all.size(),
                        some.capability() == Capability.SECRETS_CLEAR,
                        since == null ? null : site.getCalendar().moment(since),
                        name.equals(model.getAttribute("faultyName"))
                                ? (String) model.getAttribute("faultySecret")
                                : null));
            }
        }
        model.addAttribute("secrets", all);
        return "editor/plugin-settings";
    }
}
