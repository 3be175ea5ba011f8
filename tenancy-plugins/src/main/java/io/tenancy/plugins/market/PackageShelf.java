package io.tenancy.plugins.market;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.tenancy.TenantId;
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
    private final LoadingCache<String, Ready> ready =
            Caffeine.newBuilder().maximumSize(MOST_PACKAGES).build(this::load);

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
        Ready found = ready.get(digest);
        if (found.owner.isPresent() && !found.owner.get().equals(tenant)) {
            throw new NotInStoreException("The store has no package " + digest + " for tenant " + tenant + ".");
        }
        PackageVerifier.requireStillTrusted(found.verified, trust(found.owner), clock.instant());
        return found;
    }

    private Trust trust(Optional<TenantId> owner) {
        return owner.isPresent()
                ? market.trust().withoutReview()
                : market.trust().current();
    }

    private Ready load(String digest) {
        Optional<TenantId> owner = market.stored(digest).owner();
        VerifiedPackage verified = PackageVerifier.verify(market.bytes(digest), trust(owner), clock.instant());
        AdmittedPlugin plugin = host.admit(
                verified.content().module(), verified.manifest().capabilities().keySet());
        return new Ready(verified, plugin, owner);
    }
}
