package io.tenancy.plugins.pack;

import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.pack.internal.CanonicalJson;
import io.tenancy.plugins.pack.internal.Form;
import io.tenancy.plugins.pack.internal.Json;
import io.tenancy.plugins.pack.internal.JsonReading;
import io.tenancy.plugins.pack.internal.JsonReading.At;
import io.tenancy.plugins.pack.internal.JsonReading.Members;
import io.tenancy.plugins.pack.internal.PackageBounds;
import io.tenancy.plugins.pack.internal.Schema;
import io.tenancy.plugins.pack.internal.Shown;
import io.tenancy.plugins.pack.internal.UnreadableJsonException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads a manifest and tells all of its problems at once. For one manifest. */
final class ManifestReader {

    private static final String[] MEMBERS = {
        "format",
        "id",
        "version",
        "publisher",
        "title",
        "description",
        "specialty",
        "regions",
        "abi",
        "module",
        "functions",
        "extension_points",
        "capabilities",
        "limits",
        "credentials",
        "price",
        "changelog",
        "licence",
        "screenshots",
        "samples",
        "files"
    };

    private final List<ManifestProblem> problems = new ArrayList<>();
    private final JsonReading in = new JsonReading(this::problem);

    private ManifestReader() {}

    static PluginManifest read(String json) {
        ManifestReader reader = new ManifestReader();
        try {
            return reader.manifest(Json.read(json, PackageBounds.LARGEST_MANIFEST));
        } catch (UnreadableJsonException unreadable) {
            throw reader.unreadable(unreadable);
        }
    }

    /** Reads the manifest of a package, which is in canonical form and names its files. */
    static PluginManifest readPacked(byte[] json) {
        ManifestReader reader = new ManifestReader();
        try {
            JsonNode root = Json.read(json, PackageBounds.LARGEST_MANIFEST);
            if (!Arrays.equals(CanonicalJson.bytes(root), json)) {
                throw new UnreadableJsonException("is JSON, but not in the canonical form of RFC 8785");
            }
            return reader.manifest(root);
        } catch (UnreadableJsonException unreadable) {
            throw reader.unreadable(unreadable);
        }
    }

    private InvalidManifestException unreadable(UnreadableJsonException unreadable) {
        problem(
                "",
                String.valueOf(unreadable.getMessage()),
                "write one JSON object; the kit packs it in canonical form");
        return new InvalidManifestException(problems);
    }

    private void problem(String pointer, String found, String advice) {
        if (problems.size() < PluginManifest.MOST_PROBLEMS) {
            problems.add(new ManifestProblem(pointer, found, advice));
        }
    }

    private PluginManifest manifest(JsonNode json) throws UnreadableJsonException {
        // Numbers and texts without a canonical form are refused wherever they stand.
        CanonicalJson.text(json);
        At root = new At("", json);
        requireFormat(root);
        PluginManifest manifest = parts(root);
        if (manifest == null || !problems.isEmpty()) {
            throw new InvalidManifestException(problems);
        }
        return manifest;
    }

    // What another format means is not known here, so its other members are not judged.
    private void requireFormat(At root) {
        JsonNode format = root.json().path("format");
        if (root.json().isObject()
                && format.isIntegralNumber()
                && !format.toString().equals("" + PluginManifest.FORMAT)) {
            problem(
                    "/format",
                    "was " + Shown.plain(format.toString()) + ", but this version reads " + PluginManifest.FORMAT,
                    "pack the plugin for this format, or upgrade the host");
            throw new InvalidManifestException(problems);
        }
    }

