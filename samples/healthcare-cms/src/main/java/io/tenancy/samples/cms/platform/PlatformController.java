package io.tenancy.samples.cms.platform;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import io.tenancy.billing.document.InvoiceHtml;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.run.BillingRun;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.billing.subscription.Subscription;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.samples.cms.CmsProperties;
import io.tenancy.samples.cms.billing.InvoiceDocuments;
import java.math.BigDecimal;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
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

/** The clinics' bills as the operator sees them; every path here but the log-in asks for the operator. */
@Controller
@RequestMapping("/platform")
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class PlatformController {

    private static final String HOME = "redirect:/platform";
    private static final int LONGEST_TEXT = 200;
    private static final int LONGEST_EXTENSION = 90;

    private final TenancyBilling billing;
    private final PlatformPages pages;
    private final StripeDesk stripe;
    private final CmsProperties properties;

    PlatformController(TenancyBilling billing, PlatformPages pages, StripeDesk stripe, CmsProperties properties) {
        this.billing = billing;
        this.pages = pages;
        this.stripe = stripe;
        this.properties = properties;
    }

    @ModelAttribute("stripeIsThere")
    boolean stripeIsThere() {
        return stripe.isThere();
    }

    @GetMapping("/login")
    String login(@Nullable Principal operator, Model model) {
        if (operator != null) {
            return HOME;
        }
        if (properties.demoCredentials()) {
            model.addAttribute("demoName", properties.operator().name());
            model.addAttribute("demoPassword", properties.operatorPassword());
        }
        return "platform/login";
    }

    @GetMapping
    String page(Model model) {
        Tenancy.runAsPlatform("operator: look at the clinics and their bills", () -> {
            model.addAttribute("clinics", pages.clinics());
            model.addAttribute("invoices", pages.openInvoices());
            model.addAttribute("paid", pages.paidInvoices());
        });
        return "platform/index";
    }

    @GetMapping("/clinics/{clinic}/invoices/{id}")
    ResponseEntity<byte[]> invoice(@PathVariable UUID clinic, @PathVariable UUID id) {
        Invoice invoice = Tenancy.callAsPlatform(
                "operator: read invoice " + id,
                () -> billing.invoices()
                        .find(new TenantId(clinic), id)
                        .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND)));
        return new InvoiceDocuments(new InvoiceHtml(Locale.US)).page(invoice);
    }

    @PostMapping("/clinics/{clinic}/invoices/{id}/paid")
    String paid(
            @PathVariable UUID clinic,
            @PathVariable UUID id,
            @RequestParam(defaultValue = "") String reference,
            Principal operator,
            RedirectAttributes flash) {
        String named = text(reference);
        return done(flash, named.isEmpty() ? null : "marked invoice " + id + " as paid: " + named, () -> {
            billing.payments().markPaid(new TenantId(clinic), id, named, note(operator, "paid: " + named));
            return "The invoice is paid. Where access was lessened because of it, the clinic has it back.";
        });
    }

    @PostMapping("/clinics/{clinic}/invoices/{id}/credit")
    String credit(
            @PathVariable UUID clinic,
            @PathVariable UUID id,
            @RequestParam(defaultValue = "") String amount,
            @RequestParam(defaultValue = "") String reason,
            Principal operator,
            RedirectAttributes flash) {
        String why = text(reason);
        BigDecimal value = number(amount);
        boolean complete = !why.isEmpty() && value != null;
        return done(flash, complete ? "credited " + amount + " of invoice " + id + ": " + why : null, () -> {
            TenantId tenant = new TenantId(clinic);
            String currency = billing.invoices()
                    .find(tenant, id)
                    .map(Invoice::currency)
                    .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
            var written = billing.invoices()
                    .credit(tenant, id, Money.of(Objects.requireNonNull(value), currency), note(operator, why));
            return "Credit note " + written.number() + " takes it back.";
        });
    }

    /**
     * Takes a paid invoice back, in whole or in part, and pays that back. The key is the form's: a second click finds what the
     * first one did.
     */
    @PostMapping("/clinics/{clinic}/invoices/{id}/refund")
    String refund(
            @PathVariable UUID clinic,
            @PathVariable UUID id,
            @RequestParam UUID key,
            @RequestParam(defaultValue = "") String amount,
            @RequestParam(defaultValue = "") String reason,
            Principal operator,
            RedirectAttributes flash) {
        String why = text(reason);
        BigDecimal value = number(amount);
        boolean complete = !why.isEmpty() && value != null;
        return done(flash, complete ? "paid back " + amount + " of invoice " + id + ": " + why : null, () -> {
            TenantId tenant = new TenantId(clinic);
            Invoice invoice = billing.invoices()
                    .find(tenant, id)
                    .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
            Money back = Money.of(Objects.requireNonNull(value), invoice.currency());
            var written = billing.invoices().credit(tenant, id, back, key.toString(), note(operator, why));
            billing.payments().refund(tenant, back, key.toString(), note(operator, why));
            // Otherwise the jobs would ask with their next run.
            var asked = billing.payments().collectDue(tenant);
            return "Credit note " + written.number() + " takes it back, and " + back + " is on its way to the clinic"
                    + (asked == 0 ? " already." : ".");
        });
    }

    private static @Nullable BigDecimal number(String amount) {
        try {
            return new BigDecimal(amount.strip());
        } catch (NumberFormatException malformed) {
            return null;
        }
    }

    @PostMapping("/clinics/{clinic}/invoices/{id}/give-up")
    String giveUp(@PathVariable UUID clinic, @PathVariable UUID id, Principal operator, RedirectAttributes flash) {
        return done(flash, "gave up invoice " + id, () -> {
            billing.invoices().writeOff(new TenantId(clinic), id, note(operator, "given up by the operator"));
            return "The invoice is given up. A payment is still taken.";
        });
    }

    @PostMapping("/clinics/{clinic}/trial")
    String trial(
            @PathVariable UUID clinic,
            @RequestParam(defaultValue = "0") int days,
            Principal operator,
            RedirectAttributes flash) {
        boolean sensible = days >= 1 && days <= LONGEST_EXTENSION;
        return done(flash, sensible ? "extended the trial of " + clinic + " by " + days + " days" : null, () -> {
            TenantId tenant = new TenantId(clinic);
            Instant end = billing.subscriptions()
                    .find(tenant)
                    .map(Subscription::trialEndsAt)
                    .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
            billing.subscriptions()
                    .extendTrial(tenant, end.plus(Duration.ofDays(days)), note(operator, days + " more days of trial"));
            return "The trial lasts " + days + " days longer.";
        });
    }

    /** A subscription that is over does not come back by itself, not even when its last invoice is paid. */
    @PostMapping("/clinics/{clinic}/restart")
    String restart(@PathVariable UUID clinic, Principal operator, RedirectAttributes flash) {
        return done(flash, "began a new subscription of " + clinic, () -> {
            TenantId tenant = new TenantId(clinic);
            String plan = billing.subscriptions()
                    .find(tenant)
                    .map(over -> over.plan().code())
                    .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
            NewSubscription again = NewSubscription.of(plan).withTrial(0);
            var begun = billing.subscriptions().start(tenant, again, note(operator, "began again"));
            return "The clinic has a new subscription of plan " + begun.plan().code() + ".";
        });
    }

    @PostMapping("/run")
    String run(Principal operator, RedirectAttributes flash) {
        return done(flash, "ran billing", () -> {
            BillingRun.Done done = billing.run().run();
            return "Billing was run: " + done.subscriptions() + " subscriptions were due, " + done.dunned()
                    + " unpaid invoices came a step further.";
        });
    }

    @GetMapping("/revenue")
    String revenue(Model model) {
        Tenancy.runAsPlatform("operator: look at the revenue", () -> model.addAttribute("currencies", pages.revenue()));
        return "platform/revenue";
    }

    /** What the operator does; says what came of it. */
    private interface Work {
        String run();
    }

    private static String done(RedirectAttributes flash, @Nullable String what, Work work) {
        if (what == null) {
            flash.addFlashAttribute("warning", "Something is missing in the form; nothing was changed.");
            return HOME;
        }
        try {
            flash.addFlashAttribute("notice", Tenancy.callAsPlatform("operator: " + what, work::run));
        } catch (BillingException | IllegalArgumentException | ArithmeticException refused) {
            flash.addFlashAttribute("warning", String.valueOf(refused.getMessage()));
        }
        return HOME;
    }

    private static String text(String typed) {
        String stripped = typed.strip().replace("\0", "");
        return stripped.length() <= LONGEST_TEXT ? stripped : stripped.substring(0, LONGEST_TEXT);
    }

    private static ChangeNote note(Principal operator, String reason) {
        return new ChangeNote(operator.getName(), reason);
    }
}
