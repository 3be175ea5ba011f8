package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.plan.ClinicPlan;
import io.tenancy.samples.cms.plan.Offer;
import io.tenancy.samples.cms.plan.Resource;
import io.tenancy.samples.cms.site.Site;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** What the clinic used of its plan; every path here asks for a log-in. */
@Controller
@ClinicPage
@RequestMapping("/desk/usage")
class UsageController {

    private final ClinicPlan plan;
    private final UsageFigures figures;
    private final UsageStreams streams;
    private final CurrentSite currentSite;

    UsageController(ClinicPlan plan, UsageFigures figures, UsageStreams streams, CurrentSite currentSite) {
        this.plan = plan;
        this.figures = figures;
        this.streams = streams;
        this.currentSite = currentSite;
    }

    @GetMapping
    String page(
            @RequestParam(required = false) @Nullable String upgrade, @ModelAttribute("site") Site site, Model model) {
        model.addAttribute("planName", plan.name().orElse(null));
        model.addAttribute("figures", figures.now(site));
        model.addAttribute("databaseSize", databaseSize(site.getLocale()));
        model.addAttribute("offers", rows(plan.offers(), site.getLocale()));
        model.addAttribute("upgrade", "api_access".equals(upgrade));
        return "editor/usage";
    }

    private @Nullable String databaseSize(Locale locale) {
        OptionalLong bytes = plan.databaseBytes();
        return bytes.isPresent() ? UsageFigures.amount(Resource.STORAGE, bytes.getAsLong(), locale) : null;
    }

    /** Figures as they change. The first come at once. */
    @GetMapping(path = "/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter live(HttpServletRequest request, HttpServletResponse response, HttpSession session) {
        response.setHeader("Cache-Control", "no-store");
        // A proxy that collects before it passes on would make the figures stand still.
        response.setHeader("X-Accel-Buffering", "no");
        return streams.open(currentSite.require(request), session);
    }

    static OfferRow row(Offer offer, Locale locale) {
        Map<String, String> limits = new LinkedHashMap<>();
        for (Resource resource : Resource.values()) {
            long limit = offer.limit(resource);
            limits.put(
                    resource.name(), limit == ClinicPlan.UNLIMITED ? "" : UsageFigures.amount(resource, limit, locale));
        }
        return new OfferRow(offer.name(), limits, offer.api(), offer.current());
    }

    static List<OfferRow> rows(List<Offer> offers, Locale locale) {
        return offers.stream().map(offer -> row(offer, locale)).toList();
    }

    /**
     * A plan as the page shows it.
     *
     * @param name its name
     * @param limits by {@link Resource}, in words; empty for no limit
     * @param api whether it has the API
     * @param current whether the clinic has it
     */
    record OfferRow(String name, Map<String, String> limits, boolean api, boolean current) {}
}
