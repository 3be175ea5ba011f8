package io.tenancy.samples.cms.billing;

import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.test.stripe.FakeStripe;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.stereotype.Component;

/**
 * The fake Stripe forgets everything when the application ends, so the clinics are customers of a Stripe that is no more. Here
 * that is forgotten too: they leave their cards again. Stripe itself never forgets, and has nothing like this.
 */
@Component
@ConditionalOnBean(FakeStripe.class)
class ForgottenCards implements SmartInitializingSingleton {

    private static final Logger log = LoggerFactory.getLogger(ForgottenCards.class);

    private final TenancyInstallation installation;

    ForgottenCards(TenancyInstallation installation) {
        this.installation = installation;
    }

    @Override
    public void afterSingletonsInstantiated() {
        try (Connection control = installation.control().platform().getConnection();
                Statement statement = control.createStatement()) {
            int forgotten = statement.executeUpdate(
                    "update stripe_customer set customer = null, payment_method = null, card = null,"
                            + " generation = generation + 1 where not livemode and customer is not null");
            if (!control.getAutoCommit()) {
                control.commit();
            }
            if (forgotten > 0) {
                log.info("The fake Stripe was started anew: {} clinics leave their cards again", forgotten);
            }
        } catch (SQLException failure) {
            throw new IllegalStateException("What the fake Stripe forgot could not be forgotten here", failure);
        }
    }
}
