package io.tenancy.samples.cms.plugin;

import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.extension.BoundPlugin;
import io.tenancy.plugins.extension.ExtensionResult;
import io.tenancy.plugins.extension.PluginTrace;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.plugins.pack.PackageReader;
import io.tenancy.plugins.pack.PluginFunction;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.samples.cms.web.ClinicPage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A form whose fields and whose answer are those of the clinic's calculator; every path here asks for a log-in. */
@Controller
@ClinicPage
@RequestMapping("/desk/calculator")
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class CalculatorController {

    private static final JsonMapper JSON = new JsonMapper();

    private final TenancyPlugins plugins;

    CalculatorController(TenancyPlugins plugins) {
        this.plugins = plugins;
    }

    @GetMapping
    String page(Model model) {
        return show(Map.of(), model);
    }

    // Nothing of what is typed is kept: it is about a patient.
    @PostMapping
    String calculate(@RequestParam Map<String, String> typed, Model model) {
        return show(typed, model);
    }

    private String show(Map<String, String> typed, Model model) {
        TenantId clinic = Tenancy.require().id();
        model.addAttribute("calculator", true);
        Optional<PluginManifest> first = plugins.extensions().plugins(clinic, ExtensionPoint.FORM_CALCULATE).stream()
                .findFirst()
                .map(BoundPlugin::digest)
                .map(plugins.market()::bytes)
                .map(bytes -> PackageReader.read(bytes).manifest());
        if (first.isEmpty()) {
            return "editor/calculator";
        }
        PluginManifest manifest = first.get();
        PluginFunction function = Objects.requireNonNull(manifest.functions()
                .get(Objects.requireNonNull(manifest.extensionPoints().get(ExtensionPoint.FORM_CALCULATE))));
        CalculatorForm form = CalculatorForm.of(function, typed);
        model.addAttribute("title", manifest.title());
        model.addAttribute("form", form);
        if (!typed.isEmpty()) {
            answer(clinic, manifest.id(), form, model);
        }
        return "editor/calculator";
    }

    private void answer(TenantId clinic, String plugin, CalculatorForm form, Model model) {
        try {
            ExtensionResult result = plugins.extensions().call(clinic, ExtensionPoint.FORM_CALCULATE, form.json());
            model.addAttribute("answers", answers(result, plugin));
            result.trace().stream()
                    .filter(each -> each.plugin().equals(plugin) && !each.isReturned())
                    .map(PluginTrace::detail)
                    .findFirst()
                    .ifPresent(why -> model.addAttribute("detail", why));
        } catch (PluginException unavailable) {
            model.addAttribute("detail", String.valueOf(unavailable.getMessage()));
        }
    }

    private static Map<String, String> answers(ExtensionResult result, String plugin) {
        Map<String, String> answers = new LinkedHashMap<>();
        result.outputs().stream()
                .filter(each -> each.plugin().equals(plugin))
                .map(each -> JSON.readTree(each.json()))
                .filter(JsonNode::isObject)
                .flatMap(each -> each.properties().stream())
                .forEach(each -> answers.put(
                        CalculatorForm.words(each.getKey()), each.getValue().asString("")));
        return answers;
    }
}
