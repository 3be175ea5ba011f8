package io.tenancy.samples.cms.platform;

import io.tenancy.billing.BillingException;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.security.Principal;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
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

/** What comes from Stripe and what differs there, as the operator sees it; every path here asks for the operator. */
@Controller
@RequestMapping("/platform/stripe")
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class StripeController {

    private static final int LONGEST_TEXT = 200;

    private final StripeDesk desk;

    StripeController(StripeDesk desk) {
        this.desk = desk;
    }

    @GetMapping
    String page(@ModelAttribute("place") StripePlace place, Model model) {
        if (!desk.isThere()) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        Tenancy.runAsPlatform("operator: look at what comes from Stripe", () -> {
            model.addAttribute("stripe", desk.standing());
            model.addAttribute("parked", desk.parked(place));
            model.addAttribute("findings", desk.findings(place));
        });
        model.addAttribute("stripeIsThere", true);
        return "platform/stripe";
    }

    @PostMapping("/compare")
    String compare(RedirectAttributes flash) {
        return done(StripePlace.NEWEST, flash, "compare with Stripe", desk::compare);
    }

    @PostMapping("/events/{id}/replay")
    String replay(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute("place") StripePlace place,
            Principal operator,
            RedirectAttributes flash) {
        String why = text(reason);
        return why.isEmpty()
                ? missing(place, flash)
                : done(place, flash, "play event " + id + " again: " + why, () -> {
                    desk.replay(id, new ChangeNote(operator.getName(), why));
                    return "The event is played again, in the background: it is back here if it fails once more.";
                });
    }

    @PostMapping("/findings/{id}/resolve")
    String resolve(
            @PathVariable UUID id,
            @RequestParam(defaultValue = "") String reason,
            @ModelAttribute("place") StripePlace place,
            Principal operator,
            RedirectAttributes flash) {
        String how = text(reason);
        return how.isEmpty()
                ? missing(place, flash)
                : done(place, flash, "settle finding " + id + ": " + how, () -> {
                    desk.resolve(id, new ChangeNote(operator.getName(), how));
                    return "The difference is settled, and is not told again.";
                });
    }

    private static String missing(StripePlace place, RedirectAttributes flash) {
        flash.addFlashAttribute("warning", "Something is missing in the form; nothing was changed.");
        return "redirect:" + place.address();
    }

    private static String done(StripePlace place, RedirectAttributes flash, String what, Supplier<String> work) {
        try {
            flash.addFlashAttribute("notice", Tenancy.callAsPlatform("operator: " + what, work::get));
        } catch (BillingException | IllegalArgumentException refused) {
            flash.addFlashAttribute("warning", String.valueOf(refused.getMessage()));
        }
        return "redirect:" + place.address();
    }

    private static String text(String typed) {
        String stripped = typed.strip().replace("\0", "");
        return stripped.length() <= LONGEST_TEXT ? stripped : stripped.substring(0, LONGEST_TEXT);
    }
}
