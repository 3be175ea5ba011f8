package io.tenancy.spring;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of Stripe, in effect where billing is, {@code stripe-java} is on the class path and a key is set. Their text
 * shows no secret.
 *
 * @param apiKey A secret or a restricted key of Stripe. It decides whether real money moves; nothing of Stripe is there unless
 *     it is set.
 * @param webhookSecrets Secrets of the webhook endpoint, "whsec_…". More than one while it is rotated. Without any, no event is
 *     taken.
 * @param installation Tells this application from others on the same account of Stripe, in 1 to 40 characters of a-z, 0-9, _
 *     and -. It never changes. Made of spring.application.name unless set.
 * @param account The account that the key and events must be of, "acct_…". That of which the tenants are customers unless set.
 * @param apiBase Where Stripe's interface is. Stripe's own address unless set.
 * @param meterEventsBase Where usage is sent. Stripe's own address unless set.
 * @param webhookPath The path, below the context path, at which Stripe's events come in.
 * @param comparedEvery How often both sides are compared.
 * @param comparedCalls How often Stripe is asked in one comparison at most, 10 or more.
 * @param workers How many threads work through events.
 * @param connections How many connections to the control database it has at most.
 * @param meters Which usage is told to Stripe, for tenants for which that is wanted: the name of a metric, and that of the
 *     events with which a meter at Stripe is fed.
 * @param connectTimeout How long it waits for a connection to Stripe.
 * @param readTimeout How long it waits for an answer of Stripe.
 */
@ConfigurationProperties("tenancy.billing.stripe")
public record TenancyStripeProperties(
        @Nullable String apiKey,
        @DefaultValue List<String> webhookSecrets,
        @Nullable String installation,
        @Nullable String account,
        @Nullable URI apiBase,
        @Nullable URI meterEventsBase,
        @DefaultValue(DEFAULT_WEBHOOK_PATH) String webhookPath,
        @DefaultValue("1h") Duration comparedEvery,
        @DefaultValue("2000") int comparedCalls,
        @DefaultValue("2") int workers,
        @DefaultValue("4") int connections,
        @DefaultValue Map<String, String> meters,
        @DefaultValue("10s") Duration connectTimeout,
        @DefaultValue("40s") Duration readTimeout) {

    /** Where events come in, unless told otherwise. */
    public static final String DEFAULT_WEBHOOK_PATH = "/tenancy/stripe/webhook";

    /** Keeps copies. */
    public TenancyStripeProperties {
        webhookSecrets = List.copyOf(webhookSecrets);
        meters = Map.copyOf(meters);
    }

    @Override
    public String toString() {
        return "TenancyStripeProperties[apiKey=" + (apiKey == null ? "not set" : "hidden") + ", "
                + webhookSecrets.size() + " webhook secrets, installation=" + installation + ", account=" + account
                + ", apiBase=" + apiBase + ", meterEventsBase=" + meterEventsBase + ", webhookPath=" + webhookPath
                + ", comparedEvery=" + comparedEvery + ", comparedCalls=" + comparedCalls + ", workers=" + workers
                + ", connections=" + connections
                + ", meters=" + meters + ", connectTimeout=" + connectTimeout + ", readTimeout=" + readTimeout + "]";
    }
}
