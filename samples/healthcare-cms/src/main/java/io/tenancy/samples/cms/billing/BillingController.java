package io.tenancy.samples.cms.billing;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.coupon.CouponRefusedException;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.subscription.PreviewOutdatedException;
import io.tenancy.billing.subscription.Subscription;
import io.tenancy.billing.subscription.SubscriptionChange;
import io.tenancy.billing.subscription.SubscriptionPreview;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.samples.cms.account.SignedInUser;
import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.web.ClinicPage;
import jakarta.servlet.http.HttpSession;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The clinic's plan and what it costs; every path here asks for the log-in of an editor. */
@Controller
@ClinicPage
@RequestMapping("/desk/billing")
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class BillingController {

    private static final String HOME = "redirect:/desk/billing";
    private static final String SHOWN = BillingController.class.getName() + ".SHOWN";
    private static final int LONGEST_REASON = 400;
    private static final int LONGEST_CODE = 60;

    private final TenancyBilling billing;
    private final BillingPages pages;
    private final CardPayments cards;

    BillingController(TenancyBilling billing, BillingPages pages, CardPayments cards) {
        this.billing = billing;
        this.pages = pages;
        this.cards = cards;
    }

    /** A preview that was shown, and how the form that takes it up names it. */
    private record Shown(String name, SubscriptionPreview preview) {}

    @GetMapping
    String page(
            @RequestParam(required = false) @Nullable String interval, @ModelAttribute("site") Site site, Model model) {
        Subscription subscription = subscription();
        BillingInterval chosen = interval == null ? subscription.interval() : interval(interval);
        model.addAttribute("billing", pages.overview(subscription, site));
        model.addAttribute("way", cards.way(subscription).orElse(null));
        model.addAttribute("plans", pages.plans(subscription, chosen, site.getLocale()));
        model.addAttribute("interval", word(chosen));
        model.addAttribute("next", pages.next(subscription, site));
        model.addAttribute("invoices", pages.invoices(subscription.tenant(), site));
        model.addAttribute("creditNotes", pages.creditNotes(subscription.tenant(), site));
        return "editor/billing";
    }

    @GetMapping("/preview")
    String preview(
            @RequestParam String plan,
            @RequestParam String interval,
            @RequestParam(required = false) @Nullable String when,
            @ModelAttribute("site") Site site,
            HttpSession session,
            Model model,
            RedirectAttributes flash) {
        Subscription subscription = subscription();
        BillingInterval chosen = interval(interval);
        boolean later = when == null
                ? pages.isBetterLater(subscription, plan, chosen)
                : "renewal".equals(when) && pages.canWait(subscription);
        try {
            SubscriptionPreview preview = billing.subscriptions().preview(subscription.tenant(), change(plan, chosen));
            Shown shown = new Shown(UUID.randomUUID().toString(), preview);
            session.setAttribute(SHOWN, shown);
            model.addAttribute("shown", shown.name());
            model.addAttribute("target", pages.target(subscription, preview, plan, chosen, later, site));
            model.addAttribute("way", cards.way(subscription).orElse(null));
            return "editor/billing-preview";
        } catch (BillingException refused) {
            return refused(flash);
        }
    }

    /** Takes up what was shown, to the cent. A second click finds that done, and charges nothing. */
    @PostMapping("/change")
    String change(
            @RequestParam String shown,
            @RequestParam String plan,
            @RequestParam String interval,
            @RequestParam(defaultValue = "") String pay,
            @AuthenticationPrincipal SignedInUser viewer,
            HttpSession session,
            RedirectAttributes flash) {
        Subscription before = subscription();
        BillingInterval chosen = interval(interval);
        try {
            boolean known = session.getAttribute(SHOWN) instanceof Shown last
                    && last.name().equals(shown);
            if (known) {
                SubscriptionPreview preview = ((Shown) session.getAttribute(SHOWN)).preview();
                requireOwn(preview.tenant());
                billing.subscriptions().change(preview, note(viewer, "changed to plan " + plan));
            } else if (!has(before, plan, chosen)) {
                return outdated(plan, interval, flash);
            }
            flash.addFlashAttribute("notice", "billing.notice.changed");
            return "card".equals(pay) ? toTheCard(flash) : HOME;
        } catch (PreviewOutdatedException outdated) {
            if (has(subscription(), plan, chosen)) {
                flash.addFlashAttribute("notice", "billing.notice.changed");
                return HOME;
            }
            return outdated(plan, interval, flash);
        } catch (BillingException refused) {
            return refused(flash);
        }
    }

    /** The plan is changed already: what fails here fails without it. */
    private String toTheCard(RedirectAttributes flash) {
        try {
            return "redirect:" + cards.payWhatIsDueOrLeave(subscription(), CardController.backWithACard());
        } catch (BillingException refused) {
            flash.addFlashAttribute("warning", "billing.warning.card");
            return HOME;
        }
    }

    private static void requireOwn(TenantId tenant) {
        if (!Tenancy.isCurrent(tenant)) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
    }

    private static String outdated(String plan, String interval, RedirectAttributes flash) {
        flash.addFlashAttribute("warning", "billing.warning.outdated");
        flash.addAttribute("plan", plan);
        flash.addAttribute("interval", interval);
        return "redirect:/desk/billing/preview";
    }

    private static boolean has(Subscription subscription, String plan, BillingInterval interval) {
        return subscription.plan().code().equals(plan)
                && subscription.interval().equals(interval);
    }

    @PostMapping("/schedule")
    String schedule(
            @RequestParam String plan,
            @RequestParam String interval,
            @AuthenticationPrincipal SignedInUser viewer,
            RedirectAttributes flash) {
        BillingInterval chosen = interval(interval);
        return done(
                "billing.notice.scheduled",
                flash,
                () -> billing.subscriptions()
                        .changeAtRenewal(tenant(), change(plan, chosen), note(viewer, "plan " + plan + " at renewal")));
    }

    @PostMapping("/unschedule")
    String unschedule(
            @RequestParam UUID change, @AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return done(
                "billing.notice.unscheduled",
                flash,
                () -> billing.subscriptions().unschedule(tenant(), change, note(viewer, "took a change back")));
    }

    @PostMapping("/cancel")
    String cancel(
            @RequestParam(defaultValue = "") String reason,
            @AuthenticationPrincipal SignedInUser viewer,
            RedirectAttributes flash) {
        String said = reason.isBlank() ? "no reason given" : shortened(reason, LONGEST_REASON);
        return done(
                "billing.notice.cancelled",
                flash,
                () -> billing.subscriptions().cancel(tenant(), said, note(viewer, "cancelled")));
    }

    @PostMapping("/reactivate")
    String reactivate(@AuthenticationPrincipal SignedInUser viewer, RedirectAttributes flash) {
        return done(
                "billing.notice.reactivated",
                flash,
                () -> billing.subscriptions().reactivate(tenant(), note(viewer, "took the cancellation back")));
    }

    @PostMapping("/coupon")
    String coupon(
            @RequestParam(defaultValue = "") String code,
            @AuthenticationPrincipal SignedInUser viewer,
            RedirectAttributes flash) {
        String typed = shortened(code, LONGEST_CODE).toUpperCase(Locale.ROOT);
        return done(
                "billing.notice.coupon",
                flash,
                () -> billing.subscriptions().redeem(tenant(), typed, note(viewer, "redeemed a coupon")));
    }

    /** A change, which may be refused. */
    private interface Work {
        Subscription run();
    }

    private static String done(String notice, RedirectAttributes flash, Work work) {
        try {
            var unused = work.run();
            flash.addFlashAttribute("notice", notice);
            return HOME;
        } catch (CouponRefusedException refused) {
            flash.addFlashAttribute("warning", "billing.warning.coupon");
            return HOME;
        } catch (BillingException refused) {
            return refused(flash);
        }
    }

    private static String refused(RedirectAttributes flash) {
        flash.addFlashAttribute("warning", "billing.warning.refused");
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

    private static SubscriptionChange change(String plan, BillingInterval interval) {
        return new SubscriptionChange.ToPlan(plan, 0, interval, 0);
    }

    private static BillingInterval interval(String word) {
        return switch (word) {
            case "month" -> BillingInterval.MONTHLY;
            case "year" -> BillingInterval.YEARLY;
            default -> throw new ResponseStatusException(HttpStatus.BAD_REQUEST);
        };
    }

    static String word(BillingInterval interval) {
        return interval.equals(BillingInterval.YEARLY) ? "year" : "month";
    }

    private static ChangeNote note(SignedInUser viewer, String reason) {
        return new ChangeNote(viewer.getUsername(), reason);
    }

    private static String shortened(String text, int length) {
        String stripped = text.strip().replace("\0", "");
        return stripped.length() <= length ? stripped : stripped.substring(0, length);
    }
}
