package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Form;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whom a platform trusts with plugins at one moment: its curators' keys, what was revoked, and how old a plugin may be.
 * Whoever keeps this gives a new one when something changes. Immutable.
 */
public final class Trust {

    private final Map<String, CuratorKey> curators;
    private final Set<RevokedCertificate> revokedCertificates;
    private final Set<String> revokedKeys;
    private final Set<String> revokedPackages;
    private final Map<String, SemanticVersion> minimumVersions;
    private final boolean reviewRequired;

    private Trust(Builder builder) {
        curators = Map.copyOf(builder.curators);
        revokedCertificates = Set.copyOf(builder.revokedCertificates);
        revokedKeys = Set.copyOf(builder.revokedKeys);
        revokedPackages = Set.copyOf(builder.revokedPackages);
        minimumVersions = Map.copyOf(builder.minimumVersions);
        reviewRequired = builder.reviewRequired;
    }

    /**
     * A certificate that does not count any more.
     *
     * @param issuer {@link PluginKey#id() id} of the curator's key that issued it
     * @param serial its serial
     */
    public record RevokedCertificate(String issuer, long serial) {

        /**
         * Requires an id.
         *
         * @throws IllegalArgumentException when the issuer is none
         */
        public RevokedCertificate {
            Form.DIGEST.require("The issuer of a revoked certificate", issuer);
        }
    }

    /**
     * Begins without any trust.
     *
     * @return a builder; a curator's review is required
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Begins with this.
     *
     * @return a builder that has what this has
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.curators.putAll(curators);
        builder.revokedCertificates.addAll(revokedCertificates);
        builder.revokedKeys.addAll(revokedKeys);
        builder.revokedPackages.addAll(revokedPackages);
        builder.minimumVersions.putAll(minimumVersions);
        builder.reviewRequired = reviewRequired;
        return builder;
    }

    /**
     * A curator's key, whether it counts now or not.
     *
     * @param id of the key
     * @return the key; empty if it is not trusted at all
     */
    public Optional<CuratorKey> curator(String id) {
        return Optional.ofNullable(curators.get(id));
    }

    /**
     * Whether a certificate was revoked.
     *
     * @param certificate the certificate
     * @return true if it does not count any more
     */
    public boolean isRevoked(PublisherCertificate certificate) {
        return revokedCertificates.contains(new RevokedCertificate(certificate.issuer(), certificate.serial()));
    }

    /**
     * Whether a publisher's or a curator's key was revoked.
     *
     * @param id of the key
     * @return true if nothing that it ever signed counts any more
     */
    public boolean isKeyRevoked(String id) {
        return revokedKeys.contains(id);
    }

    /**
     * Whether a package was revoked.
     *
     * @param digest {@link PluginPackage#digest() digest} of the package
     * @return true if it is not to be used any more
     */
    public boolean isPackageRevoked(String digest) {
        return revokedPackages.contains(digest);
    }

    /**
     * How old a plugin may be.
     *
     * @param plugin id of the plugin
     * @return the oldest version that is to be used; empty if any is
     */
    public Optional<SemanticVersion> minimumVersion(String plugin) {
        return Optional.ofNullable(minimumVersions.get(plugin));
    }

    /**
     * Whether a curator's review is needed.
     *
     * @return false where a publisher's signature is enough, as for plugins of a tenant's own
     */
    public boolean isReviewRequired() {
        return reviewRequired;
    }

    /** Puts trust together. For one thread. */
    public static final class Builder {

        private final Map<String, CuratorKey> curators = new TreeMap<>();
        private final Set<RevokedCertificate> revokedCertificates = new HashSet<>();
        private final Set<String> revokedKeys = new HashSet<>();
        private final Set<String> revokedPackages = new HashSet<>();
        private final Map<String, SemanticVersion> minimumVersions = new TreeMap<>();
        private boolean reviewRequired = true;

        private Builder() {}

        /**
         * Trusts a curator's key.
         *
         * @param key the key and when it counts
         * @return this
         * @throws IllegalArgumentException when the same key is there with other times
         */
        public Builder curator(CuratorKey key) {
            CuratorKey before = curators.putIfAbsent(key.key().id(), key);
            if (before != null && !before.equals(key)) {
                throw new IllegalArgumentException(
                        "The curator's key " + key.key().id() + " is there already, from " + before.notBefore() + " to "
                                + before.notAfter() + "; give each key once");
            }
            return this;
        }

        /**
         * Revokes a certificate: nothing that stands on it counts any more.
         *
         * @param certificate issuer and serial
         * @return this
         */
        public Builder revoke(RevokedCertificate certificate) {
            revokedCertificates.add(certificate);
            return this;
        }

        /**
         * Revokes a publisher's or a curator's key: nothing that it ever signed counts any more.
         *
         * @param id of the key
         * @return this
         * @throws IllegalArgumentException when it is no id
         */
        public Builder revokeKey(String id) {
            revokedKeys.add(Form.DIGEST.require("The id of a revoked key", id));
            return this;
        }

        /**
         * Revokes a package, however it is packed or signed anew.
         *
         * @param digest {@link PluginPackage#digest() digest} of the package
         * @return this
         * @throws IllegalArgumentException when it is no digest
         */
        public Builder revokePackage(String digest) {
            revokedPackages.add(Form.DIGEST.require("The digest of a revoked package", digest));
            return this;
        }

        /**
         * Takes a minimum version over. It then holds for good, also after the key that signed it expired. Of several
         * the highest holds.
         *
         * @param statement that {@link PackageVerifier#requireGenuine} let pass
         * @return this
         */
        public Builder minimumVersion(MinimumVersion statement) {
            minimumVersions.merge(
                    statement.plugin(), statement.version(), (one, other) -> one.compareTo(other) >= 0 ? one : other);
            return this;
        }

        /**
         * Says whether a curator's review is needed.
         *
         * @param required false where a publisher's signature is enough
         * @return this
         */
        public Builder reviewRequired(boolean required) {
            reviewRequired = required;
            return this;
        }

        /**
         * Finishes.
         *
         * @return the trust
         */
        public Trust build() {
            return new Trust(this);
        }
    }
}