    private @Nullable PluginManifest parts(At root) {
        Members all = in.members(root, MEMBERS);
        in.whole(all, "format", PluginManifest.FORMAT, PluginManifest.FORMAT);
        String id = in.text(all, "id", Form.PLUGIN_ID);
        SemanticVersion version = version(all);
        String publisher = in.text(all, "publisher", Form.NAME);
        String title = in.words(all, "title", PluginManifest.LONGEST_TITLE, false);
        String description = in.words(all, "description", PluginManifest.LONGEST_DESCRIPTION, true);
        String specialty = in.optionalText(all, "specialty", Form.NAME);
        List<String> regions = regions(all);
        Long abi = in.whole(all, "abi", PluginManifest.ABI, PluginManifest.ABI);
        String module = in.text(all, "module", Form.FILE);
        StatedLimits limits = limits(all);
        SortedMap<String, PluginFunction> functions = functions(all, limits);
        Set<String> named = namesOf(all.get("functions"));
        SortedMap<ExtensionPoint, String> extensionPoints = extensionPoints(all, named);
        SortedMap<Capability, CapabilityRequest> capabilities = capabilities(all);
        List<RequiredCredential> credentials = credentials(all);
        PluginPrice price = price(all);
        String changelog = in.words(all, "changelog", PluginManifest.LONGEST_CHANGELOG, true);
        String licence = in.text(all, "licence", Form.LICENCE);
        List<Screenshot> screenshots = screenshots(all);
        List<PackagedSample> samples = samples(all, named);
        SortedMap<String, PackagedFile> files = files(all);
        if (problems.isEmpty() && !files.isEmpty()) {
            requirePacked(all, PluginManifest.paths(Objects.requireNonNull(module), screenshots, samples), files);
        }
        if (!problems.isEmpty()) {
            return null;
        }
        return in.build(
                root,
                () -> new PluginManifest(
                        Objects.requireNonNull(id),
                        Objects.requireNonNull(version),
                        Objects.requireNonNull(publisher),
                        Objects.requireNonNull(title),
                        Objects.requireNonNull(description),
                        specialty,
                        regions,
                        Objects.requireNonNull(abi).intValue(),
                        Objects.requireNonNull(module),
                        functions,
                        extensionPoints,
                        capabilities,
                        Objects.requireNonNull(limits),
                        credentials,
                        price,
                        Objects.requireNonNull(changelog),
                        Objects.requireNonNull(licence),
                        screenshots,
                        samples,
                        files));
    }

    private @Nullable SemanticVersion version(Members all) {
        String advice = "write a version of Semantic Versioning 2.0.0, such as 1.4.0";
        At at = in.needed(all, "version", advice);
        if (at == null) {
            return null;
        }
        if (!at.json().isString()) {
            in.problem(at, "was " + at.kind(), advice);
            return null;
        }
        return in.build(at, () -> SemanticVersion.parse(at.json().stringValue()));
    }

    private List<String> regions(Members all) {
        Set<String> regions = new LinkedHashSet<>();
        for (At each : in.elements(all.get("regions"), 300)) {
            String code = each.json().isString() ? each.json().stringValue() : "";
            if (!PluginManifest.isCountry(code)) {
                in.problem(each, "was " + each.kind(), "write a country's two capitals of ISO 3166-1, such as BR");
            } else if (!regions.add(code)) {
                in.problem(each, "is there twice", "write it once");
            }
        }
        return List.copyOf(regions);
    }

    private @Nullable StatedLimits limits(Members all) {
        At at = in.needed(
                all,
                "limits",
                "write an object with memory_bytes, fuel, deadline_millis, input_bytes and output_bytes");
        if (at == null) {
            return null;
        }
        Members limits = in.members(at, "memory_bytes", "fuel", "deadline_millis", "input_bytes", "output_bytes");
        Long memory = in.whole(limits, "memory_bytes", StatedLimits.LEAST_MEMORY_BYTES, StatedLimits.MOST_MEMORY_BYTES);
        Long fuel = in.whole(limits, "fuel", 1, StatedLimits.MOST_FUEL);
        Long deadline = in.whole(limits, "deadline_millis", 1, StatedLimits.MOST_DEADLINE_MILLIS);
        Long input = in.whole(limits, "input_bytes", 1, StatedLimits.MOST_TEXT_BYTES);
        Long output = in.whole(limits, "output_bytes", 1, StatedLimits.MOST_TEXT_BYTES);
        if (memory == null || fuel == null || deadline == null || input == null || output == null) {
            return null;
        }
        return new StatedLimits(memory, fuel, deadline.intValue(), input.intValue(), output.intValue());
    }

    private SortedMap<String, PluginFunction> functions(Members all, @Nullable StatedLimits limits) {
        SortedMap<String, PluginFunction> functions = new TreeMap<>();
        At list = in.needed(all, "functions", "write an object of functions by name; at least one");
        if (list != null && list.json().isObject() && list.json().isEmpty()) {
            in.problem(list, "is empty", "describe at least one function");
        }
        in.named(list, PluginManifest.MOST_ELEMENTS, Form.NAME).forEach((name, at) -> {
            PluginFunction function = function(name, at, limits);
            if (function != null) {
                functions.put(name, function);
            }
        });
        return functions;
    }

