package io.tenancy.plugins.pack;

import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.pack.internal.Form;
import io.tenancy.plugins.pack.internal.PackageBounds;
import io.tenancy.plugins.pack.internal.Wording;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a plugin says of itself. It is signed, so everything that a tenant consents to stands here. Immutable.
 *
 * @param id such as {@code cardiology.cardiac_risk}: one to five parts that match {@code [a-z][a-z0-9_]{0,39}}
 * @param version of the plugin
 * @param publisher who answers for it, as in the publisher's certificate
 * @param title for people; 1 to 100 characters
 * @param description for people; 1 to 4,000 characters, several lines
 * @param specialty such as {@code cardiology}; null for none
 * @param regions ISO 3166-1 codes of the countries that it is made for; empty for all
 * @param abi which version of the plugin interface its module follows; {@value #ABI}
 * @param module path of its WebAssembly module in the package
 * @param functions what can be called, by name; at least one
 * @param extensionPoints which function serves which extension point
 * @param capabilities what it asks for
 * @param limits what a call may use at most
 * @param credentials what whoever installs it must show
 * @param price what it costs; null if it is free
 * @param changelog what is new, for people; 1 to 10,000 characters, several lines
 * @param licence identifier of the SPDX licence list
 * @param screenshots pictures
 * @param samples calls that show what it does
 * @param files all other files of the package by path; empty until it is packed
 */
public record PluginManifest(
        String id,
        SemanticVersion version,
        String publisher,
        String title,
        String description,
        @Nullable String specialty,
        List<String> regions,
        int abi,
        String module,
        SortedMap<String, PluginFunction> functions,
        SortedMap<ExtensionPoint, String> extensionPoints,
        SortedMap<Capability, CapabilityRequest> capabilities,
        StatedLimits limits,
        List<RequiredCredential> credentials,
        @Nullable PluginPrice price,
        String changelog,
        String licence,
        List<Screenshot> screenshots,
        List<PackagedSample> samples,
        SortedMap<String, PackagedFile> files) {

    /** The format that this version reads and writes. */
    public static final int FORMAT = 1;

    /** The version of the plugin interface that this version knows. */
    public static final int ABI = 1;

    /** How many problems one refusal tells at most. */
    public static final int MOST_PROBLEMS = 100;

    static final int LONGEST_TITLE = 100;
    static final int LONGEST_DESCRIPTION = 4_000;
    static final int LONGEST_CHANGELOG = 10_000;
    static final int MOST_ELEMENTS = 100;

    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());

    /**
     * Requires that every part is right by itself and that what one names is there in another.
     *
     * @throws IllegalArgumentException naming the first thing that is not
     */
    public PluginManifest {
        Form.PLUGIN_ID.require("The id of the plugin", id);
        Form.NAME.require("The publisher", publisher);
        Wording.require("The title", title, LONGEST_TITLE, false);
        Wording.require("The description", description, LONGEST_DESCRIPTION, true);
        if (specialty != null) {
            Form.NAME.require("The specialty", specialty);
        }
        regions = List.copyOf(regions);
        regions.forEach(region -> require(isCountry(region), "The region " + region + " is no country of ISO 3166-1"));
        require(abi == ABI, "The plugin interface was " + abi + "; this version knows " + ABI);
        Form.FILE.require("The module", module);
        functions = sorted(functions);
        extensionPoints = sorted(extensionPoints);
        capabilities = sorted(capabilities);
        credentials = List.copyOf(credentials);
        Wording.require("The changelog", changelog, LONGEST_CHANGELOG, true);
        Form.LICENCE.require("The licence", licence);
        screenshots = List.copyOf(screenshots);
        samples = List.copyOf(samples);
        files = sorted(files);
        requireFunctions(functions, extensionPoints.values(), samples, limits);
        capabilities.forEach((capability, request) ->
                require(request.capability() == capability, "The capability " + capability.key() + " is another one"));
        requireFiles(files, paths(module, screenshots, samples));
    }

    /**
     * Reads a manifest. Of a package's manifest, the files are named too.
     *
     * @param json at most 512 KiB
     * @return the manifest
     * @throws InvalidManifestException naming everything that is wrong
     */
    public static PluginManifest read(String json) {
        return ManifestReader.read(json);
    }

    /**
     * Writes it in the one form that is signed: canonical JSON by RFC 8785.
     *
     * @return JSON
     */
    public String json() {
        return ManifestWriter.write(this);
    }

    /**
     * The functions that the module may import from {@code tp}.
     *
     * @return names, those of the capabilities it asks for and {@code result_read}
     */
    public Set<String> imports() {
        Set<String> imports = new TreeSet<>(List.of("result_read"));
        capabilities.keySet().forEach(capability -> imports.addAll(capability.imports()));
        return Collections.unmodifiableSet(imports);
    }

    /**
     * The same with other files.
     *
     * @param packed files of the package by path
     * @return another manifest
     * @throws IllegalArgumentException when a file that the manifest names is missing
     */
    public PluginManifest withFiles(SortedMap<String, PackagedFile> packed) {
        return new PluginManifest(
                id,
                version,
                publisher,
                title,
                description,
                specialty,
                regions,
                abi,
                module,
                functions,
                extensionPoints,
                capabilities,
                limits,
                credentials,
                price,
                changelog,
                licence,
                screenshots,
                samples,
                packed);
    }

    static boolean isCountry(String code) {
        return COUNTRIES.contains(code);
    }

    /** The files that a manifest speaks of, which are to be in the package. */
    static Set<String> paths(String module, List<Screenshot> screenshots, List<PackagedSample> samples) {
        Set<String> paths = new TreeSet<>(List.of(module));
        screenshots.forEach(screenshot -> paths.add(screenshot.file()));
        samples.forEach(sample -> {
            paths.add(sample.input());
            if (sample.output() != null) {
                paths.add(sample.output());
            }
        });
        return paths;
    }

    /** What is wrong with a path as a file of a package; null if nothing. */
    static @Nullable String problemOfPath(String path) {
        String small = path.toLowerCase(Locale.ROOT);
        if (!Form.FILE.fits(path)) {
            return Form.FILE.advice();
        }
        boolean reserved = small.equals(PackageBounds.MANIFEST) || small.startsWith(PackageBounds.SIGNATURES);
        return reserved ? "give it another name; manifest.json and signatures/ are the package's own" : null;
    }

    /** One of two paths that differ in nothing but capitals, or where a file would have to be a folder. */
    static @Nullable String ambiguous(Collection<String> paths) {
        Set<String> seen = new HashSet<>();
        for (String path : paths) {
            if (!seen.add(path.toLowerCase(Locale.ROOT))) {
                return path;
            }
        }
        return paths.stream()
                .filter(path -> folders(path.toLowerCase(Locale.ROOT)).anyMatch(seen::contains))
                .findFirst()
                .orElse(null);
    }

    private static Stream<String> folders(String path) {
        return IntStream.range(0, path.length())
                .filter(i -> path.charAt(i) == '/')
                .mapToObj(i -> path.substring(0, i));
    }

    private static void requireFunctions(
            Map<String, PluginFunction> functions,
            Collection<String> serving,
            List<PackagedSample> samples,
            StatedLimits limits) {
        require(!functions.isEmpty(), "The plugin has no function; at least one is needed");
        functions.forEach((name, function) -> {
            require(function.name().equals(name), "The function " + name + " calls itself " + function.name());
            require(
                    function.fuel() <= limits.fuel() && function.deadlineMillis() <= limits.deadlineMillis(),
                    "The function " + name + " may use more than the plugin's limits; lower it, or raise those");
        });
        serving.forEach(name ->
                require(functions.containsKey(name), "The function " + name + " of an extension point is not there"));
        samples.forEach(sample -> require(
                functions.containsKey(sample.function()),
                "The function " + sample.function() + " of a sample is not there"));
    }

    private static void requireFiles(Map<String, PackagedFile> files, Set<String> paths) {
        require(
                files.size() <= PackageBounds.MOST_FILES,
                "The package has " + files.size() + " files; at most " + PackageBounds.MOST_FILES + " are allowed");
        files.keySet().forEach(path -> {
            String problem = problemOfPath(path);
            require(problem == null, "The file " + path + " is not possible; " + problem);
        });
        String twice = ambiguous(files.keySet());
        require(twice == null, "The file " + twice + " is there twice but for capitals, or is below another file");
        if (!files.isEmpty()) {
            paths.forEach(path -> require(files.containsKey(path), "The file " + path + " is not in the package"));
        }
    }

    private static void require(boolean right, String message) {
        if (!right) {
            throw new IllegalArgumentException(message);
        }
    }

    private static <K extends Comparable<K>, V> SortedMap<K, V> sorted(SortedMap<K, V> given) {
        TreeMap<K, V> sorted = new TreeMap<>();
        sorted.putAll(given);
        return Collections.unmodifiableSortedMap(sorted);
    }
}
