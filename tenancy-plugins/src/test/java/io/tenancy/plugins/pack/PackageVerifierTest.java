package io.tenancy.plugins.pack;

import static io.tenancy.plugins.pack.Packages.BEGIN;
import static io.tenancy.plugins.pack.Packages.CERTIFICATE;
import static io.tenancy.plugins.pack.Packages.CURATOR;
import static io.tenancy.plugins.pack.Packages.END;
import static io.tenancy.plugins.pack.Packages.NOW;
import static io.tenancy.plugins.pack.Packages.PUBLISHER;
import static io.tenancy.plugins.pack.Packages.TRUST;
import static io.tenancy.plugins.pack.Packages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class PackageVerifierTest {

    private static final SigningKey OTHER = key(3);
    private static final byte[] REVIEWED = Packages.reviewed(Manifests.full());

    private static void refused(ThrowingCallable call, PackageCheck check, String said) {
        assertThatExceptionOfType(PackageRefusedException.class)
                .isThrownBy(call)
                .withMessageContaining(said)
                .satisfies(refusal -> assertThat(refusal.check()).isEqualTo(check));
    }

    private static void refused(byte[] bytes, Trust trust, Instant instant, PackageCheck check, String said) {
        refused(() -> PackageVerifier.verify(bytes, trust, instant), check, said);
    }

    private static byte[] withEntry(byte[] bytes, String name, String json) {
        Zips zip = Zips.of(bytes);
        zip.entries.set(zip.entries.indexOf(zip.entry(name)), new Zips.Entry(name, Packages.utf8(json)));
        return zip.bytes();
    }

    private static String entry(byte[] bytes, String name) {
        return new String(Zips.of(bytes).entry(name).data, StandardCharsets.UTF_8);
    }

    @Test
    void aPackageOfATrustedPublisherThatWasReviewedIsTrusted() {
        VerifiedPackage verified = PackageVerifier.verify(REVIEWED, TRUST, NOW);

        assertThat(verified.certificate()).isEqualTo(CERTIFICATE);
        assertThat(verified.review())
                .map(CuratorReview::curator)
                .contains(CURATOR.publicKey().id());
        assertThat(verified.identity())
                .isEqualTo(new PackageIdentity(
                        "cardiology.cardiac_risk",
                        SemanticVersion.parse("1.2.0"),
                        "heart_house",
                        verified.content().digest()));
    }

    @Test
    void aPackageWithoutSignatureIsRefused() {
        refused(
                Packages.unsigned(Manifests.full()),
                TRUST,
                NOW,
                PackageCheck.PUBLISHER_SIGNATURE,
                "publisher did not sign");
        refused(
                PackageWriter.review(Packages.unsigned(Manifests.full()), NOW, CURATOR),
                TRUST,
                NOW,
                PackageCheck.PUBLISHER_SIGNATURE,
                "publisher did not sign");
    }

    @Test
    void aPackageWithoutReviewIsRefusedUnlessNoneIsRequired() {
        byte[] signed = Packages.signed(Manifests.full());

        refused(signed, TRUST, NOW, PackageCheck.REVIEW, "no curator reviewed it");
        assertThat(PackageVerifier.verify(
                                signed, Packages.trust().reviewRequired(false).build(), NOW)
                        .review())
                .isEmpty();
    }

    @Test
    void aReviewThatIsThereCountsAlsoWhereNoneIsRequired() {
        byte[] strange = PackageWriter.review(Packages.signed(Manifests.full()), NOW, OTHER);

        refused(strange, Packages.trust().reviewRequired(false).build(), NOW, PackageCheck.REVIEW, "is not trusted");
    }

    @Test
    void signaturesOverAnotherManifestAreRefused() {
        byte[] other = Packages.reviewed(Manifests.version("1.2.1"));

        refused(
                withEntry(REVIEWED, "signatures/publisher.json", entry(other, "signatures/publisher.json")),
                TRUST,
                NOW,
                PackageCheck.PUBLISHER_SIGNATURE,
                "was not made by the key");
        refused(
                withEntry(REVIEWED, "signatures/review.json", entry(other, "signatures/review.json")),
                TRUST,
                NOW,
                PackageCheck.REVIEW,
                "was not made by the key");
    }

    @Test
    void aSignatureOfOneKindDoesNotPassForAnother() {
        byte[] about = Packages.utf8("{}");
        for (Statement signed : Statement.values()) {
            String signature = signed.signature(Statement.body(), about, CURATOR);
            for (Statement claimed : Statement.values()) {
                ThrowingCallable verification =
                        () -> claimed.requireSignature(Statement.body(), about, signature, CURATOR.publicKey());
                if (claimed == signed) {
                    assertThatCode(verification).doesNotThrowAnyException();
                } else {
                    refused(verification, claimed.check(), "was not made by the key");
                }
            }
        }
    }

    @Test
    void aReviewThatSaysAnotherTimeThanWasSignedIsRefused() {
        String review = entry(REVIEWED, "signatures/review.json");

        refused(
                withEntry(REVIEWED, "signatures/review.json", review.replace("2026-02-28", "2026-02-27")),
                TRUST,
                NOW,
                PackageCheck.REVIEW,
                "was not made by the key");
    }

    @Test
    void aSignatureThatCannotBeReadIsRefused() {
        String publisher = entry(REVIEWED, "signatures/publisher.json");
        String review = entry(REVIEWED, "signatures/review.json");
        for (String broken : List.of(
                "",
                "[]",
                "{}",
                publisher + " ",
                publisher.replace("{\"certificate\"", "{\"x\":1,\"certificate\""),
                publisher.replace("\"format\":1", "\"format\":2"),
                "[".repeat(5_000),
                "\0")) {
            refused(
                    withEntry(REVIEWED, "signatures/publisher.json", broken),
                    TRUST,
                    NOW,
                    PackageCheck.PUBLISHER_SIGNATURE,
                    "cannot be read");
        }
        for (String broken : List.of("{}", review.toUpperCase(Locale.ROOT), "1".repeat(20_000))) {
            refused(
                    withEntry(REVIEWED, "signatures/review.json", broken),
                    TRUST,
                    NOW,
                    PackageCheck.REVIEW,
                    "cannot be read");
        }
    }

    @Test
    void aCertificateThatNobodyTrustedIssuedIsRefused() {
        PublisherCertificate strange = Packages.certificate(PUBLISHER, BEGIN, END, 7, OTHER, "cardiology");
        byte[] bytes = PackageWriter.sign(REVIEWED, strange, PUBLISHER);

        refused(bytes, TRUST, NOW, PackageCheck.CERTIFICATE, "which is not trusted");
    }

    @Test
    void aCertificateThatWasChangedIsRefused() {
        PublisherCertificate wider = new PublisherCertificate(
                CERTIFICATE.subject(),
                OTHER.publicKey(),
                CERTIFICATE.notBefore(),
                CERTIFICATE.notAfter(),
                CERTIFICATE.serial(),
                CERTIFICATE.issuer(),
                CERTIFICATE.ids(),
                CERTIFICATE.signature());

        refused(
                PackageWriter.sign(REVIEWED, wider, OTHER),
                TRUST,
                NOW,
                PackageCheck.CERTIFICATE,
                "was not made by the key");
    }

    @Test
    void aCertificateOfAnotherPublisherOrForOtherPluginsIsRefused() {
        PublisherCertificate neighbour = PublisherCertificate.issue(
                "neighbour", PUBLISHER.publicKey(), BEGIN, END, 9, new TreeSet<>(Set.of("cardiology")), CURATOR);
        PublisherCertificate others = Packages.certificate(
                PUBLISHER, BEGIN, END, 9, CURATOR, "cardio", "cardiology.cardiac", "cardiology.cardiac_risk.more");

        refused(signedBy(neighbour), TRUST, NOW, PackageCheck.CERTIFICATE, "is of the publisher 'neighbour'");
        refused(signedBy(others), TRUST, NOW, PackageCheck.CERTIFICATE, "is for plugins");
    }

    // Signs without the checks of the writer, as a forger would.
    private static byte[] signedBy(PublisherCertificate certificate) {
        PluginPackage read = PackageReader.read(REVIEWED);
        return read.with(PublisherSignature.of(read.manifestJson(), certificate, PUBLISHER))
                .bytes();
    }

    @Test
    void theWriterSignsNothingThatItsCertificateDoesNotCover() {
        PublisherCertificate others = Packages.certificate(PUBLISHER, BEGIN, END, 9, CURATOR, "neurology");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PackageWriter.sign(REVIEWED, others, PUBLISHER))
                .withMessageContaining("ask the curator");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PackageWriter.sign(REVIEWED, CERTIFICATE, OTHER))
                .withMessageContaining("sign with the key of the certificate");
    }

    @Test
    void aCertificateCoversAnIdAndWhatIsBelowIt() {
        assertThat(CERTIFICATE.covers("cardiology")).isTrue();
        assertThat(CERTIFICATE.covers("cardiology.cardiac_risk")).isTrue();
        assertThat(CERTIFICATE.covers("cardiologyx")).isFalse();
        assertThat(CERTIFICATE.covers("neurology")).isFalse();
        assertThat(PublisherCertificate.read(CERTIFICATE.json())).isEqualTo(CERTIFICATE);
    }

    @Test
    void aCertificateThatExpiredOrIsNotYetValidIsRefusedWhereThereIsNoReview() {
        Trust noReview = Packages.trust().reviewRequired(false).build();
        byte[] expired =
                PackageWriter.sign(Packages.unsigned(Manifests.full()), Packages.certificate(BEGIN, NOW), PUBLISHER);
        byte[] early = PackageWriter.sign(
                Packages.unsigned(Manifests.full()), Packages.certificate(NOW.plusSeconds(1), END), PUBLISHER);

        refused(expired, noReview, NOW, PackageCheck.CERTIFICATE, "the certificate is valid from");
        refused(early, noReview, NOW, PackageCheck.CERTIFICATE, "the certificate is valid from");
        assertThatCode(() -> PackageVerifier.verify(expired, noReview, NOW.minusSeconds(1)))
                .doesNotThrowAnyException();
        assertThatCode(() -> PackageVerifier.verify(early, noReview, NOW.plusSeconds(1)))
                .doesNotThrowAnyException();
    }

    @Test
    void aCertificateThatExpiresAfterTheReviewGoesOnCounting() {
        PublisherCertificate brief = Packages.certificate(BEGIN, NOW);
        byte[] before = PackageWriter.sign(REVIEWED, brief, PUBLISHER);
        byte[] after = PackageWriter.review(before, NOW.plusSeconds(60), CURATOR);

        assertThatCode(() -> PackageVerifier.verify(before, TRUST, NOW.plus(Duration.ofDays(30))))
                .doesNotThrowAnyException();
        refused(after, TRUST, NOW.plus(Duration.ofDays(30)), PackageCheck.CERTIFICATE, "was reviewed at");
    }

    @Test
    void aReviewOfTheFutureIsRefused() {
        byte[] bytes = PackageWriter.review(
                REVIEWED, NOW.plus(PackageVerifier.CLOCK_TOLERANCE).plusSeconds(1), CURATOR);

        refused(bytes, TRUST, NOW, PackageCheck.REVIEW, "Set the clocks");
        assertThatCode(() -> PackageVerifier.verify(bytes, TRUST, NOW.plusSeconds(1)))
                .doesNotThrowAnyException();
    }

    @Test
    void aCuratorsKeyCountsInItsTimeOnly() {
        refused(REVIEWED, TRUST, END, PackageCheck.REVIEW, "is valid from");
        byte[] early = PackageWriter.review(REVIEWED, BEGIN.minusSeconds(1), CURATOR);
        refused(early, TRUST, NOW, PackageCheck.REVIEW, "is valid from");
    }

    @Test
    void keysOfCuratorsAreRotatedByOverlap() {
        Instant change = NOW;
        Trust both = Trust.builder()
                .curator(new CuratorKey(CURATOR.publicKey(), BEGIN, change.plus(Duration.ofDays(30))))
                .curator(new CuratorKey(OTHER.publicKey(), change, change.plus(Duration.ofDays(365))))
                .build();
        byte[] renewed = PackageWriter.review(REVIEWED, change.plus(Duration.ofDays(1)), OTHER);
        Instant overlap = change.plus(Duration.ofDays(2));
        Instant later = change.plus(Duration.ofDays(31));

        assertThatCode(() -> PackageVerifier.verify(REVIEWED, both, overlap)).doesNotThrowAnyException();
        assertThatCode(() -> PackageVerifier.verify(renewed, both, overlap)).doesNotThrowAnyException();
        refused(REVIEWED, both, later, PackageCheck.REVIEW, "is valid from");
        // The certificate's issuer expired, but was valid at the review by the new key.
        assertThatCode(() -> PackageVerifier.verify(renewed, both, later)).doesNotThrowAnyException();
    }

    @Test
    void whatIsRevokedIsRefusedHoweverItIsSigned() {
        String digest = PackageReader.read(REVIEWED).digest();
        Trust.RevokedCertificate certificate =
                new Trust.RevokedCertificate(CURATOR.publicKey().id(), CERTIFICATE.serial());
        byte[] again = PackageWriter.review(REVIEWED, NOW, CURATOR);
        Zips deflated = Zips.of(again);
        deflated.entries.forEach(Zips.Entry::deflate);

        for (byte[] bytes : List.of(REVIEWED, again, deflated.bytes())) {
            refused(
                    bytes,
                    Packages.trust().revokePackage(digest).build(),
                    NOW,
                    PackageCheck.REVOCATION,
                    "the package " + digest);
            refused(
                    bytes,
                    Packages.trust().revoke(certificate).build(),
                    NOW,
                    PackageCheck.REVOCATION,
                    "the certificate 7");
            refused(
                    bytes,
                    Packages.trust().revokeKey(PUBLISHER.publicKey().id()).build(),
                    NOW,
                    PackageCheck.REVOCATION,
                    "the publisher's key");
            refused(
                    bytes,
                    Packages.trust().revokeKey(CURATOR.publicKey().id()).build(),
                    NOW,
                    PackageCheck.REVOCATION,
                    "the key of the curator");
        }
    }

    @Test
    void aRevokedKeyOfTheReviewerIsRefusedThoughAnotherIssuedTheCertificate() {
        Trust trust = Packages.trust()
                .curator(new CuratorKey(OTHER.publicKey(), BEGIN, END))
                .revokeKey(OTHER.publicKey().id())
                .build();

        refused(
                PackageWriter.review(REVIEWED, NOW, OTHER),
                trust,
                NOW,
                PackageCheck.REVOCATION,
                "curator who reviewed");
        assertThatCode(() -> PackageVerifier.verify(REVIEWED, trust, NOW)).doesNotThrowAnyException();
    }

    @Test
    void whatWasVerifiedIsAskedAgainWithoutItsBytes() {
        VerifiedPackage verified = Packages.verified(Manifests.full());

        assertThatCode(() -> PackageVerifier.requireStillTrusted(verified, TRUST, NOW))
                .doesNotThrowAnyException();
        refused(
                () -> PackageVerifier.requireStillTrusted(
                        verified,
                        TRUST.toBuilder()
                                .revokePackage(verified.content().digest())
                                .build(),
                        NOW),
                PackageCheck.REVOCATION,
                "is revoked");
        refused(() -> PackageVerifier.requireStillTrusted(verified, TRUST, END), PackageCheck.REVIEW, "is valid from");
        refused(
                () -> PackageVerifier.requireStillTrusted(
                        verified, Trust.builder().build(), NOW),
                PackageCheck.REVIEW,
                "is not trusted");
    }

    @Test
    void trustThatIsBuiltOnKeepsWhatItHad() {
        MinimumVersion minimum =
                MinimumVersion.of("cardiology.cardiac_risk", SemanticVersion.parse("2.0.0"), NOW, CURATOR);
        Trust trust = Packages.trust()
                .revokeKey("a".repeat(64))
                .revokePackage("b".repeat(64))
                .revoke(new Trust.RevokedCertificate("c".repeat(64), 1))
                .minimumVersion(minimum)
                .reviewRequired(false)
                .build()
                .toBuilder()
                .build();

        assertThat(trust.curator(CURATOR.publicKey().id())).isPresent();
        assertThat(trust.isKeyRevoked("a".repeat(64))).isTrue();
        assertThat(trust.isPackageRevoked("b".repeat(64))).isTrue();
        assertThat(trust.isRevoked(Packages.certificate(BEGIN, END))).isFalse();
        assertThat(trust.minimumVersion("cardiology.cardiac_risk")).contains(SemanticVersion.parse("2.0.0"));
        assertThat(trust.isReviewRequired()).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> trust.toBuilder().curator(new CuratorKey(CURATOR.publicKey(), BEGIN, NOW)));
        assertThatIllegalArgumentException().isThrownBy(() -> trust.toBuilder().revokeKey("not an id"));
    }

    @Test
    void anUpgradeIsHigherAndOfTheSamePublisher() {
        PackageIdentity installed = Packages.verified(Manifests.full()).identity();

        assertThatCode(() -> PackageVerifier.requireUpgrade(installed, Packages.verified(Manifests.version("1.2.1"))))
                .doesNotThrowAnyException();
        assertThatCode(() -> PackageVerifier.requireUpgrade(installed, Packages.verified(Manifests.full())))
                .doesNotThrowAnyException();
        for (String older : List.of("1.1.9", "1.2.0-rc.1", "0.9.0")) {
            refused(
                    () -> PackageVerifier.requireUpgrade(installed, Packages.verified(Manifests.version(older))),
                    PackageCheck.UPGRADE,
                    "is older than");
        }
        refused(
                () -> PackageVerifier.requireUpgrade(
                        installed, Packages.verified(PluginManifest.read(Manifests.with("/title", "\"Other\"")))),
                PackageCheck.UPGRADE,
                "equal version");
        refused(
                () -> PackageVerifier.requireUpgrade(installed, Packages.verified(Manifests.version("1.2.0+9"))),
                PackageCheck.UPGRADE,
                "equal version");
        refused(
                () -> PackageVerifier.requireUpgrade(installed, Packages.verified(Manifests.small())),
                PackageCheck.UPGRADE,
                "is a plugin other");
        refused(
                () -> PackageVerifier.requireUpgrade(
                        new PackageIdentity(installed.plugin(), installed.version(), "neighbour", installed.digest()),
                        Packages.verified(Manifests.version("3.0.0"))),
                PackageCheck.UPGRADE,
                "is of a publisher other");
    }

    @Test
    void aVersionBelowTheMinimumIsRefused() {
        MinimumVersion low = MinimumVersion.of("cardiology.cardiac_risk", SemanticVersion.parse("1.2.0"), NOW, CURATOR);
        MinimumVersion high =
                MinimumVersion.of("cardiology.cardiac_risk", SemanticVersion.parse("1.2.1"), NOW, CURATOR);

        assertThatCode(() -> PackageVerifier.verify(
                        REVIEWED, Packages.trust().minimumVersion(low).build(), NOW))
                .doesNotThrowAnyException();
        refused(
                REVIEWED,
                Packages.trust().minimumVersion(high).minimumVersion(low).build(),
                NOW,
                PackageCheck.MINIMUM_VERSION,
                "to be used from 1.2.1 on");
    }

    @Test
    void aMinimumVersionIsStatedByACuratorOrByThePublisherOfThatPlugin() {
        SemanticVersion version = SemanticVersion.parse("1.3.0");
        MinimumVersion curators = MinimumVersion.of("cardiology.cardiac_risk", version, NOW, CURATOR);
        MinimumVersion publishers = MinimumVersion.of("cardiology.cardiac_risk", version, NOW, CERTIFICATE, PUBLISHER);

        for (MinimumVersion statement : List.of(curators, publishers)) {
            assertThat(MinimumVersion.read(statement.json())).isEqualTo(statement);
            assertThatCode(() -> PackageVerifier.requireGenuine(MinimumVersion.read(statement.json()), TRUST, NOW))
                    .doesNotThrowAnyException();
            refused(
                    () -> PackageVerifier.requireGenuine(
                            MinimumVersion.read(statement.json().replace("1.3.0", "9.9.9")), TRUST, NOW),
                    PackageCheck.MINIMUM_VERSION,
                    "was not made by the key");
        }
        refused(
                () -> PackageVerifier.requireGenuine(
                        MinimumVersion.of("cardiology.cardiac_risk", version, NOW, OTHER), TRUST, NOW),
                PackageCheck.MINIMUM_VERSION,
                "is not trusted");
        refused(
                () -> PackageVerifier.requireGenuine(
                        MinimumVersion.of("neurology.stroke", version, NOW, CERTIFICATE, PUBLISHER), TRUST, NOW),
                PackageCheck.CERTIFICATE,
                "is for plugins");
        refused(
                () -> PackageVerifier.requireGenuine(curators, TRUST, NOW.minus(Duration.ofDays(1))),
                PackageCheck.MINIMUM_VERSION,
                "Set the clocks");
        refused(
                () -> PackageVerifier.requireGenuine(
                        publishers,
                        TRUST.toBuilder().revokeKey(PUBLISHER.publicKey().id()).build(),
                        NOW),
                PackageCheck.REVOCATION,
                "is revoked");
        refused(
                () -> PackageVerifier.requireGenuine(curators, TRUST, END),
                PackageCheck.MINIMUM_VERSION,
                "is valid from");
        refused(() -> MinimumVersion.read("{}"), PackageCheck.MINIMUM_VERSION, "cannot be read");
    }

    @Test
    void aPublishersMinimumVersionStandsOnItsOwnCertificate() {
        PublisherCertificate forged = Packages.certificate(OTHER, BEGIN, END, 7, OTHER, "cardiology");
        PublisherCertificate claimed = new PublisherCertificate(
                forged.subject(),
                forged.key(),
                forged.notBefore(),
                forged.notAfter(),
                forged.serial(),
                CURATOR.publicKey().id(),
                forged.ids(),
                forged.signature());
        SemanticVersion version = SemanticVersion.parse("99.0.0");

        refused(
                () -> PackageVerifier.requireGenuine(
                        MinimumVersion.of("cardiology.cardiac_risk", version, NOW, claimed, OTHER), TRUST, NOW),
                PackageCheck.CERTIFICATE,
                "was not made by the key");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MinimumVersion.of("cardiology.cardiac_risk", version, NOW, CERTIFICATE, OTHER))
                .withMessageContaining("certificate is of another key");
    }
}
