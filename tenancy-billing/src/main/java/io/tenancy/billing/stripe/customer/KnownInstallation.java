package io.tenancy.billing.stripe.customer;

import io.tenancy.billing.BillingException;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;

/**
 * What this installation is called on whatever it makes at Stripe. Under another name it would not know its own customers and
 * payments, and would charge again what it has charged.
 */
public final class KnownInstallation {

    private KnownInstallation() {}

    /**
     * Stores the name the first time, and refuses another one afterwards.
     *
     * @param database the control database
     * @param name as the settings have it
     * @throws BillingException when it was called otherwise before
     */
    public static void require(ControlTransactions database, String name) {
        String known = database.transact("look at what the installation is called at Stripe", transaction -> {
            Sql.update(
                    transaction.connection(),
                    "insert into stripe_installation (name) values (?) on conflict do nothing",
                    name);
            return Sql.first(transaction.connection(), row -> row.getString(1), "select name from stripe_installation")
                    .orElseThrow();
        });
        if (!known.equals(name)) {
            throw new BillingException("Stripe's adapter was to start as installation '" + name
                    + "', but on what it has made at Stripe stands '" + known
                    + "'. It would not know its own customers and payments. Set the installation to '" + known
                    + "' (StripeSettings.of(key, installation), tenancy.billing.stripe.installation).");
        }
    }
}
