package io.tenancy.samples.cms.plugin;

import io.tenancy.plugins.extension.BoundPlugin;
import io.tenancy.plugins.extension.FailurePolicy;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.samples.cms.account.SignedInUser;
import io.tenancy.samples.cms.web.ClinicPage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * In which order a clinic's plugins are asked, and what happens when one fails. For editors only. No plugin is called
 * {@code in-order}: their ids have no hyphens.
 */
@Controller
@ClinicPage
@RequestMapping("/desk/plugins/in-order")
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class PluginOrderController {

    private final TenancyPlugins plugins;
    private final ClinicPlugins clinic;

    PluginOrderController(TenancyPlugins plugins, ClinicPlugins clinic) {
        this.plugins = plugins;
        this.clinic = clinic;
    }

    /** Which way a plugin is moved. */
    enum Way {
        UP,
        DOWN
    }

    /**
     * The plugins at an extension point.
     *
     * @param point its key
     * @param places in their order
     */
    record Point(String point, List<Place> places) {}

    /**
     * A plugin's place.
     *
     * @param plugin its id
     * @param title for people
     * @param policy what happens when it fails
     * @param enabled whether it is asked
     */
    record Place(String plugin, String title, FailurePolicy policy, boolean enabled) {}

    @GetMapping
    String page(Model model) {
        model.addAttribute("store", true);
        model.addAttribute("policies", FailurePolicy.values());
        model.addAttribute(
                "points",
                Stream.of(ExtensionPoint.values())
                        .map(each -> new Point(each.key(), places(each)))
                        .filter(each -> !each.places.isEmpty())
                        .toList());
        return "editor/plugins-in-order";
    }

    private List<Place> places(ExtensionPoint point) {
        Set<String> enabled = plugins.extensions().plugins(clinic.clinic(), point).stream()
                .map(BoundPlugin::plugin)
                .collect(Collectors.toSet());
        return plugins.extensions().all(clinic.clinic(), point).stream()
                .map(each -> new Place(
                        each.plugin(),
                        plugins.market().stored(each.digest()).title(),
                        each.policy(),
                        enabled.contains(each.plugin())))
                .toList();
    }

    /** Lets a plugin change places with its neighbour; at the end of the row nothing changes. */
    @PostMapping("/{point}/{plugin}/move")
    String move(
            @PathVariable String point,
            @PathVariable String plugin,
            @RequestParam Way way,
            @AuthenticationPrincipal SignedInUser viewer,
            RedirectAttributes flash) {
        ExtensionPoint at = at(point);
        List<String> order = new ArrayList<>(order(at));
        int from = order.indexOf(plugin);
        int to = from + (way == Way.UP ? -1 : 1);
        if (from < 0) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        if (to < 0 || to >= order.size()) {
            return back(at, plugin);
        }
        Collections.swap(order, from, to);
        return changed(at, plugin, flash, () -> {
            plugins.extensions().order(clinic.clinic(), at, order, ClinicPlugins.note(viewer, "ordered on the page"));
            flash.addFlashAttribute("notice", "plugins.notice.ordered");
        });
    }

    @PostMapping("/{point}/{plugin}/policy")
    String policy(
            @PathVariable String point,
            @PathVariable String plugin,
            @RequestParam FailurePolicy policy,
            @AuthenticationPrincipal SignedInUser viewer,
            RedirectAttributes flash) {
        ExtensionPoint at = at(point);
        if (!order(at).contains(plugin)) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        return changed(at, plugin, flash, () -> {
            plugins.extensions()
                    .policy(clinic.clinic(), at, plugin, policy, ClinicPlugins.note(viewer, "decided on the page"));
            flash.addFlashAttribute("notice", "plugins.notice.policy");
        });
    }

    private String changed(ExtensionPoint at, String plugin, RedirectAttributes flash, Runnable change) {
        return clinic.change(plugin, flash, () -> {
            try {
                change.run();
            } catch (IllegalArgumentException meanwhile) {
                // Somebody else installed or uninstalled one since the page was asked for.
                flash.addFlashAttribute("warning", "plugins.warning.order");
            }
            return back(at, plugin);
        });
    }

    private static ExtensionPoint at(String point) {
        return ExtensionPoint.of(point).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private List<String> order(ExtensionPoint at) {
        return plugins.extensions().all(clinic.clinic(), at).stream()
                .map(BoundPlugin::plugin)
                .toList();
    }

    private static String back(ExtensionPoint at, String plugin) {
        return "redirect:/desk/plugins/in-order#" + at.key() + "-" + plugin;
    }
}
