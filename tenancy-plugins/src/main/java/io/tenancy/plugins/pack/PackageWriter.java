package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Digests;
import io.tenancy.plugins.pack.internal.Form;
import io.tenancy.plugins.pack.internal.Shown;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Packs a plugin: first {@link #write()}, then the publisher's {@link #sign signature}, then a curator's {@link #review
 * review}. The same input gives the same bytes. For one thread.
 */
public final class PackageWriter {

    private final PluginManifest manifest;
    private final SortedMap<String, byte[]> files = new TreeMap<>();

    private PackageWriter(PluginManifest manifest) {
        this.manifest = manifest;
    }

    /**
     * Begins a package.
     *
     * @param manifest what the plugin says of itself; digests of files in it are made anew
     * @return a writer
     */
    public static PackageWriter of(PluginManifest manifest) {
        return new PackageWriter(manifest);
    }

    /**
     * Adds a file.
     *
     * @param path relative, of letters, digits, {@code _}, {@code -} and {@code .}, up to six parts
     * @param content its bytes, which are copied
     * @return this
     * @throws IllegalArgumentException when there is one of that path, or the path is not possible
     */
    public PackageWriter file(String path, byte[] content) {
        Form.FILE.require("The path of a file", path);
        if (files.putIfAbsent(path, content.clone()) != null) {
            throw new IllegalArgumentException(
                    "The file " + Shown.of(path) + " is in the package already; add each file once");
        }
        return this;
    }

    /**
     * Packs what was added, without a signature.
     *
     * @return the package
     * @throws IllegalArgumentException when a file that the manifest names was not added, or a name is not possible
     * @throws PackageRefusedException when the package would exceed a bound
     */
    public byte[] write() {
        SortedMap<String, PackagedFile> packed = new TreeMap<>();
        files.forEach((path, content) -> packed.put(path, new PackagedFile(Digests.sha256(content), content.length)));
        PluginManifest complete = manifest.withFiles(packed);
        byte[] json = complete.json().getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new PluginPackage(complete, json, null, null, files).bytes();
        // What no reader would take is not written.
        PackageReader.read(bytes);
        return bytes;
    }

    /**
     * Signs a package as its publisher. A signature that is there is replaced; a review stays.
     *
     * @param bytes the package
     * @param certificate of the publisher, for this plugin
     * @param publisher the key of that certificate
     * @return the package with the signature
     * @throws PackageRefusedException when it cannot be read
     * @throws IllegalArgumentException when certificate, key and manifest do not belong together
     */
    public static byte[] sign(byte[] bytes, PublisherCertificate certificate, SigningKey publisher) {
        PluginPackage read = PackageReader.read(bytes);
        PluginManifest manifest = read.manifest();
        if (!certificate.key().equals(publisher.publicKey())) {
            throw new IllegalArgumentException("The certificate is of the key "
                    + certificate.key().id() + ", but the key that signs is "
                    + publisher.publicKey().id() + "; sign with the key of the certificate");
        }
        if (!certificate.subject().equals(manifest.publisher()) || !certificate.covers(manifest.id())) {
            throw new IllegalArgumentException("The certificate is of the publisher " + certificate.subject()
                    + " for plugins " + certificate.ids() + ", but the manifest says " + manifest.id() + " of "
                    + manifest.publisher() + "; ask the curator for a certificate for this plugin");
        }
        return read.with(PublisherSignature.of(read.manifestJson(), certificate, publisher))
                .bytes();
    }

    /**
     * Signs a package as a curator who reviewed it. A review that is there is replaced.
     *
     * @param bytes the package
     * @param reviewed when it was reviewed; parts of a second are cut off
     * @param curator the curator's key
     * @return the package with the review
     * @throws PackageRefusedException when it cannot be read
     */
    public static byte[] review(byte[] bytes, Instant reviewed, SigningKey curator) {
        PluginPackage read = PackageReader.read(bytes);
        return read.with(CuratorReview.of(read.manifestJson(), reviewed, curator))
                .bytes();
    }
}
