package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Digests;
import io.tenancy.plugins.pack.internal.PackageBounds;
import io.tenancy.plugins.pack.internal.Shown;
import io.tenancy.plugins.pack.internal.ZipWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is in a package: its files are those of its manifest. Nothing is said of who made it; {@link PackageVerifier} does
 * that. Immutable.
 */
public final class PluginPackage {

    private final PluginManifest manifest;
    private final byte[] manifestJson;
    private final byte @Nullable [] publisherSignature;
    private final byte @Nullable [] review;
    private final SortedMap<String, byte[]> files;

    PluginPackage(
            PluginManifest manifest,
            byte[] manifestJson,
            byte @Nullable [] publisherSignature,
            byte @Nullable [] review,
            SortedMap<String, byte[]> files) {
        this.manifest = manifest;
        this.manifestJson = manifestJson;
        this.publisherSignature = publisherSignature;
        this.review = review;
        this.files = new TreeMap<>(files);
    }

    /**
     * What the plugin says of itself.
     *
     * @return the manifest, with its files
     */
    public PluginManifest manifest() {
        return manifest;
    }

    /**
     * What names the package: the manifest names the digest of every file, so two packages of one digest have the same
     * content, however they are packed and whoever signed them.
     *
     * @return SHA-256 of the canonical manifest, as 64 hexadecimal digits
     */
    public String digest() {
        return Digests.sha256(manifestJson);
    }

    /**
     * The files besides manifest and signatures.
     *
     * @return their paths, sorted
     */
    public SortedSet<String> paths() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(files.keySet()));
    }

    /**
     * Reads a file.
     *
     * @param path of the file
     * @return a copy of its bytes
     * @throws IllegalArgumentException when there is no such file
     */
    public byte[] file(String path) {
        byte[] content = files.get(path);
        if (content == null) {
            throw new IllegalArgumentException("The package of " + manifest.id() + " has no file " + Shown.of(path)
                    + "; it has " + files.keySet());
        }
        return content.clone();
    }

    /**
     * The WebAssembly module.
     *
     * @return a copy of its bytes
     */
    public byte[] module() {
        return file(manifest.module());
    }

    /**
     * The certificate that came with the publisher's signature. Nothing is said of whether either is genuine; {@link
     * PackageVerifier} says that.
     *
     * @return empty if nobody signed it
     * @throws PackageRefusedException when the signature cannot be read
     */
    public Optional<PublisherCertificate> certificate() {
        return publisherSignature().map(PublisherSignature::read).map(PublisherSignature::certificate);
    }

    /**
     * Whether a curator's review came with it. Nothing is said of whether it is genuine.
     *
     * @return true if there is one
     */
    public boolean isReviewed() {
        return review != null;
    }

    /**
     * Writes the package.
     *
     * @return one file; the same bytes for the same content and signatures, on every machine
     */
    public byte[] bytes() {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put(PackageBounds.MANIFEST, manifestJson);
        if (publisherSignature != null) {
            entries.put(PackageBounds.PUBLISHER_SIGNATURE, publisherSignature);
        }
        if (review != null) {
            entries.put(PackageBounds.REVIEW, review);
        }
        entries.putAll(files);
        return ZipWriter.write(entries);
    }

    byte[] manifestJson() {
        return manifestJson;
    }

    Optional<byte[]> publisherSignature() {
        return Optional.ofNullable(publisherSignature);
    }

    Optional<byte[]> review() {
        return Optional.ofNullable(review);
    }

    PluginPackage with(PublisherSignature signature) {
        return new PluginPackage(
                manifest, manifestJson, signature.json().getBytes(StandardCharsets.UTF_8), review, files);
    }

    PluginPackage with(CuratorReview reviewed) {
        return new PluginPackage(
                manifest, manifestJson, publisherSignature, reviewed.json().getBytes(StandardCharsets.UTF_8), files);
    }
}