    private @Nullable PluginFunction function(String name, At at, @Nullable StatedLimits limits) {
        Members function = in.members(at, "input", "output", "fuel", "deadline_millis");
        String input = schema(function, "input");
        String output = schema(function, "output");
        // Without right limits nothing can be said of what is within them; those were told of.
        if (limits == null) {
            return null;
        }
        At fuel = function.get("fuel");
        At deadline = function.get("deadline_millis");
        Long mostFuel = fuel == null ? Long.valueOf(limits.fuel()) : in.whole(fuel, 1, limits.fuel());
        Long mostMillis = deadline == null
                ? Long.valueOf(limits.deadlineMillis())
                : in.whole(deadline, 1, limits.deadlineMillis());
        if (input == null || output == null || mostFuel == null || mostMillis == null) {
            return null;
        }
        return in.build(at, () -> new PluginFunction(name, input, output, mostFuel, mostMillis.intValue()));
    }

    private @Nullable String schema(Members members, String name) {
        At at = in.needed(members, name, "write a JSON Schema, such as {\"type\": \"object\"}");
        if (at == null) {
            return null;
        }
        try {
            String problem = Schema.problem(at.json());
            if (problem == null) {
                return CanonicalJson.text(at.json());
            }
            int advice = problem.indexOf("; ");
            in.problem(at, problem.substring(0, advice), problem.substring(advice + 2));
        } catch (UnreadableJsonException uncanonical) {
            in.problem(at, String.valueOf(uncanonical.getMessage()), "write it so that it has a canonical form");
        }
        return null;
    }

    // Names that stand there, also of those with problems, so that one problem does not make two.
    private static Set<String> namesOf(@Nullable At at) {
        Set<String> names = new TreeSet<>();
        if (at != null) {
            at.json().properties().forEach(member -> names.add(member.getKey()));
        }
        return names;
    }

    private SortedMap<ExtensionPoint, String> extensionPoints(Members all, Set<String> functions) {
        SortedMap<ExtensionPoint, String> served = new TreeMap<>();
        At at = all.get("extension_points");
        if (at == null) {
            return served;
        }
        String[] keys =
                Arrays.stream(ExtensionPoint.values()).map(ExtensionPoint::key).toArray(String[]::new);
        in.members(at, keys).known().forEach((key, value) -> {
            String function = function(value, functions);
            if (function != null) {
                served.put(ExtensionPoint.of(key).orElseThrow(), function);
            }
        });
        return served;
    }

    private @Nullable String function(At at, Set<String> functions) {
        String name = in.text(at, Form.NAME);
        // A plugin without functions was told of already.
        if (name != null && !functions.isEmpty() && !functions.contains(name)) {
            in.problem(
                    at,
                    "was " + Shown.of(name) + ", which is no function here",
                    "name one of "
                            + functions.stream().limit(20).map(Shown::plain).toList());
            return null;
        }
        return name;
    }

    private SortedMap<Capability, CapabilityRequest> capabilities(Members all) {
        SortedMap<Capability, CapabilityRequest> asked = new TreeMap<>();
        At at = all.get("capabilities");
        if (at == null) {
            return asked;
        }
        String[] keys = Arrays.stream(Capability.values()).map(Capability::key).toArray(String[]::new);
        in.members(at, keys).known().forEach((key, value) -> {
            Capability capability = Capability.of(key).orElseThrow();
            CapabilityRequest request = request(capability, value);
            if (request != null) {
                asked.put(capability, request);
            }
        });
        return asked;
    }

    private @Nullable CapabilityRequest request(Capability capability, At at) {
        return switch (capability) {
            case KV -> storage(at);
            case HTTP -> requests(at);
            case CONFIG -> settings(at);
            case SECRETS, SECRETS_CLEAR -> secrets(capability, at);
            default -> whole(capability, at);
        };
    }

    private @Nullable CapabilityRequest whole(Capability capability, At at) {
        if (!at.json().isObject() || !at.json().isEmpty()) {
            in.problem(at, "was " + at.kind(), "write {}; this capability has no scope");
            return null;
        }
        return new CapabilityRequest.Whole(capability);
    }

    private @Nullable CapabilityRequest storage(At at) {
        Members storage = in.members(at, "bytes", "keys");
        Long bytes = in.whole(storage, "bytes", 1, CapabilityRequest.MOST_STORED_BYTES);
        Long keys = in.whole(storage, "keys", 1, CapabilityRequest.MOST_STORED_KEYS);
        return bytes == null || keys == null ? null : new CapabilityRequest.Storage(bytes, keys.intValue());
    }

    private @Nullable CapabilityRequest requests(At at) {
        Members http = in.members(at, "hosts", "methods");
        SortedSet<String> hosts = in.texts(http, "hosts", CapabilityRequest.MOST_NAMES, Form.HOST);
        SortedSet<String> methods = in.texts(http, "methods", CapabilityRequest.METHODS.size(), Form.METHOD);
        return hosts.isEmpty() || methods.isEmpty()
                ? null
                : in.build(at, () -> new CapabilityRequest.Requests(hosts, methods));
    }

