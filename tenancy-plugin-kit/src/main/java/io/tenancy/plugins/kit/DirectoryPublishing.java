package io.tenancy.plugins.kit;

import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.kit.spi.Publishing;
import io.tenancy.plugins.pack.PackageIdentity;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Publishes packages to a folder: {@code ID/ID-VERSION.tplugin}. What is published once is never replaced. */
public final class DirectoryPublishing implements Publishing {

    private final Path folder;

    /**
     * Publishes to a folder.
     *
     * @param folder made if it is not there
     */
    public DirectoryPublishing(Path folder) {
        this.folder = folder;
    }

    @Override
    public String publish(PackageIdentity plugin, byte[] signed) {
        Path file = folder.resolve(plugin.plugin()).resolve(plugin.plugin() + "-" + plugin.version() + ".tplugin");
        try {
            Files.createDirectories(file.getParent());
            Path written = Files.createTempFile(file.getParent(), ".publishing", ".tmp");
            try {
                Files.write(written, signed);
                // Readers see all of it or nothing, and of two who publish at once only one can make the link.
                Files.createLink(file, written);
            } finally {
                Files.delete(written);
            }
            return file.toString();
        } catch (FileAlreadyExistsException exists) {
            requireSame(plugin, signed, file);
            return file.toString();
        } catch (UnsupportedOperationException noLinks) {
            throw new PluginException(
                    "The package " + plugin + " cannot be written to " + file
                            + ", where files cannot be linked; publish to a folder on another file system",
                    noLinks);
        } catch (IOException failed) {
            throw new PluginException(
                    "The package " + plugin + " cannot be written to " + file + ": " + failed, failed);
        }
    }

    private static void requireSame(PackageIdentity plugin, byte[] signed, Path file) {
        byte[] published;
        try {
            published = Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new PluginException("What is published as " + file + " cannot be read: " + unreadable, unreadable);
        }
        if (!Arrays.equals(signed, published)) {
            throw new PluginException("Version " + plugin.version() + " of " + plugin.plugin()
                    + " is published already with other content in " + file
                    + "; raise the version in manifest.json, and pack and sign it again");
        }
    }
}
