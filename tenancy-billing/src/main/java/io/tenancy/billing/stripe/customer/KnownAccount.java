package io.tenancy.billing.stripe.customer;

import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.client.StripeCalls.AccountCheck;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which account of Stripe the tenants are customers of. With a key of another one they would all seem to be gone, and so would
 * what they paid. So where real money moves nothing is asked with such a key, unless the settings name its account: then the
 * tenants are moved there, and leave their cards again. In test mode, where accounts are made and thrown away, they are moved
 * without that.
 */
public final class KnownAccount implements AccountCheck {

    private static final Logger LOG = LoggerFactory.getLogger(KnownAccount.class);

    private final ControlTransactions database;
    private final StripeSettings settings;

    /**
     * Looks at accounts.
     *
     * @param database the control database
     * @param settings with which key, and of which account it should be
     */
    public KnownAccount(ControlTransactions database, StripeSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    @Override
    public void check(String account) {
        String named = settings.account();
        if (named != null && !named.equals(account)) {
            throw StripeCallException.ofAnotherAccount("Stripe's key is of account " + account
                    + ", and the settings name account " + named
                    + ". Nothing was asked with it. Set the key of that account, or name the other one.");
        }
        String before = database.transact("look at the account of Stripe", transaction -> {
            Sql.update(
                    transaction.connection(),
                    "insert into stripe_account (livemode, account, since) values (?, ?, ?) on conflict do nothing",
                    settings.livemode(),
                    account,
                    transaction.recordedAt());
            String known = known(transaction);
            boolean moves = !known.equals(account) && (named != null || !settings.livemode());
            if (moves) {
                move(transaction, account);
            }
            return known;
        });
        if (before.equals(account)) {
            return;
        }
        if (named == null && settings.livemode()) {
            throw StripeCallException.ofAnotherAccount("Stripe's key is of account " + account
                    + ", and the tenants are customers of account " + before
                    + ". Nothing was asked with it. Set the key of that account; or, if they are to become customers of the"
                    + " new one and leave their cards again, name it in the settings: StripeSettings.ofAccount(\""
                    + account
                    + "\").");
        }
        LOG.warn(
                "Stripe's key is of account {}, and the tenants were customers of account {}: they become customers of the"
                        + " new one when they leave their cards again",
                account,
                before);
    }

    private String known(Transaction transaction) throws SQLException {
        Optional<String> known = Sql.first(
                transaction.connection(),
                row -> row.getString(1),
                "select account from stripe_account where livemode = ? for update",
                settings.livemode());
        return known.orElseThrow();
    }

    // What they paid as who they were still comes in, should its news.
    private void move(Transaction transaction, String account) throws SQLException {
        Sql.update(
                transaction.connection(),
                "insert into stripe_former_customer (customer, tenant_id) select customer, tenant_id from stripe_customer"
                        + " where livemode = ? and customer is not null on conflict do nothing",
                settings.livemode());
        Sql.update(
                transaction.connection(),
                "update stripe_customer set customer = null, payment_method = null, card = null,"
                        + " generation = generation + 1, created_at = ? where livemode = ?",
                transaction.recordedAt(),
                settings.livemode());
        Sql.update(
                transaction.connection(),
                "update stripe_checkout set method = null, state = case state when 'OPEN' then 'EXPIRED' else state end"
                        + " where livemode = ?",
                settings.livemode());
        Sql.update(
                transaction.connection(),
                "update stripe_account set account = ?, since = ? where livemode = ?",
                account,
                transaction.recordedAt(),
                settings.livemode());
    }
}
