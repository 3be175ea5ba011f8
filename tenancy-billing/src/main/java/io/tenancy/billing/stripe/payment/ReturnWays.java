package io.tenancy.billing.stripe.payment;

import java.net.URI;

/**
 * Where Stripe's page sends people back to.
 *
 * @param done when they paid or left a card; {@code {CHECKOUT_SESSION_ID}} in it is replaced by the id of the page, which is
 *     given to {@link StripePages#returned}
 * @param cancelled when they did not
 */
public record ReturnWays(String done, String cancelled) {

    /** What Stripe replaces in the address. */
    public static final String PAGE = "{CHECKOUT_SESSION_ID}";

    /** Checks them. */
    public ReturnWays {
        require(done.replace(PAGE, "cs_1"));
        require(cancelled);
    }

    private static void require(String address) {
        URI uri;
        try {
            uri = URI.create(address);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "Stripe's page was to send people back to '" + address + "', which is no address", malformed);
        }
        boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
        if (!web || uri.getHost() == null) {
            throw new IllegalArgumentException("Stripe's page was to send people back to '" + address
                    + "', but needs a whole address that begins with https:// or http://");
        }
    }
}
