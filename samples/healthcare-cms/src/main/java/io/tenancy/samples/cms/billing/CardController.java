package io.tenancy.samples.cms.billing;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.stripe.payment.ReturnWays;
import io.tenancy.billing.subscription.Subscription;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.samples.cms.account.SignedInUser;
import io.tenancy.samples.cms.web.ClinicPage;
import java.net.URI;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * Sends a clinic to Stripe's pages and takes it back from there; every path here asks for the log-in of an editor, and none of
 * them is shown a card. A suspended clinic gets here too, or it could never pay.
 */
@Controller
@ClinicPage
@RequestMapping("/desk/billing")
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class CardController {

    private static final Logger log = LoggerFactory.getLogger(CardController.class);
    private static final String HOME = "redirect:/desk/billing";

    private final TenancyBilling billing;
    private final CardPayments cards;

    CardController(TenancyBilling billing, CardPayments cards) {
        this.billing = billing;
        this.cards = cards;
    }

    @PostMapping("/card")
    String leave(RedirectAttributes flash) {
        return sentTo(flash, () -> cards.leave(subscription(), backWithACard()));
    }

    @PostMapping("/card/change")
    String change(RedirectAttributes flash) {
        return sentTo(flash, () -> cards.change(tenant(), URI.create(here("/desk/billing/card/changed"))));
    }

    @PostMapping("/invoices/{id}/pay")
    String pay(@PathVariable UUID id, RedirectAttributes flash) {
        boolean own = billing.invoices().find(tenant(), id).isPresent();
        if (!own) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        return sentTo(
                flash,
                () -> cards.pay(
                        tenant(),
                        id,
                        new ReturnWays(
                                here("/desk/billing/paid") + "?page=" + ReturnWays.PAGE, here("/desk/billing"))));
    }

    /** Back from the page on which a card was left, with the wish to pay by it. */
    @GetMapping("/card/left")
    String left(
            @RequestParam(defaultValue = "") String page,
            @AuthenticationPrincipal SignedInUser viewer,
            RedirectAttributes flash) {
        return back(flash, "billing.notice.card", () -> {
            boolean left = cards.returned(tenant(), page);
            if (left) {
                cards.useTheCard(tenant(), note(viewer, "left a card"));
            }
            return left;
        });
    }

    /** Back from the page on which an invoice was paid. */
    @GetMapping("/paid")
    String paid(@RequestParam(defaultValue = "") String page, RedirectAttributes flash) {
        return back(flash, "billing.notice.paid", () -> cards.returned(tenant(), page));
    }

    /** Back from the page on which the card can be changed; it does not say whether it was. */
    @GetMapping("/card/changed")
    String changed(RedirectAttributes flash) {
        return back(flash, "billing.notice.looked", () -> {
            cards.lookAtTheCard(tenant());
            return true;
        });
    }

    @PostMapping("/card/use")
    String use(@AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return back(flash, "billing.notice.card", () -> {
            cards.useTheCard(tenant(), note(viewer, "pays by card"));
            return true;
        });
    }

    @PostMapping("/transfer")
    String transfer(@AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return back(flash, "billing.notice.transfer", () -> {
            cards.useTransfers(tenant(), note(viewer, "pays by transfer"));
            return true;
        });
    }

    @PostMapping("/begin")
    String begin(@AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return back(flash, "billing.notice.begin", () -> {
            cards.begin(tenant(), note(viewer, "began before the trial was over"));
            return true;
        });
    }

    /** Where people come back to who left a card and want to pay by it. */
    static ReturnWays backWithACard() {
        return new ReturnWays(here("/desk/billing/card/left") + "?page=" + ReturnWays.PAGE, here("/desk/billing"));
    }

    // The host is the clinic's, or the request would not have come this far.
    private static String here(String path) {
        return ServletUriComponentsBuilder.fromCurrentContextPath().path(path).toUriString();
    }

    private static String sentTo(RedirectAttributes flash, Supplier<URI> page) {
        try {
            return "redirect:" + page.get();
        } catch (BillingException refused) {
            return refused(flash, refused);
        }
    }

    private static String back(RedirectAttributes flash, String notice, Supplier<Boolean> work) {
        try {
            boolean done = work.get();
            flash.addFlashAttribute(done ? "notice" : "warning", done ? notice : "billing.warning.notPaid");
            return HOME;
        } catch (BillingException refused) {
            return refused(flash, refused);
        }
    }

    private static String refused(RedirectAttributes flash, BillingException refused) {
        log.info("A clinic could not pay by card just now", refused);
        flash.addFlashAttribute("warning", "billing.warning.card");
        return HOME;
    }

    private Subscription subscription() {
        return billing.subscriptions()
                .find(tenant())
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private static TenantId tenant() {
        return Tenancy.require().id();
    }

    private static ChangeNote note(SignedInUser viewer, String reason) {
        return new ChangeNote(viewer.getUsername(), reason);
    }
}
