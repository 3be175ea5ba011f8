package io.tenancy.plugins.pack;

import java.util.Optional;

/** A package that was trusted when it was verified. Only {@link PackageVerifier} makes one. Immutable. */
public final class VerifiedPackage {

    private final PluginPackage content;
    private final PublisherCertificate certificate;
    private final Optional<CuratorReview> review;

    VerifiedPackage(PluginPackage content, PublisherCertificate certificate, Optional<CuratorReview> review) {
        this.content = content;
        this.certificate = certificate;
        this.review = review;
    }

    /**
     * What is in it.
     *
     * @return manifest and files
     */
    public PluginPackage content() {
        return content;
    }

    /**
     * What the plugin says of itself.
     *
     * @return the manifest
     */
    public PluginManifest manifest() {
        return content.manifest();
    }

    /**
     * Whose word stands behind the publisher.
     *
     * @return the certificate that the publisher's signature stands on
     */
    public PublisherCertificate certificate() {
        return certificate;
    }

    /**
     * Who reviewed it.
     *
     * @return the review; empty if there was none and none was required
     */
    public Optional<CuratorReview> review() {
        return review;
    }

    /**
     * What tells it from all others.
     *
     * @return plugin, version, publisher and digest
     */
    public PackageIdentity identity() {
        return new PackageIdentity(
                manifest().id(), manifest().version(), manifest().publisher(), content.digest());
    }
}
