package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Shown;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Decides whether a package is trusted. A package passes if, at the instant that is given,
 *
 * <ul>
 *   <li>it has the one form of packages and its files are those of its manifest ({@link PackageReader#read});
 *   <li>neither the package, nor its certificate, nor a key of publisher or curator is revoked;
 *   <li>a curator's review, which {@link Trust#isReviewRequired() may be required}, is of a key that is trusted and
 *       valid now and was so at the review, and was signed over this manifest;
 *   <li>the certificate was issued by a key of a curator that is trusted, is of the manifest's publisher and for its id,
 *       and certificate and issuer are both valid now, or both were at the review;
 *   <li>the publisher signed this manifest with the key of that certificate;
 *   <li>the version is not below the plugin's minimum version.
 * </ul>
 *
 * <p>So a package goes on being trusted when its publisher's certificate expires after the review, but not when the key
 * of its review does: who rotates keys of curators has packages reviewed with the new key while both are valid.
 * Stateless.
 */
public final class PackageVerifier {

    /** By how much the clock of who reviewed may be ahead. */
    public static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private static final String RENEW = "Have it signed anew under a certificate that is valid";
    private static final String REVIEW_AGAIN = "Have it reviewed by a curator whose key is trusted and valid";
    private static final String WITHDRAWN = "Do not use it; ask the publisher or the curator for a newer version";

    private PackageVerifier() {}

    /**
     * Verifies a package.
     *
     * @param bytes the file
     * @param trust whom to trust
     * @param instant when, usually now
     * @return the package
     * @throws PackageRefusedException naming the check that failed
     */
    public static VerifiedPackage verify(byte[] bytes, Trust trust, Instant instant) {
        PluginPackage content = PackageReader.read(bytes);
        PublisherSignature signature = content.publisherSignature()
                .map(PublisherSignature::read)
                .orElseThrow(() -> new PackageRefusedException(
                        PackageCheck.PUBLISHER_SIGNATURE,
                        "the publisher did not sign it",
                        "Sign it with the publisher's key and certificate"));
        Optional<CuratorReview> review = content.review().map(CuratorReview::read);
        VerifiedPackage candidate = new VerifiedPackage(content, signature.certificate(), review);
        requireStillTrusted(candidate, trust, instant);
        review.ifPresent(each -> each.requireSignedBy(key(trust, each.curator()), content.manifestJson()));
        signature
                .certificate()
                .requireSignedBy(key(trust, signature.certificate().issuer()));
        signature.requireOver(content.manifestJson());
        return candidate;
    }

    /**
     * Asks again whether a package is trusted that was verified before, after time went on or trust changed. Does not
     * calculate signatures again, so that it can be asked at each call.
     *
     * @param verified the package
     * @param trust whom to trust
     * @param instant when, usually now
     * @throws PackageRefusedException naming the check that failed
     */
    public static void requireStillTrusted(VerifiedPackage verified, Trust trust, Instant instant) {
        requireNotRevoked(verified, trust);
        requireReview(verified.review(), trust, instant);
        requireCertificate(verified.certificate(), verified.manifest().id(), trust, instant, verified.review());
        String subject = verified.certificate().subject();
        if (!subject.equals(verified.manifest().publisher())) {
            throw new PackageRefusedException(
                    PackageCheck.CERTIFICATE,
                    "the certificate is of the publisher " + Shown.of(subject) + ", but the manifest says "
                            + Shown.of(verified.manifest().publisher()),
                    "Sign with a certificate of the manifest's publisher");
        }
        requireMinimum(verified.manifest(), trust);
    }

    /**
     * Requires that a package may take the place of one that is installed: the same plugin of the same publisher in a
     * higher version, or the very same package. Build metadata makes no version higher.
     *
     * @param installed what is installed
     * @param candidate what is to take its place
     * @throws PackageRefusedException when it may not
     */
    public static void requireUpgrade(PackageIdentity installed, VerifiedPackage candidate) {
        PackageIdentity next = candidate.identity();
        if (!next.plugin().equals(installed.plugin())) {
            throw noUpgrade(installed, next, "is a plugin other", "Install it beside the other");
        }
        if (!next.publisher().equals(installed.publisher())) {
            throw noUpgrade(
                    installed,
                    next,
                    "is of a publisher other",
                    "Uninstall the plugin first if the new publisher is meant");
        }
        int order = next.version().compareTo(installed.version());
        if (order < 0) {
            throw noUpgrade(
                    installed, next, "is older", "Install a higher version, or roll back to one that was installed");
        }
        if (order == 0 && !next.digest().equals(installed.digest())) {
            throw noUpgrade(
                    installed,
                    next,
                    "is of an equal version with content other",
                    "Publish changed content in a higher version");
        }
    }

    /**
     * Requires that a statement of a minimum version was made by a curator who is trusted, or by a publisher whose
     * certificate is for that plugin; both valid at the instant.
     *
     * @param statement the statement
     * @param trust whom to trust
     * @param instant when, usually now
     * @throws PackageRefusedException when it was not
     */
    public static void requireGenuine(MinimumVersion statement, Trust trust, Instant instant) {
        if (statement.issued().isAfter(instant.plus(CLOCK_TOLERANCE))) {
            throw new PackageRefusedException(
                    PackageCheck.MINIMUM_VERSION,
                    "the minimum version was issued at " + statement.issued() + ", but it is " + instant,
                    "Set the clocks, and state it again");
        }
        requireKeyNotRevoked(statement.signer(), "the key that signed the minimum version", trust);
        PublisherCertificate certificate = statement.certificate();
        if (certificate == null) {
            statement.requireSignedBy(validKey(statement.signer(), PackageCheck.MINIMUM_VERSION, trust, instant));
            return;
        }
        requireCertificateNotRevoked(certificate, trust);
        requireCertificate(certificate, statement.plugin(), trust, instant, Optional.empty());
        certificate.requireSignedBy(key(trust, certificate.issuer()));
        statement.requireSignedBy(certificate.key());
    }

    private static void requireNotRevoked(VerifiedPackage verified, Trust trust) {
        String digest = verified.content().digest();
        if (trust.isPackageRevoked(digest)) {
            throw new PackageRefusedException(
                    PackageCheck.REVOCATION, "the package " + digest + " is revoked", WITHDRAWN);
        }
        requireCertificateNotRevoked(verified.certificate(), trust);
        verified.review()
                .ifPresent(
                        review -> requireKeyNotRevoked(review.curator(), "the key of the curator who reviewed", trust));
    }

    private static void requireCertificateNotRevoked(PublisherCertificate certificate, Trust trust) {
        if (trust.isRevoked(certificate)) {
            throw new PackageRefusedException(
                    PackageCheck.REVOCATION,
                    "the certificate " + certificate.serial() + " of the issuer " + certificate.issuer()
                            + " is revoked",
                    WITHDRAWN);
        }
        requireKeyNotRevoked(certificate.key().id(), "the publisher's key", trust);
        requireKeyNotRevoked(certificate.issuer(), "the key of the curator who issued the certificate", trust);
    }

    private static void requireKeyNotRevoked(String id, String whose, Trust trust) {
        if (trust.isKeyRevoked(id)) {
            throw new PackageRefusedException(PackageCheck.REVOCATION, whose + ", " + id + ", is revoked", WITHDRAWN);
        }
    }

    private static void requireReview(Optional<CuratorReview> review, Trust trust, Instant instant) {
        if (review.isEmpty()) {
            if (trust.isReviewRequired()) {
                throw new PackageRefusedException(PackageCheck.REVIEW, "no curator reviewed it", REVIEW_AGAIN);
            }
            return;
        }
        Instant reviewed = review.get().reviewed();
        if (reviewed.isAfter(instant.plus(CLOCK_TOLERANCE))) {
            throw new PackageRefusedException(
                    PackageCheck.REVIEW,
                    "it was reviewed at " + reviewed + ", but it is " + instant,
                    "Set the clocks, and have it reviewed again");
        }
        validKey(review.get().curator(), PackageCheck.REVIEW, trust, instant);
        validKey(review.get().curator(), PackageCheck.REVIEW, trust, reviewed);
    }

    private static void requireCertificate(
            PublisherCertificate certificate,
            String plugin,
            Trust trust,
            Instant instant,
            Optional<CuratorReview> review) {
        if (!certificate.covers(plugin)) {
            throw new PackageRefusedException(
                    PackageCheck.CERTIFICATE,
                    "the certificate is for plugins " + certificate.ids() + ", but this is " + Shown.of(plugin),
                    "Ask the curator for a certificate for this plugin");
        }
        CuratorKey issuer = trust.curator(certificate.issuer())
                .orElseThrow(() -> new PackageRefusedException(
                        PackageCheck.CERTIFICATE,
                        "the certificate was issued by the key " + certificate.issuer() + ", which is not trusted",
                        "Ask a curator of this platform for a certificate"));
        boolean then = review.isPresent()
                && bothValid(certificate, issuer, review.get().reviewed());
        if (!then && !bothValid(certificate, issuer, instant)) {
            throw new PackageRefusedException(
                    PackageCheck.CERTIFICATE,
                    "the certificate is valid from " + certificate.notBefore() + " until " + certificate.notAfter()
                            + " and its issuer's key from " + issuer.notBefore() + " until " + issuer.notAfter()
                            + ", but it is " + instant
                            + review.map(each -> " and was reviewed at " + each.reviewed())
                                    .orElse(""),
                    RENEW);
        }
    }

    private static boolean bothValid(PublisherCertificate certificate, CuratorKey issuer, Instant instant) {
        return certificate.isValidAt(instant) && issuer.isValidAt(instant);
    }

    private static PluginKey validKey(String id, PackageCheck check, Trust trust, Instant instant) {
        CuratorKey key = trust.curator(id)
                .orElseThrow(() -> new PackageRefusedException(
                        check, "the curator's key " + id + " is not trusted", REVIEW_AGAIN));
        if (!key.isValidAt(instant)) {
            throw new PackageRefusedException(
                    check,
                    "the curator's key " + id + " is valid from " + key.notBefore() + " until " + key.notAfter()
                            + ", but was used at, or is asked for, " + instant,
                    REVIEW_AGAIN);
        }
        return key.key();
    }

    private static PluginKey key(Trust trust, String id) {
        return trust.curator(id).map(CuratorKey::key).orElseThrow();
    }

    private static void requireMinimum(PluginManifest manifest, Trust trust) {
        trust.minimumVersion(manifest.id()).ifPresent(minimum -> {
            if (manifest.version().compareTo(minimum) < 0) {
                throw new PackageRefusedException(
                        PackageCheck.MINIMUM_VERSION,
                        "the version is " + manifest.version() + ", but " + manifest.id() + " is to be used from "
                                + minimum + " on",
                        "Install " + minimum + " or higher");
            }
        });
    }

    private static PackageRefusedException noUpgrade(
            PackageIdentity installed, PackageIdentity next, String found, String advice) {
        return new PackageRefusedException(
                PackageCheck.UPGRADE, next + " " + found + " than the installed " + installed, advice);
    }
}
