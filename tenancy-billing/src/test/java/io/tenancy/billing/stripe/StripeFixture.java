package io.tenancy.billing.stripe;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.billing.stripe.payment.ReturnWays;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.test.stripe.FakeStripe;
import io.tenancy.test.stripe.StripeCharge;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Billing with Stripe on a real control database, against a fake Stripe whose time is the fixture's. */
public final class StripeFixture implements AutoCloseable {

    public static final String SECRET = "whsec_of_the_test";
    public static final ReturnWays WAYS =
            new ReturnWays("https://app.example.com/paid?page=" + ReturnWays.PAGE, "https://app.example.com/bill");

    private static final Pattern SETUP = Pattern.compile("\"setup_intent\"\\s*:\\s*\"(seti_[^\"]+)\"");

    public final FakeStripe fake;
    public final BillingFixture fixture;
    public final TenancyStripe stripe;

    public StripeFixture() {
        this(settings -> settings);
    }

    public StripeFixture(UnaryOperator<StripeSettings> settings) {
        this(settings, Duration.ZERO);
    }

    /** With a clock here that is ahead of Stripe's. */
    public StripeFixture(UnaryOperator<StripeSettings> settings, Duration ahead) {
        AtomicReference<@Nullable BillingFixture> known = new AtomicReference<>();
        fake = FakeStripe.builder()
                .seed(1)
                .clock(() -> {
                    BillingFixture there = known.get();
                    return (there == null ? BillingFixture.START : there.clock.instant()).minus(ahead);
                })
                .start();
        AtomicReference<@Nullable TenancyStripe> made = new AtomicReference<>();
        fixture = new BillingFixture("", (installation, builder) -> {
            TenancyStripe adapter = adapter(installation, settings, () -> {
                BillingFixture there = known.get();
                return there == null ? BillingFixture.START : there.clock.instant();
            });
            made.set(adapter);
            return builder.provider(adapter.provider());
        });
        known.set(fixture);
        TenancyStripe adapter = made.get();
        if (adapter == null) {
            throw new AssertionError("not made");
        }
        stripe = adapter.start(fixture.billing);
    }

    private TenancyStripe adapter(
            TenancyInstallation installation, UnaryOperator<StripeSettings> settings, java.time.InstantSource clock) {
        return TenancyStripe.builder(installation, settings.apply(settings(fake)))
                .clock(clock)
                .build();
    }

    public static StripeSettings settings(FakeStripe fake) {
        return StripeSettings.of(fake.apiKey(), "test")
                .at(URI.create(fake.apiBase()), URI.create(fake.meterEventsBase()))
                .withWebhookSecrets(List.of(SECRET))
                .waiting(Duration.ofSeconds(2), Duration.ofSeconds(5), 0);
    }

    public TenantId tenant() {
        return fixture.tenant();
    }

    /** A tenant that has left a card. */
    public TenantId tenantWith(String card) {
        TenantId tenant = fixture.tenant();
        leave(tenant, card);
        return tenant;
    }

    /** The tenant leaves a card on Stripe's page and comes back. */
    public void leave(TenantId tenant, String card) {
        URI page = stripe.pages().save(tenant, "USD", WAYS);
        String said = fake.completeCheckout(idOf(page), card);
        Matcher asked = SETUP.matcher(fake.object(idOf(page)));
        if (card.contains("authenticationRequired") && asked.find()) {
            fake.authenticate(asked.group(1), true);
        }
        if (!said.isEmpty() || !stripe.pages().returned(tenant, idOf(page))) {
            throw new AssertionError("The card was not taken: " + said);
        }
    }

    /** The id of a page, as it stands in its address. */
    public static String idOf(URI page) {
        String path = page.getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** An open invoice. */
    public Invoice invoice(TenantId tenant, String amount) {
        return fixture.billing
                .invoices()
                .charge(
                        tenant,
                        List.of(Charge.of("Training", BillingFixture.usd(amount), Tax.NONE)),
                        BillingFixture.NOTE);
    }

    public Invoice now(Invoice invoice) {
        return fixture.billing.invoices().find(invoice.tenant(), invoice.id()).orElseThrow();
    }

    public Money credit(TenantId tenant) {
        return fixture.billing.payments().credit(tenant, "USD");
    }

    public void run() {
        fixture.billing.run().run();
    }

    public void pass(Duration time) {
        fixture.clock.moveTo(fixture.clock.instant().plus(time));
    }

    /** Money that Stripe took and kept, in cents. */
    public List<Long> taken(TenantId tenant) {
        return fake.charges().stream()
                .filter(StripeCharge::succeeded)
                .filter(each -> tenant.toString().equals(each.metadata().get("tenancy_tenant")))
                .map(StripeCharge::amount)
                .toList();
    }

    public List<String> faults() {
        return fixture.billing.ledger().faults();
    }

    @Override
    public void close() {
        stripe.close();
        fixture.close();
        fake.close();
    }
}
