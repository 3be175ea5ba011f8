package io.tenancy.plugins.installation;

import io.tenancy.plugins.control.PluginMessages;
import io.tenancy.plugins.control.PluginMessages.Message;
import io.tenancy.plugins.extension.spi.PluginEventListener;
import io.tenancy.plugins.extension.spi.PluginEventListener.Said;
import io.tenancy.plugins.install.Charges;
import io.tenancy.plugins.install.Installations;
import io.tenancy.plugins.install.PluginNotice;
import io.tenancy.plugins.install.spi.BillingEvents;
import io.tenancy.plugins.market.Marketplace;
import io.tenancy.plugins.market.StoredPackage;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what plugins leave to be done: reviews that a node did not finish, installations that are under way, what tenants
 * may not have any more, and messages.
 * May run on many nodes at once. Safe for many threads.
 */
public final class PluginRun {

    private static final Logger LOG = LoggerFactory.getLogger(PluginRun.class);

    private final Marketplace market;
    private final Installations installations;
    private final PluginMessages messages;
    private final InstantSource clock;
    private final List<PluginEventListener> listeners;
    private final BillingEvents billing;
    private final PluginNoticeListener notices;

    /** Whom to tell what. */
    record Ears(List<PluginEventListener> listeners, BillingEvents billing, PluginNoticeListener notices) {}

    /**
     * What a run did.
     *
     * @param reviewed how many packages
     * @param resumed how many installations were looked at
     * @param rechecked of how many it was asked whether their tenants may still have them
     * @param told how many messages
     */
    public record Done(int reviewed, int resumed, int rechecked, int told) {}

    PluginRun(
            Marketplace market, Installations installations, PluginMessages messages, InstantSource clock, Ears ears) {
        this.market = market;
        this.installations = installations;
        this.messages = messages;
        this.clock = clock;
        this.listeners = List.copyOf(ears.listeners);
        this.billing = ears.billing;
        this.notices = ears.notices;
    }

    /**
     * Does what is due now.
     *
     * @return what was done
     */
    public Done run() {
        int reviewed = 0;
        for (StoredPackage each : market.submitted()) {
            reviewed += review(each) ? 1 : 0;
        }
        int resumed = installations.resume(clock.instant());
        int rechecked = installations.recheck(clock.instant());
        return new Done(reviewed, resumed, rechecked, messages.tellDue(this::tell));
    }

    private boolean review(StoredPackage submitted) {
        try {
            market.review(submitted.digest());
            return true;
        } catch (RuntimeException failure) {
            LOG.warn("Package {} could not be reviewed, and is tried again", submitted.digest(), failure);
            return false;
        }
    }

    private void tell(Message message) {
        Said said = new Said(message.id(), message.tenant(), message.plugin(), message.content(), message.at());
        switch (message.kind()) {
            case EVENT -> listeners.forEach(each -> each.event(said));
            case ANNOTATION -> listeners.forEach(each -> each.annotation(said));
            case BILLING -> billing.hear(Charges.read(message));
            case NOTICE -> notices.tell(PluginNotice.read(message));
        }
    }
}
