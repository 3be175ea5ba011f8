package io.tenancy.plugins.kit;

import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.kit.spi.Publishing;
import io.tenancy.plugins.pack.PackageIdentity;
import io.tenancy.plugins.pack.PackageReader;
import io.tenancy.plugins.pack.PackageRefusedException;
import io.tenancy.plugins.pack.PackageWriter;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PluginPackage;
import io.tenancy.plugins.pack.PublisherCertificate;
import io.tenancy.plugins.pack.SigningKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The folder in which a plugin is written: {@code manifest.json}, the module and the files that it names, and {@code assets/}.
 * Nothing else in it is packed. Each method reads the folder anew.
 */
public final class PluginProject {

    private final Path folder;

    private PluginProject(Path folder) {
        this.folder = folder;
    }

    /**
     * A project.
     *
     * @param folder in which it is
     * @return the project
     * @throws PluginException when there is no such folder
     */
    public static PluginProject in(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new PluginException("There is no folder " + folder
                    + "; name the one with the plugin's manifest.json, or begin with 'tenancy plugin new'");
        }
        return new PluginProject(folder);
    }

    /**
     * Looks at manifest and files, and runs nothing.
     *
     * @return everything that is found; empty if all is right
     */
    public List<ProjectProblem> check() {
        return List.copyOf(ProjectCheck.problems(new ProjectFiles(folder)));
    }

    /**
     * Does what a store does with a plugin that is handed in: checks it, admits its module, and calls each sample in both
     * engines, which have to agree. Beyond that, outputs are compared with those expected and with the schemas, calls are held
     * to the manifest's limits, and imports are compared with capabilities. Samples run with all capabilities that the manifest
     * asks for, an empty store, no settings, no secrets, nobody to talk to, in 1970, and with the same random numbers each
     * time.
     *
     * @return what came of it, all problems at once
     */
    public ProjectReport test() {
        return new ProjectTest(new ProjectFiles(folder)).run();
    }

    /**
     * Packs it, without a signature. The same folder gives the same bytes.
     *
     * @return the package
     * @throws ProjectRefusedException when {@link #check()} finds errors
     */
    public byte[] pack() {
        ProjectFiles files = new ProjectFiles(folder);
        requireNone(ProjectCheck.problems(files));
        return packed(files);
    }

    /**
     * Packs it and signs it.
     *
     * @param publisher the publisher's key
     * @param certificate of that key, for this plugin
     * @return the package
     * @throws ProjectRefusedException when {@link #check()} finds errors
     * @throws IllegalArgumentException when certificate, key and manifest do not belong together
     */
    public byte[] sign(SigningKey publisher, PublisherCertificate certificate) {
        return PackageWriter.sign(pack(), certificate, publisher);
    }

    /**
     * Tests it, packs what was tested, signs and publishes it.
     *
     * @param publisher the publisher's key
     * @param certificate of that key, for this plugin
     * @param publishing where it goes
     * @return where it is now, for people
     * @throws ProjectRefusedException when {@link #test()} finds errors
     * @throws IllegalArgumentException when certificate, key and manifest do not belong together
     */
    public String publish(SigningKey publisher, PublisherCertificate certificate, Publishing publishing) {
        ProjectFiles files = new ProjectFiles(folder);
        requireNone(new ProjectTest(files).run().problems());
        byte[] signed = PackageWriter.sign(packed(files), certificate, publisher);
        return publishing.publish(identity(PackageReader.read(signed)), signed);
    }

    /**
     * What a package is.
     *
     * @param read a package
     * @return its identity
     */
    public static PackageIdentity identity(PluginPackage read) {
        PluginManifest manifest = read.manifest();
        return new PackageIdentity(manifest.id(), manifest.version(), manifest.publisher(), read.digest());
    }

    private static byte[] packed(ProjectFiles files) {
        PackageWriter writer = PackageWriter.of(files.manifest().orElseThrow());
        files.content().forEach(writer::file);
        return writer.write();
    }

    /** What keeps files from being packed that are right by themselves. */
    static void requirePackable(ProjectFiles files, List<ProjectProblem> problems) {
        try {
            packed(files);
        } catch (PackageRefusedException refused) {
            problems.add(ProjectProblem.error("the package", refused.found(), refused.advice()));
        } catch (IllegalArgumentException refused) {
            problems.add(ProjectProblem.error("the package", String.valueOf(refused.getMessage()), "mend it"));
        }
    }

    private static void requireNone(List<ProjectProblem> problems) {
        List<ProjectProblem> errors =
                problems.stream().filter(ProjectProblem::isError).toList();
        if (!errors.isEmpty()) {
            throw new ProjectRefusedException(errors);
        }
    }
}
