package io.tenancy.samples.cms.plugin;

import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.extension.ExtensionResult;
import io.tenancy.plugins.extension.Finding.Severity;
import io.tenancy.plugins.extension.PluginBlockedException;
import io.tenancy.plugins.extension.PluginTrace;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.samples.cms.article.Article;
import io.tenancy.samples.cms.article.EditorialDesk;
import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.web.ClinicPage;
import java.text.NumberFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import tools.jackson.databind.json.JsonMapper;

/** Has the clinic's plugins look at an article as it is stored; every path here asks for a log-in. */
@Controller
@ClinicPage
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class ArticleCheckController {

    private static final JsonMapper JSON = new JsonMapper();

    private final TenancyPlugins plugins;
    private final EditorialDesk desk;

    ArticleCheckController(TenancyPlugins plugins, EditorialDesk desk) {
        this.plugins = plugins;
        this.desk = desk;
    }

    /**
     * What a plugin did, in words.
     *
     * @param plugin its id
     * @param title of the plugin
     * @param outcome as in {@link PluginTrace.Outcome}
     * @param fuel how much
     * @param millis how long
     * @param detail why not; empty where it returned
     */
    record Step(String plugin, String title, String outcome, String fuel, String millis, String detail) {}

    // Not by GET: it costs the clinic fuel.
    @PostMapping("/editor/articles/{id}/check")
    String check(@PathVariable UUID id, @ModelAttribute("site") Site site, Model model) {
        Article article = desk.open(id);
        String text = article.getTitle() + "\n\n" + article.getSummary() + "\n\n" + article.getBody();
        model.addAttribute("article", article);
        TenantId clinic = Tenancy.require().id();
        try {
            ExtensionResult result = plugins.extensions()
                    .call(clinic, ExtensionPoint.CONTENT_VALIDATE, JSON.writeValueAsString(Map.of("text", text)));
            show(CheckedText.of(text, result.findings()), model);
            model.addAttribute("steps", steps(result.trace(), site.getLocale()));
            if (!result.warnings().isEmpty()) {
                model.addAttribute("warning", "check.warned");
            }
        } catch (PluginBlockedException blocked) {
            show(CheckedText.of(text, List.of()), model);
            model.addAttribute("steps", steps(blocked.trace(), site.getLocale()));
            model.addAttribute("warning", "check.blocked");
        } catch (PluginException unavailable) {
            show(CheckedText.of(text, List.of()), model);
            model.addAttribute("steps", List.of());
            model.addAttribute("warning", "check.unavailable");
        }
        return "editor/check";
    }

    private static void show(CheckedText checked, Model model) {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (Severity severity : Severity.values()) {
            counts.put(severity.name(), checked.count(severity));
        }
        model.addAttribute("checked", checked);
        model.addAttribute("counts", counts);
    }

    private List<Step> steps(List<PluginTrace> trace, Locale locale) {
        NumberFormat whole = NumberFormat.getIntegerInstance(locale);
        NumberFormat tenths = NumberFormat.getNumberInstance(locale);
        tenths.setMinimumFractionDigits(1);
        tenths.setMaximumFractionDigits(1);
        return trace.stream()
                .map(each -> new Step(
                        each.plugin(),
                        plugins.market().stored(each.digest()).title(),
                        each.outcome().name(),
                        whole.format(each.fuel()),
                        tenths.format(each.micros() / 1_000.0),
                        each.detail()))
                .toList();
    }
}
