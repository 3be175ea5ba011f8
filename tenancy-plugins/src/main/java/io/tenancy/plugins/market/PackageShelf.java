package io.tenancy.plugins.market;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.tenancy.TenantId;
import io.tenancy.plugins.pack.PackageRefusedException;
import io.tenancy.plugins.pack.PackageVerifier;
import io.tenancy.plugins.pack.Trust;
import io.tenancy.plugins.pack.VerifiedPackage;
import io.tenancy.plugins.sandbox.AdmittedPlugin;
import io.tenancy.plugins.sandbox.PluginHost;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Packages that are verified and admitted, ready to be called, one for all tenants that have them. Whether they are still
 * trusted is asked each time. Safe for many threads.
 */
public final class PackageShelf {

    /** How many packages are held ready. */
    public static final int MOST_PACKAGES = 500;

    private final Marketplace market;
    private final PluginHost host;
    private final InstantSource clock;
    private final LoadingCache<String, Held> ready =
            Caffeine.newBuilder().maximumSize(MOST_PACKAGES).build(this::load);

    /** A package, and whom was trusted when it was read. */
    private record Held(Ready ready, Trust trust) {}

    /**
     * A package that can be called.
     *
     * @param verified whose it is
     * @param plugin its code
     * @param owner the only tenant that may have it; empty for all
     */
    public record Ready(VerifiedPackage verified, AdmittedPlugin plugin, Optional<TenantId> owner) {}

    /**
     * An empty shelf.
     *
     * @param market where packages are
     * @param host admits them
     * @param clock tells whether they are still trusted
     */
    public PackageShelf(Marketplace market, PluginHost host, InstantSource clock) {
        this.market = market;
        this.host = host;
        this.clock = clock;
    }

    /**
     * A package for a tenant.
     *
     * @param digest of the package
     * @param tenant who is to use it
     * @return ready to be called
     * @throws io.tenancy.plugins.pack.PackageRefusedException when it is not trusted, or not any more
     * @throws io.tenancy.plugins.PluginRefusedException when it is not admitted
     * @throws io.tenancy.plugins.control.PluginsUnavailableException when nothing is known for sure
     * @throws NotInStoreException when there is none, or it is another tenant's own
     */
    public Ready require(String digest, TenantId tenant) {
        Held held = ready.get(digest);
        Optional<TenantId> owner = held.ready.owner;
        if (owner.isPresent() && !owner.get().equals(tenant)) {
            throw new NotInStoreException("The store has no package " + digest + " for tenant " + tenant + ".");
        }
        Trust trust = trust(owner);
        try {
            PackageVerifier.requireStillTrusted(held.ready.verified, trust, clock.instant());
            return held.ready;
        } catch (PackageRefusedException refused) {
            if (held.trust.equals(trust)) {
                throw refused;
            }
            return anew(digest, held, trust);
        }
    }

    /** It may have been reviewed anew since it was read; where it was not, that is remembered until trust changes. */
    private Ready anew(String digest, Held held, Trust trust) {
        try {
            Held read = load(digest);
            ready.put(digest, read);
            return read.ready;
        } catch (PackageRefusedException refused) {
            ready.put(digest, new Held(held.ready, trust));
            throw refused;
        }
    }

    private Trust trust(Optional<TenantId> owner) {
        return owner.isPresent()
                ? market.trust().withoutReview()
                : market.trust().current();
    }

    private Held load(String digest) {
        Optional<TenantId> owner = market.stored(digest).owner();
        Trust trust = trust(owner);
        VerifiedPackage verified = PackageVerifier.verify(market.bytes(digest), trust, clock.instant());
        AdmittedPlugin plugin = host.admit(
                verified.content().module(), verified.manifest().capabilities().keySet());
        return new Held(new Ready(verified, plugin, owner), trust);
    }
}
