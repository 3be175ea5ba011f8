package io.tenancy.plugins.installation;

import io.tenancy.plugins.control.PluginMessages;
import io.tenancy.plugins.control.PluginMessages.Message;
import io.tenancy.plugins.control.Pruning;
import io.tenancy.plugins.extension.spi.PluginEventListener;
import io.tenancy.plugins.extension.spi.PluginEventListener.Said;
import io.tenancy.plugins.install.Charges;
import io.tenancy.plugins.install.Installations;
import io.tenancy.plugins.install.PluginNotice;
import io.tenancy.plugins.install.spi.BillingEvents;
import io.tenancy.plugins.market.Marketplace;
import io.tenancy.plugins.market.StoredPackage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what plugins leave to be done: reviews that a node did not finish, installations that are under way, upgrades of
 * plugins that are not pinned, what tenants may not have any more, and messages.
 * May run on many nodes at once. Safe for many threads.
 */
public final class PluginRun {

    /** How often new versions are looked for. */
    public static final Duration UPGRADES_EVERY = Duration.ofMinutes(1);

    /** How often old rows are removed. */
    public static final Duration PRUNED_EVERY = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(PluginRun.class);

    private final Marketplace market;
    private final Installations installations;
    private final PluginMessages messages;
    private final Pruning pruning;
    private final InstantSource clock;
    private final List<PluginEventListener> listeners;
    private final BillingEvents billing;
    private final PluginNoticeListener notices;
    private volatile Instant upgradesNotBefore = Instant.MIN;
    private volatile Instant pruneNotBefore = Instant.MIN;

    /** Whom to tell what. */
    record Ears(List<PluginEventListener> listeners, BillingEvents billing, PluginNoticeListener notices) {}

    /**
     * What a run did.
     *
     * @param reviewed how many packages
     * @param resumed how many installations were looked at
     * @param upgraded for how many installations an upgrade was looked for
     * @param rechecked of how many it was asked whether their tenants may still have them
     * @param told how many messages
     */
    public record Done(int reviewed, int resumed, int upgraded, int rechecked, int told) {}

    PluginRun(
            Marketplace market,
            Installations installations,
            PluginMessages messages,
            Pruning pruning,
            InstantSource clock,
            Ears ears) {
        this.market = market;
        this.installations = installations;
        this.messages = messages;
        this.pruning = pruning;
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
        int upgraded = upgrade();
        int rechecked = installations.recheck(clock.instant());
        prune();
        return new Done(reviewed, resumed, upgraded, rechecked, messages.tellDue(this::tell));
    }

    private void prune() {
        Instant now = clock.instant();
        if (!now.isBefore(pruneNotBefore)) {
            Pruning.Pruned pruned = pruning.prune(now);
            LOG.debug("Old rows of plugins were removed: {}", pruned);
            pruneNotBefore = now.plus(PRUNED_EVERY);
        }
    }

    private int upgrade() {
        Instant now = clock.instant();
        if (now.isBefore(upgradesNotBefore)) {
            return 0;
        }
        int looked = installations.upgrade(now);
        upgradesNotBefore = looked == Installations.UPGRADES_AT_ONCE ? now : now.plus(UPGRADES_EVERY);
        return looked;
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
