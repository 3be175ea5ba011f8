package io.tenancy.samples.cms.billing;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.account.BillingAccount;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.payment.InvoiceCollection;
import io.tenancy.billing.payment.ManualPayments;
import io.tenancy.billing.stripe.TenancyStripe;
import io.tenancy.billing.stripe.client.CardOnFile;
import io.tenancy.billing.stripe.customer.StripeCustomer;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.billing.stripe.payment.ReturnWays;
import io.tenancy.billing.stripe.payment.StripePayments;
import io.tenancy.billing.subscription.Phase;
import io.tenancy.billing.subscription.Subscription;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * How a clinic pays: by transfer, unless it chose its card, which Stripe charges. Which card that is, only Stripe's own pages
 * are told.
 */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class CardPayments {

    // The end of a trial lies in the future, and billing counts in seconds.
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    private final @Nullable TenancyStripe stripe;
    private final TenancyBilling billing;
    private final InstantSource clock;

    CardPayments(ObjectProvider<TenancyStripe> stripe, TenancyBilling billing, InstantSource clock) {
        this.stripe = stripe.getIfAvailable();
        this.billing = billing;
        this.clock = clock;
    }

    /** Clinics pay by transfer until they choose otherwise: the first provider is the one of new clinics. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
    static class TransfersFirst {

        @Bean
        @Order(0)
        ManualPayments transfers() {
            return new ManualPayments();
        }
    }

    /**
     * How a clinic pays.
     *
     * @param byCard whether its invoices are charged to what it left
     * @param card what it left, such as {@code Visa •••• 4242}; null for nothing
     * @param expires until when that is good, such as {@code 12/2034}; null where it is not told
     * @param declined whether it was declined for an invoice that is still open
     * @param canBegin whether it can end its trial and begin at once
     */
    record Way(
            boolean byCard, @Nullable String card, @Nullable String expires, boolean declined, boolean canBegin) {}

    /** Empty where there is no Stripe: a clinic pays by transfer then, and nothing needs to be said about it. */
    Optional<Way> way(Subscription subscription) {
        TenancyStripe there = stripe;
        if (there == null) {
            return Optional.empty();
        }
        TenantId clinic = subscription.tenant();
        boolean byCard = account(clinic).provider().equals(StripePayments.NAME);
        CardOnFile card =
                there.customers().find(clinic).map(StripeCustomer::card).orElse(null);
        return Optional.of(new Way(
                byCard,
                card == null ? null : named(card),
                card == null ? null : month(card.expires()),
                byCard
                        && billing.payments().collections(clinic).stream()
                                .map(InvoiceCollection::declined)
                                .anyMatch(declined -> declined != null),
                byCard && card != null && subscription.phase() == Phase.TRIAL));
    }

    private static String named(CardOnFile card) {
        String brand = card.brand() == null ? card.type() : card.brand();
        String name = brand.substring(0, 1).toUpperCase(Locale.ROOT)
                + brand.substring(1).replace('_', ' ');
        return card.last4() == null ? name : name + " •••• " + card.last4();
    }

    /** As it stands on the card. */
    private static @Nullable String month(@Nullable String expires) {
        return expires == null
                ? null
                : YearMonth.parse(expires).format(DateTimeFormatter.ofPattern("MM/yyyy", Locale.ROOT));
    }

    /** The page on which a clinic leaves a card. */
    URI leave(Subscription subscription, ReturnWays ways) {
        return there().pages().save(subscription.tenant(), subscription.currency(), ways);
    }

    /** The page on which a clinic changes its card. */
    URI change(TenantId clinic, URI back) {
        return there().pages().portal(clinic, back);
    }

    /** The page on which a clinic pays an invoice. */
    URI pay(TenantId clinic, UUID invoice, ReturnWays ways) {
        return there().pages().pay(clinic, invoice, ways);
    }

    /** The page on which a clinic pays what is due now, or leaves a card where nothing is. */
    URI payWhatIsDueOrLeave(Subscription subscription, ReturnWays ways) {
        Optional<Invoice> due = billing.invoices().of(subscription.tenant()).stream()
                .filter(invoice -> invoice.status() == InvoiceStatus.OPEN)
                .filter(invoice -> !invoice.due().isZero())
                .findFirst();
        return due.isPresent() ? pay(subscription.tenant(), due.get().id(), ways) : leave(subscription, ways);
    }

    /** Somebody came back from a page; says whether it was paid or a card was left there. */
    boolean returned(TenantId clinic, String page) {
        return there().pages().returned(clinic, page);
    }

    /** Somebody may have changed the card: looks at once, and does not wait for Stripe's news. */
    void lookAtTheCard(TenantId clinic) {
        TenancyStripe known = there();
        known.customers()
                .find(clinic)
                .map(StripeCustomer::id)
                .ifPresent(id -> known.objects().refresh(ObjectKind.CUSTOMER, id));
        collect(clinic);
    }

    /** The clinic's invoices are charged to its card from now on, those that are open at once. */
    void useTheCard(TenantId clinic, ChangeNote note) {
        there();
        billing.accounts().use(clinic, account(clinic).seller(), StripePayments.NAME, note);
        billing.payments().collectNow(clinic, note);
        collect(clinic);
    }

    /** The clinic pays by transfer from now on. */
    void useTransfers(TenantId clinic, ChangeNote note) {
        billing.accounts().use(clinic, account(clinic).seller(), ManualPayments.NAME, note);
    }

    /** Ends the trial, so that the first invoice comes now. */
    void begin(TenantId clinic, ChangeNote note) {
        billing.subscriptions().extendTrial(clinic, clock.instant().plus(AT_ONCE), note);
    }

    // Otherwise the jobs would do it with their next run.
    private void collect(TenantId clinic) {
        var unused = billing.payments().collectDue(clinic);
    }

    private BillingAccount account(TenantId clinic) {
        return billing.accounts()
                .find(clinic)
                .orElseThrow(() -> new BillingException(
                        "Clinic " + clinic + " was to choose how it pays, but nobody is billed for it."));
    }

    private TenancyStripe there() {
        TenancyStripe known = stripe;
        if (known == null) {
            throw new BillingException("A card was to be charged, but there is no Stripe: set cms.stripe to 'fake', or"
                    + " tenancy.billing.stripe.api-key.");
        }
        return known;
    }
}
