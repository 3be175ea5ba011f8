package io.tenancy.cli;

import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.kit.DirectoryPublishing;
import io.tenancy.plugins.kit.KeyFile;
import io.tenancy.plugins.kit.PluginProject;
import io.tenancy.plugins.kit.PluginTemplate;
import io.tenancy.plugins.kit.ProjectReport;
import io.tenancy.plugins.pack.CuratorKey;
import io.tenancy.plugins.pack.PackageReader;
import io.tenancy.plugins.pack.PackageVerifier;
import io.tenancy.plugins.pack.PackageWriter;
import io.tenancy.plugins.pack.PluginKey;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PluginPackage;
import io.tenancy.plugins.pack.PublisherCertificate;
import io.tenancy.plugins.pack.SigningKey;
import io.tenancy.plugins.pack.Trust;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code tenancy plugin}. Each of its commands is a method. */
@Command(
        name = "plugin",
        description = "Write, test, pack, sign and publish plugins.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class PluginCommand {

    private static final String CURRENT = ".";

    private final InstantSource clock;

    @Spec
    private @Nullable CommandSpec spec;

    PluginCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Command(name = "new", description = "Begin a plugin in a new folder.", mixinStandardHelpOptions = true)
    int begin(
            @Option(
                            names = {"-l", "--language"},
                            required = true,
                            paramLabel = "LANGUAGE",
                            description = "${COMPLETION-CANDIDATES}, in small letters if you like")
                    PluginTemplate language,
            @Option(
                            names = "--publisher",
                            defaultValue = "my_company",
                            paramLabel = "NAME",
                            description = "who answers for it; default: ${DEFAULT-VALUE}")
                    String publisher,
            @Option(
                            names = "--id",
                            paramLabel = "ID",
                            description = "such as cardiology.cardiac_risk; default: the name")
                    @Nullable String id,
            @Parameters(paramLabel = "NAME", description = "of the folder, such as my_plugin") Path folder) {
        String name = String.valueOf(folder.getFileName());
        List<String> files = language.write(folder, id == null ? name : id, publisher, title(name));
        files.forEach(file -> out().println("  " + folder.resolve(file)));
        out().println("Next: build it with " + folder.resolve("build.sh") + ", then: tenancy plugin test " + folder);
        return TenancyCommand.WORKED;
    }

    @Command(
            name = "test",
            description = "Check a plugin and run its samples in both engines.",
            mixinStandardHelpOptions = true)
    int test(@Parameters(arity = "0..1", defaultValue = CURRENT, paramLabel = "DIR") Path folder) {
        ProjectReport report = PluginProject.in(folder).test();
        out().print(report.text());
        return report.passed() ? TenancyCommand.WORKED : TenancyCommand.REFUSED;
    }

    @Command(
            name = "pack",
            description = "Test a plugin and make one file of it, not signed yet.",
            mixinStandardHelpOptions = true)
    int pack(
            @Parameters(arity = "0..1", defaultValue = CURRENT, paramLabel = "DIR") Path folder,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "FILE",
                            description = "default: ID-VERSION.tplugin in DIR")
                    @Nullable Path output) {
        PluginProject project = PluginProject.in(folder);
        ProjectReport report = project.test();
        if (!report.passed()) {
            err().print(report.text());
            return TenancyCommand.REFUSED;
        }
        byte[] packed = project.pack();
        PluginManifest manifest = PackageReader.read(packed).manifest();
        Path to = output == null
                ? folder.resolve(manifest.id() + "-" + manifest.version() + ".tplugin")
                        .normalize()
                : output;
        PackageFiles.write(to, packed);
        out().printf(Locale.ROOT, "%s, %,d bytes%n", to, packed.length);
        return TenancyCommand.WORKED;
    }

    @Command(
            name = "keys",
            description = "Make a pair of keys of Ed25519 in a file that only you can read.",
            mixinStandardHelpOptions = true)
    int keys(
            @Parameters(
                            arity = "0..1",
                            defaultValue = "publisher.key",
                            paramLabel = "FILE",
                            description = "default: ${DEFAULT-VALUE}")
                    Path file) {
        PluginKey key = KeyFile.create(file).publicKey();
        out().println(file + " is yours alone; whoever has it can publish in your name.");
        out().println("public key  " + key.hex());
        out().println("key id      " + key.id());
        return TenancyCommand.WORKED;
    }

    @Command(
            name = "certify",
            description = "As a curator: certify that a key is a publisher's, and for which plugins.",
            mixinStandardHelpOptions = true)
    int certify(
            @Option(names = "--curator", required = true, paramLabel = "FILE", description = "the curator's key")
                    Path curator,
            @Option(names = "--publisher", required = true, paramLabel = "NAME", description = "whose key it is")
                    String publisher,
            @Option(
                            names = "--public-key",
                            required = true,
                            paramLabel = "HEX",
                            description = "the publisher's, as 'tenancy plugin keys' tells it")
                    String publicKey,
            @Option(
                            names = "--id",
                            required = true,
                            paramLabel = "ID",
                            description = "a plugin, or what ids begin with before a dot; may be given again")
                    List<String> ids,
            @Option(
                            names = "--days",
                            defaultValue = "365",
                            paramLabel = "DAYS",
                            description = "how long it counts; default: ${DEFAULT-VALUE}")
                    int days,
            @Option(
                            names = "--serial",
                            paramLabel = "NUMBER",
                            description = "another one for each certificate of this curator's key, by which it can be"
                                    + " revoked; default: the milliseconds since 1970")
                    @Nullable Long serial,
            @Option(
                            names = {"-o", "--output"},
                            defaultValue = "certificate.json",
                            paramLabel = "FILE",
                            description = "default: ${DEFAULT-VALUE}")
                    Path output) {
        Instant now = clock.instant();
        PublisherCertificate certificate = PublisherCertificate.issue(
                publisher,
                new PluginKey(publicKey),
                now,
                now.plus(Duration.ofDays(days)),
                serial == null ? now.toEpochMilli() : serial,
                new TreeSet<>(ids),
                KeyFile.read(curator));
        PackageFiles.writeNew(output, certificate.json());
        out().println(output + " certifies " + publisher + " for " + certificate.ids() + " until "
                + certificate.notAfter() + ", serial " + certificate.serial());
        return TenancyCommand.WORKED;
    }

    @Command(name = "sign", description = "Sign a packed plugin as its publisher.", mixinStandardHelpOptions = true)
    int sign(
            @Parameters(paramLabel = "FILE", description = "as 'tenancy plugin pack' makes it") Path file,
            @Option(
                            names = "--key",
                            defaultValue = "publisher.key",
                            paramLabel = "FILE",
                            description = "the publisher's; default: ${DEFAULT-VALUE}")
                    Path key,
            @Option(
                            names = "--certificate",
                            defaultValue = "certificate.json",
                            paramLabel = "FILE",
                            description = "of that key, from a curator; default: ${DEFAULT-VALUE}")
                    Path certificate,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "FILE",
                            description = "default: in place of what was read")
                    @Nullable Path output) {
        PublisherCertificate certified = PublisherCertificate.read(PackageFiles.text(certificate));
        SigningKey publisher = KeyFile.read(key);
        byte[] signed = PackageWriter.sign(PackageFiles.read(file), certified, publisher);
        Path to = output == null ? file : output;
        PackageFiles.write(to, signed);
        out().println(to + " is signed by " + certified.subject() + ", digest "
                + PackageReader.read(signed).digest());
        if (!certified.isValidAt(clock.instant())) {
            err().println("The certificate counts from " + certified.notBefore() + " to " + certified.notAfter()
                    + ", which is not now; ask the curator for a new one.");
            return TenancyCommand.REFUSED;
        }
        return TenancyCommand.WORKED;
    }

    @Command(
            name = "publish",
            description = "Put a signed plugin into a folder, where it is never replaced.",
            mixinStandardHelpOptions = true)
    int publish(
            @Parameters(paramLabel = "FILE", description = "a signed package") Path file,
            @Option(names = "--to", required = true, paramLabel = "DIR", description = "the folder") Path folder) {
        byte[] bytes = PackageFiles.read(file);
        PluginPackage read = PackageReader.read(bytes);
        if (read.certificate().isEmpty()) {
            throw new PluginException(file + " is not signed; sign it with 'tenancy plugin sign'");
        }
        out().println("published as " + new DirectoryPublishing(folder).publish(PluginProject.identity(read), bytes));
        return TenancyCommand.WORKED;
    }

    @Command(
            name = "inspect",
            description = "Tell what is in a package, what it asks for, and who signed it.",
            mixinStandardHelpOptions = true)
    int inspect(
            @Parameters(paramLabel = "FILE") Path file,
            @Option(
                            names = "--curator-key",
                            paramLabel = "HEX",
                            description = "public key of a curator: is the signature genuine, and certified with it?")
                    @Nullable String curator) {
        byte[] bytes = PackageFiles.read(file);
        PluginPackage read = PackageReader.read(bytes);
        PackageText.write(read, out());
        if (curator != null) {
            PackageVerifier.verify(bytes, trusting(new PluginKey(curator)), clock.instant());
            out().println("genuine     yes, by the key " + curator);
        }
        return TenancyCommand.WORKED;
    }

    private Trust trusting(PluginKey curator) {
        Instant now = clock.instant();
        Duration years = Duration.ofDays(3650);
        return Trust.builder()
                .curator(new CuratorKey(curator, now.minus(years), now.plus(years)))
                .reviewRequired(false)
                .build();
    }

    private static String title(String name) {
        String words = name.replace('_', ' ').replace('.', ' ');
        return words.isEmpty() ? name : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    private PrintWriter err() {
        return Objects.requireNonNull(spec).commandLine().getErr();
    }
}
