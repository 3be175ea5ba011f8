package io.tenancy.samples.cms.plugin;

import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.install.PluginInstallation;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.pack.PackageReader;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.samples.cms.account.SignedInUser;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** What the bound clinic has of a plugin. Of what it does not see it learns nothing, not even whether it exists. */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class ClinicPlugins {

    private static final String HOME = "redirect:/desk/plugins";

    private final TenancyPlugins plugins;

    ClinicPlugins(TenancyPlugins plugins) {
        this.plugins = plugins;
    }

    /** A change, which may be refused. */
    interface Work {
        /** Makes it, and says where to go. */
        String run();
    }

    TenantId clinic() {
        return Tenancy.require().id();
    }

    /** What the clinic has of a plugin, or the answer that there is nothing. */
    PluginInstallation require(String plugin) {
        return plugins.installations()
                .find(clinic(), plugin)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    /** The package whose settings and secrets are asked for: the one on its way in, else the one that is active. */
    static String digest(PluginInstallation had) {
        return had.pending()
                .map(PluginInstallation.Pending::digest)
                .or(had::active)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    PluginManifest manifest(String digest) {
        return PackageReader.read(plugins.market().bytes(digest)).manifest();
    }

    /** Makes a change of a plugin that the clinic has or sees; a refusal is told on its page. */
    String change(String plugin, RedirectAttributes flash, Work work) {
        boolean had = plugins.installations().find(clinic(), plugin).isPresent();
        if (!had && plugins.market().versions(plugin, clinic()).isEmpty()) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        try {
            return work.run();
        } catch (PluginException refused) {
            flash.addFlashAttribute("warning", "plugins.warning.refused");
            flash.addFlashAttribute("detail", String.valueOf(refused.getMessage()));
            return had ? HOME + "/" + plugin : HOME;
        }
    }

    static ChangeNote note(SignedInUser viewer, String reason) {
        return new ChangeNote(viewer.getUsername(), reason);
    }
}
