package io.tenancy.spring.internal;

import io.tenancy.billing.stripe.TenancyStripe;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.billing.stripe.meter.StripeMeter;
import io.tenancy.billing.stripe.reconciliation.ReconciliationBounds;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.spring.TenancyStripeProperties;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Stripe as the properties say. */
public final class StripeAtStart {

    private static final int LONGEST_INSTALLATION = 40;

    /** What an application without a name is called at Stripe. */
    static final String UNNAMED = "default";

    private StripeAtStart() {}

    /**
     * Stripe, not started yet.
     *
     * @param installation of which it is
     * @param properties say how to reach it, and were checked
     * @param application the application's name; null where it has none
     * @param clock tells the time
     * @return Stripe
     */
    public static TenancyStripe of(
            TenancyInstallation installation,
            TenancyStripeProperties properties,
            @Nullable String application,
            InstantSource clock) {
        TenancyStripe.Builder builder = TenancyStripe.builder(installation, settings(properties, application))
                .clock(clock)
                .connections(properties.connections())
                .workers(properties.workers())
                .comparedEvery(properties.comparedEvery())
                .comparedWithin(ReconciliationBounds.DEFAULT.withCalls(properties.comparedCalls()));
        properties.meters().forEach((metric, event) -> builder.meter(new StripeMeter(metric, event)));
        return builder.build();
    }

    /**
     * How to reach Stripe.
     *
     * @param properties say so
     * @param application the application's name; null where it has none
     * @return the settings
     */
    static StripeSettings settings(TenancyStripeProperties properties, @Nullable String application) {
        String installation = properties.installation() == null ? named(application) : properties.installation();
        StripeSettings settings = StripeSettings.of(Objects.requireNonNull(properties.apiKey(), "apiKey"), installation)
                .withWebhookSecrets(properties.webhookSecrets())
                .at(
                        Objects.requireNonNullElse(properties.apiBase(), StripeCalls.API),
                        Objects.requireNonNullElse(properties.meterEventsBase(), StripeCalls.METER_EVENTS));
        settings = settings.waiting(properties.connectTimeout(), properties.readTimeout(), settings.networkRetries());
        return properties.account() == null ? settings : settings.ofAccount(properties.account());
    }

    /**
     * What an application is called at Stripe.
     *
     * @param application its name; null where it has none
     * @return 1 to 40 characters of {@code a-z 0-9 _ -}
     */
    static String named(@Nullable String application) {
        if (application == null) {
            return UNNAMED;
        }
        String plain = application
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9_]+", "-")
                .replaceAll("^-+|-+$", "");
        String name = plain.substring(0, Math.min(LONGEST_INSTALLATION, plain.length()));
        return name.isEmpty() ? UNNAMED : name;
    }
}
