package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Digests;
import io.tenancy.plugins.pack.internal.PackageBounds;
import io.tenancy.plugins.pack.internal.Shown;
import io.tenancy.plugins.pack.internal.ZipWalk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads packages that strangers made. Stateless. */
public final class PackageReader {

    private PackageReader() {}

    /**
     * Reads a package without asking who made it.
     *
     * @param bytes the file
     * @return its content, which is what its manifest says
     * @throws PackageRefusedException when it has not the one form of packages, exceeds a bound, or its files are not
     *     those of its manifest
     */
    public static PluginPackage read(byte[] bytes) {
        Map<String, byte[]> entries = ZipWalk.entries(bytes);
        byte[] json = entries.get(PackageBounds.MANIFEST);
        if (json == null) {
            throw new PackageRefusedException(
                    PackageCheck.CONTAINER, "it has no manifest.json", "Pack it with PackageWriter or the kit");
        }
        SortedMap<String, byte[]> files = new TreeMap<>(entries);
        files.remove(PackageBounds.MANIFEST);
        byte[] signature = files.remove(PackageBounds.PUBLISHER_SIGNATURE);
        byte[] review = files.remove(PackageBounds.REVIEW);
        requireOrder(entries, files);
        PluginManifest manifest = ManifestReader.readPacked(json);
        requireSameFiles(manifest, files);
        manifest.files().forEach((path, said) -> requireContent(path, said, Objects.requireNonNull(files.get(path))));
        return new PluginPackage(manifest, json, signature, review, files);
    }

    private static void requireOrder(Map<String, byte[]> entries, SortedMap<String, byte[]> files) {
        List<String> expected = new ArrayList<>(
                List.of(PackageBounds.MANIFEST, PackageBounds.PUBLISHER_SIGNATURE, PackageBounds.REVIEW));
        expected.retainAll(entries.keySet());
        expected.addAll(files.keySet());
        List<String> found = List.copyOf(entries.keySet());
        for (int i = 0; i < found.size(); i++) {
            if (!found.get(i).equals(expected.get(i))) {
                throw new PackageRefusedException(
                        PackageCheck.CONTAINER,
                        "entry " + (i + 1) + " is " + Shown.of(found.get(i)) + " where " + Shown.of(expected.get(i))
                                + " belongs",
                        "Put manifest.json first, then signatures/publisher.json and signatures/review.json, then the"
                                + " files sorted by name");
            }
        }
    }

    private static void requireSameFiles(PluginManifest manifest, SortedMap<String, byte[]> files) {
        for (String path : files.keySet()) {
            if (!manifest.files().containsKey(path)) {
                throw refused(path, "is in the package, but not in the manifest");
            }
        }
        for (String path : manifest.files().keySet()) {
            if (!files.containsKey(path)) {
                throw refused(path, "is in the manifest, but not in the package");
            }
        }
        if (!files.containsKey(manifest.module())) {
            throw refused(manifest.module(), "is the module, but is not in the package");
        }
    }

    private static void requireContent(String path, PackagedFile said, byte[] content) {
        if (said.bytes() != content.length) {
            throw refused(path, "has " + content.length + " bytes, but " + said.bytes() + " in the manifest");
        }
        String digest = Digests.sha256(content);
        if (!said.sha256().equals(digest)) {
            throw refused(path, "has the SHA-256 " + digest + ", but " + said.sha256() + " in the manifest");
        }
    }

    private static PackageRefusedException refused(String path, String found) {
        return new PackageRefusedException(
                PackageCheck.FILES,
                "the file " + Shown.of(path) + " " + found,
                "Get the package again from where it is published, or pack it again");
    }
}