    private @Nullable CapabilityRequest settings(At at) {
        String schema = schema(in.members(at, "schema"), "schema");
        return schema == null ? null : in.build(at, () -> new CapabilityRequest.Settings(schema));
    }

    private @Nullable CapabilityRequest secrets(Capability capability, At at) {
        SortedSet<String> names = in.texts(in.members(at, "names"), "names", CapabilityRequest.MOST_NAMES, Form.SECRET);
        return names.isEmpty() ? null : in.build(at, () -> new CapabilityRequest.Secrets(capability, names));
    }

    private List<RequiredCredential> credentials(Members all) {
        List<RequiredCredential> credentials = new ArrayList<>();
        for (At each : in.elements(all.get("credentials"), PluginManifest.MOST_ELEMENTS)) {
            Members credential = in.members(each, "kind", "specialty");
            String kind = in.text(credential, "kind", Form.NAME);
            String specialty = in.optionalText(credential, "specialty", Form.NAME);
            if (kind != null) {
                credentials.add(new RequiredCredential(kind, specialty));
            }
        }
        return credentials;
    }

    private @Nullable PluginPrice price(Members all) {
        At at = all.get("price");
        if (at == null) {
            return null;
        }
        Members price = in.members(at, "amount", "currency", "per");
        String amount = in.text(price, "amount", Form.AMOUNT);
        String currency = in.text(price, "currency", Form.CURRENCY);
        At often = in.needed(price, "per", "write once or month");
        PluginPrice.Per per = often == null
                ? null
                : in.oneOf(
                        often,
                        Arrays.stream(PluginPrice.Per.values())
                                .map(PluginPrice.Per::key)
                                .toList(),
                        key -> Arrays.stream(PluginPrice.Per.values())
                                .filter(each -> each.key().equals(key))
                                .findFirst());
        return amount == null || currency == null || per == null
                ? null
                : in.build(at, () -> new PluginPrice(new BigDecimal(amount), currency, per));
    }

    private List<Screenshot> screenshots(Members all) {
        List<Screenshot> screenshots = new ArrayList<>();
        for (At each : in.elements(all.get("screenshots"), 20)) {
            Members screenshot = in.members(each, "file", "caption");
            String file = in.text(screenshot, "file", Form.FILE);
            String caption = in.words(screenshot, "caption", Screenshot.LONGEST_CAPTION, false);
            if (file != null && caption != null) {
                screenshots.add(new Screenshot(file, caption));
            }
        }
        return screenshots;
    }

    private List<PackagedSample> samples(Members all, Set<String> functions) {
        List<PackagedSample> samples = new ArrayList<>();
        for (At each : in.elements(all.get("samples"), PluginManifest.MOST_ELEMENTS)) {
            Members sample = in.members(each, "function", "input", "output");
            At name = in.needed(sample, "function", "name a function of the plugin");
            String function = name == null ? null : function(name, functions);
            String input = in.text(sample, "input", Form.FILE);
            String output = in.optionalText(sample, "output", Form.FILE);
            if (function != null && input != null) {
                samples.add(new PackagedSample(function, input, output));
            }
        }
        return samples;
    }

    private SortedMap<String, PackagedFile> files(Members all) {
        SortedMap<String, PackagedFile> files = new TreeMap<>();
        At list = all.get("files");
        Map<String, At> named = in.named(list, PackageBounds.MOST_FILES, Form.FILE);
        named.forEach((path, at) -> {
            String problem = PluginManifest.problemOfPath(path);
            if (problem != null) {
                in.problem(at, "is the package's own", problem);
            }
            Members file = in.members(at, "sha256", "bytes");
            String sha256 = in.text(file, "sha256", Form.DIGEST);
            Long bytes = in.whole(file, "bytes", 0, PackageBounds.LARGEST_FILE);
            if (sha256 != null && bytes != null) {
                files.put(path, new PackagedFile(sha256, bytes));
            }
        });
        String twice = PluginManifest.ambiguous(named.keySet());
        if (twice != null && list != null) {
            in.problem(
                    list,
                    "has " + Shown.of(twice) + " twice but for capitals, or below another file",
                    "give each file a name of its own");
        }
        return files;
    }

    private void requirePacked(Members all, Set<String> paths, SortedMap<String, PackagedFile> files) {
        paths.stream()
                .filter(path -> !files.containsKey(path))
                .forEach(path -> in.problem(
                        Objects.requireNonNull(all.get("files")),
                        "has no " + Shown.of(path) + ", which the manifest speaks of",
                        "put it into the package, or leave it out of the manifest"));
    }
}
