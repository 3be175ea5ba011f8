package io.tenancy.plugins.install.spi;

import io.tenancy.TenantId;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * Hears of plugins that cost something. Told at least once, after it took place; {@link Event#id} is the same when it is told
 * again. What it throws has it told again later.
 */
@FunctionalInterface
public interface BillingEvents {

    /** Hears nothing. */
    BillingEvents NONE = event -> {};

    /** What took place. */
    enum Kind {
        /** A tenant has the plugin from now on. */
        INSTALLED,
        /** It costs something else from now on. */
        PRICE_CHANGED,
        /** The tenant does not have it any more. */
        UNINSTALLED
    }

    /**
     * Something took place.
     *
     * @param id tells it from all others
     * @param kind what
     * @param tenant who pays
     * @param plugin id of the plugin
     * @param publisher who earns
     * @param amount what it costs
     * @param currency ISO 4217 code
     * @param per {@code once} or {@code month}
     * @param paidBefore whether the tenant had this plugin at this price before, and the price is paid once, so that nothing
     *     is due
     * @param commission what of what is due the platform keeps, in the same currency
     * @param at when
     */
    record Event(
            long id,
            Kind kind,
            TenantId tenant,
            String plugin,
            String publisher,
            BigDecimal amount,
            String currency,
            String per,
            boolean paidBefore,
            BigDecimal commission,
            Instant at) {}

    /**
     * Hears of it.
     *
     * @param event what
     */
    void hear(Event event);
}
