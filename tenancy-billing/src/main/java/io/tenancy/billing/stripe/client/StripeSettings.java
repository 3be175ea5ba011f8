package io.tenancy.billing.stripe.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How to reach Stripe. Immutable. Its text shows no secret.
 *
 * @param apiKey a secret key, {@code sk_test_…} or {@code sk_live_…}, or a restricted one, {@code rk_…}; it decides whether
 *     real money moves
 * @param webhookSecrets {@code whsec_…} of the endpoint, more than one while it is rotated; empty when no event is taken
 * @param installation tells this installation from others on the same account: it is written on each customer, payment and
 *     refund, and what is written with another one is never touched; 1 to 40 characters of {@code a-z 0-9 _ -}
 * @param account {@code acct_…} that the key and events must be of; null for the account that the tenants are customers of
 * @param apiBase where the interface is
 * @param meterEventsBase where usage is sent
 * @param connectTimeout for a connection to be made
 * @param readTimeout for an answer
 * @param networkRetries how often the library itself asks again, after connections that failed and after statuses that
 *     Stripe says may be asked again; with the same key
 */
public record StripeSettings(
        String apiKey,
        List<String> webhookSecrets,
        String installation,
        @Nullable String account,
        URI apiBase,
        URI meterEventsBase,
        Duration connectTimeout,
        Duration readTimeout,
        int networkRetries) {

    private static final int LONGEST_INSTALLATION = 40;
    private static final int MOST_RETRIES = 5;
    private static final int PREFIX = 8;

    /** Checks them. */
    public StripeSettings {
        boolean secret = apiKey.startsWith("sk_test_")
                || apiKey.startsWith("sk_live_")
                || apiKey.startsWith("rk_test_")
                || apiKey.startsWith("rk_live_");
        if (!secret) {
            throw new IllegalArgumentException("Stripe's API key begins with '"
                    + apiKey.substring(0, Math.min(3, apiKey.length()))
                    + "…', but a secret key is needed: sk_test_…, sk_live_…, rk_test_… or rk_live_…. It is in Stripe's"
                    + " dashboard under Developers, API keys.");
        }
        webhookSecrets = List.copyOf(webhookSecrets);
        for (String each : webhookSecrets) {
            if (!each.startsWith("whsec_") || each.length() <= PREFIX) {
                throw new IllegalArgumentException(
                        "A webhook secret of Stripe begins with 'whsec_', and one that was given does not. It is shown"
                                + " with the endpoint in Stripe's dashboard, and by 'stripe listen'.");
            }
        }
        if (!installation.matches("[a-z0-9_-]{1," + LONGEST_INSTALLATION + "}")) {
            throw new IllegalArgumentException("The installation is called '" + installation
                    + "' at Stripe, but its name is 1 to " + LONGEST_INSTALLATION + " characters of a-z, 0-9, _ and -");
        }
        requirePositive("connect timeout", connectTimeout);
        requirePositive("read timeout", readTimeout);
        if (networkRetries < 0 || networkRetries > MOST_RETRIES) {
            throw new IllegalArgumentException("Stripe is asked again 0 to " + MOST_RETRIES + " times, not "
                    + networkRetries + ": what fails longer is asked again by billing's jobs");
        }
        Objects.requireNonNull(apiBase, "apiBase");
        Objects.requireNonNull(meterEventsBase, "meterEventsBase");
    }

    private static void requirePositive(String what, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("Stripe's " + what + " is longer than no time, but was " + value);
        }
    }

    /**
     * Stripe itself, with its usual addresses.
     *
     * @param apiKey a secret or restricted key
     * @param installation tells this installation from others on the same account
     * @return settings without a webhook secret
     */
    public static StripeSettings of(String apiKey, String installation) {
        return new StripeSettings(
                apiKey,
                List.of(),
                installation,
                null,
                StripeCalls.API,
                StripeCalls.METER_EVENTS,
                Duration.ofSeconds(10),
                Duration.ofSeconds(40),
                2);
    }

    /**
     * The same with the secrets of the endpoint.
     *
     * @param secrets any of them may have signed an event
     * @return settings
     */
    public StripeSettings withWebhookSecrets(List<String> secrets) {
        return new StripeSettings(
                apiKey,
                secrets,
                installation,
                account,
                apiBase,
                meterEventsBase,
                connectTimeout,
                readTimeout,
                networkRetries);
    }

    /**
     * The same at other addresses, such as those of a server that stands in for Stripe in tests.
     *
     * @param api where the interface is
     * @param meterEvents where usage is sent
     * @return settings
     */
    public StripeSettings at(URI api, URI meterEvents) {
        return new StripeSettings(
                apiKey,
                webhookSecrets,
                installation,
                account,
                api,
                meterEvents,
                connectTimeout,
                readTimeout,
                networkRetries);
    }

    /**
     * The same for one account only; tenants that are customers of another one are moved to it, and leave their cards again.
     *
     * @param id {@code acct_…}
     * @return settings
     */
    public StripeSettings ofAccount(String id) {
        return new StripeSettings(
                apiKey,
                webhookSecrets,
                installation,
                id,
                apiBase,
                meterEventsBase,
                connectTimeout,
                readTimeout,
                networkRetries);
    }

    /**
     * The same with other patience.
     *
     * @param connect for a connection to be made
     * @param read for an answer
     * @param retries how often the library itself asks again
     * @return settings
     */
    public StripeSettings waiting(Duration connect, Duration read, int retries) {
        return new StripeSettings(
                apiKey, webhookSecrets, installation, account, apiBase, meterEventsBase, connect, read, retries);
    }

    /**
     * Whether real money moves.
     *
     * @return what the key says
     */
    public boolean livemode() {
        return apiKey.startsWith("_live_", 2);
    }

    @Override
    public String toString() {
        return "StripeSettings[" + (livemode() ? "live" : "test") + ", installation=" + installation + ", account="
                + account + ", apiBase=" + apiBase + ", " + webhookSecrets.size() + " webhook secrets]";
    }
}
