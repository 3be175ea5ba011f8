package io.tenancy.billing.stripe.webhook;

import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** For whom an event is: of the other mode, or of an account that is none of ours, it is not for this installation. */
final class Addressee {

    private Addressee() {}

    /**
     * Why it is not for this installation, in words; null when it can be. While nobody asked Stripe yet whose the key is, one
     * of any account can be: it is asked before events are worked through.
     */
    static @Nullable String strangeAtIntake(
            Transaction transaction, boolean livemode, @Nullable String account, StripeSettings settings)
            throws SQLException {
        return strange(ours(transaction, account, settings), livemode, account, settings);
    }

    /** The same when it is worked through: an account is none of ours as long as nobody knows which one is. */
    static @Nullable String strangeAtWork(
            Transaction transaction, boolean livemode, @Nullable String account, StripeSettings settings)
            throws SQLException {
        String ours = ours(transaction, account, settings);
        String strange = strange(ours, livemode, account, settings);
        if (strange != null || account == null || ours != null) {
            return strange;
        }
        return "it is of account " + account
                + ", and of which account the API key is is not known yet, as Stripe did not say"
                + " so. Play it again once Stripe answers, or set tenancy.billing.stripe.account"
                + " (StripeSettings.ofAccount) to the account whose events are to be taken";
    }

    // What the settings name is right also while the tenants are being moved there. Nearly all events name no account.
    private static @Nullable String ours(Transaction transaction, @Nullable String account, StripeSettings settings)
            throws SQLException {
        String named = settings.account();
        if (named != null || account == null) {
            return named;
        }
        return Sql.first(
                        transaction.connection(),
                        row -> row.getString(1),
                        "select account from stripe_account where livemode = ?",
                        settings.livemode())
                .orElse(null);
    }

    private static @Nullable String strange(
            @Nullable String ours, boolean livemode, @Nullable String account, StripeSettings settings) {
        if (livemode != settings.livemode()) {
            return livemode
                    ? "it is of live mode, but the API key here is one of test mode: Stripe sends to the wrong endpoint, or the"
                            + " key is the wrong one"
                    : "it is of test mode, but the API key here is one of live mode: Stripe sends to the wrong endpoint, or the"
                            + " key is the wrong one";
        }
        if (account == null || ours == null || ours.equals(account)) {
            return null;
        }
        return "it is of account " + account + ", but only those of " + ours + " are taken here, "
                + (settings.account() == null ? "of which the tenants are customers" : "which the settings name")
                + ". Let the endpoint listen to events of your account only, not of connected accounts; or, if the tenants are"
                + " to be customers of " + account
                + ", set tenancy.billing.stripe.account (StripeSettings.ofAccount) to it,"
                + " with a key of it, and play this event again";
    }
}
