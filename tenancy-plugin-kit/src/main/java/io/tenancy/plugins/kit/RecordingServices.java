package io.tenancy.plugins.kit;

import io.tenancy.plugins.capability.EffectConflictException;
import io.tenancy.plugins.capability.PluginEffects;
import io.tenancy.plugins.capability.PluginServiceRefusedException;
import io.tenancy.plugins.capability.PluginServices;
import io.tenancy.plugins.pack.CapabilityRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The test double of the kit: does in memory what a host does for a plugin, with answers that a test states, and remembers
 * what the plugin did. It keeps to what hosts promise: effects take place only if a call returns an output, all or nothing,
 * values have versions, storing has a quota, and requests go only where the manifest asks for and an answer is stated. It opens no connection. Not for
 * production, and for one call at a time.
 */
public final class RecordingServices implements PluginServices {

    /** How many bytes a plugin may keep unless a test says otherwise: 1 MiB. */
    public static final long DEFAULT_QUOTA = 1L << 20;

    private final SortedMap<String, Stored> values = new TreeMap<>();
    private final Map<String, String> settings = new HashMap<>();
    private final Map<String, String> secrets = new HashMap<>();
    private final Map<String, String> contents = new HashMap<>();
    private final Map<String, String> answers = new HashMap<>();
    private final List<SentRequest> requests = new ArrayList<>();
    private final List<LogLine> lines = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final List<PluginEffects.Metric> metrics = new ArrayList<>();
    private final List<String> annotations = new ArrayList<>();
    private long quota = DEFAULT_QUOTA;
    private @Nullable String conflict;
    private CapabilityRequest.@Nullable Requests allowed;

    /** With nothing in it. */
    public RecordingServices() {}

    /**
     * A request as it would have left.
     *
     * @param method such as {@code GET}
     * @param url where to
     * @param headers with secrets in the place of their handles
     * @param body empty for none
     */
    public record SentRequest(String method, String url, Map<String, String> headers, String body) {

        /** Copies the headers. */
        public SentRequest {
            headers = Map.copyOf(headers);
        }
    }

    /**
     * A line that the plugin wrote.
     *
     * @param level 0 debug, 1 info, 2 warning, 3 error
     * @param text the line
     */
    public record LogLine(int level, String text) {}

    /**
     * States a value that the plugin kept before.
     *
     * @param key of it
     * @param value the text
     * @return this
     */
    public RecordingServices kept(String key, String value) {
        store(key, value.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /**
     * States how many bytes of keys and values the plugin may keep.
     *
     * @param bytes by default {@link #DEFAULT_QUOTA}
     * @return this
     */
    public RecordingServices quota(long bytes) {
        quota = bytes;
        return this;
    }

    /**
     * States what the tenant configured.
     *
     * @param key of the setting
     * @param json its value, as JSON
     * @return this
     * @throws IllegalArgumentException when it is no JSON
     */
    public RecordingServices configured(String key, String json) {
        settings.put(key, json("The setting " + key, json));
        return this;
    }

    /**
     * States a secret that the tenant entered.
     *
     * @param name of it
     * @param value the secret
     * @return this
     */
    public RecordingServices secret(String name, String value) {
        secrets.put(name, value);
        return this;
    }

    /**
     * States what a request is answered with.
     *
     * @param method such as {@code GET}
     * @param url exactly as the plugin writes it
     * @param status such as 200
     * @param body of the answer
     * @return this
     */
    public RecordingServices answering(String method, String url, int status, String body) {
        answers.put(method + " " + url, KitJson.write(Map.of("status", status, "headers", Map.of(), "body", body)));
        return this;
    }

    /**
     * States content that the application shows to plugins.
     *
     * @param query exactly as the plugin writes it
     * @param json the content
     * @return this
     * @throws IllegalArgumentException when it is no JSON
     */
    public RecordingServices showing(String query, String json) {
        contents.put(query, json("The content for " + query, json));
        return this;
    }

    /**
     * Has somebody else change a value during the next call, before its effects take place: a call that had read the value,
     * or listed keys among which it is new, then fails with {@link io.tenancy.plugins.sandbox.PluginFailedException.Kind#CONFLICT}.
     *
     * @param key of the value
     * @return this
     */
    public RecordingServices changedMeanwhile(String key) {
        conflict = key;
        return this;
    }

    /** Requests that were made, in their order; also those of calls that failed, as with a real host. */
    public List<SentRequest> requests() {
        return List.copyOf(requests);
    }

    /** Lines that were written, in their order; also those of calls that failed. */
    public List<LogLine> lines() {
        return List.copyOf(lines);
    }

    /** What is kept now, as texts by key. */
    public Map<String, String> values() {
        Map<String, String> texts = new TreeMap<>();
        values.forEach((key, stored) -> texts.put(key, new String(stored.value(), StandardCharsets.UTF_8)));
        return texts;
    }

    /** Events that took place, as JSON. */
    public List<String> events() {
        return List.copyOf(events);
    }

    /** Metrics that took place. */
    public List<PluginEffects.Metric> metrics() {
        return List.copyOf(metrics);
    }

    /** Annotations that took place, as JSON. */
    public List<String> annotations() {
        return List.copyOf(annotations);
    }

    @Override
    public Optional<Stored> value(String key) {
        return Optional.ofNullable(values.get(key));
    }

    @Override
    public List<String> keys(String prefix) {
        return values.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
    }

    @Override
    public long bytesLeft() {
        return quota
                - values.entrySet().stream()
                        .mapToLong(each -> (long) each.getKey().length() * Character.BYTES
                                + each.getValue().value().length)
                        .sum();
    }

    @Override
    public String send(String request) {
        SentRequest made = resolved(request);
        requireAllowed(made);
        requests.add(made);
        String answer = answers.get(made.method() + " " + made.url());
        if (answer == null) {
            throw new PluginServiceRefusedException("No answer is stated for " + made.method() + " " + made.url()
                    + "; stated are " + new TreeMap<>(answers).keySet() + ". Add answering(...) to the test.");
        }
        return answer;
    }

    /** Lets requests go only where a manifest asks for; without one, anywhere. */
    void allow(CapabilityRequest.@Nullable Requests asked) {
        allowed = asked;
    }

    private void requireAllowed(SentRequest made) {
        CapabilityRequest.Requests asked = allowed;
        URI url = URI.create(made.url());
        String host = url.getHost() + (url.getPort() < 0 || url.getPort() == 443 ? "" : ":" + url.getPort());
        if (asked != null && !(asked.hosts().contains(host) && asked.methods().contains(made.method()))) {
            throw new PluginServiceRefusedException("The manifest asks for " + asked.methods() + " at " + asked.hosts()
                    + ", which " + made.method() + " " + made.url() + " is not. Ask for it under \"http\".");
        }
    }

    private SentRequest resolved(String request) {
        try {
            JsonNode json = KitJson.read(request);
            Map<String, String> headers = new TreeMap<>();
            json.path("headers").properties().forEach(each -> headers.put(each.getKey(), clear(each.getValue())));
            String method = json.path("method").asString("GET");
            String url = json.path("url").asString("");
            if (!json.isObject()
                    || !url.startsWith("https://")
                    || URI.create(url).getHost() == null) {
                throw new PluginServiceRefusedException("A request was " + request
                        + "; write {\"method\", \"url\", \"headers\", \"body\"} with a URL of https.");
            }
            return new SentRequest(
                    method.toUpperCase(Locale.ROOT),
                    url,
                    headers,
                    json.path("body").asString(""));
        } catch (JacksonException | IllegalArgumentException malformed) {
            throw new PluginServiceRefusedException(
                    "A request was " + request + ", which is none: " + malformed.getMessage());
        }
    }

    private String clear(JsonNode header) {
        String value = header.asString("");
        for (Map.Entry<String, String> secret : secrets.entrySet()) {
            value = value.replace(handle(secret.getKey()), secret.getValue());
        }
        return value;
    }

    private static String handle(String name) {
        return "{{secret:" + name + "}}";
    }

    @Override
    public Optional<String> configured(String key) {
        if (!key.isEmpty()) {
            return Optional.ofNullable(settings.get(key));
        }
        Map<String, JsonNode> all = new TreeMap<>();
        settings.forEach((name, json) -> all.put(name, KitJson.read(json)));
        return Optional.of(KitJson.write(all));
    }

    @Override
    public Optional<String> secretHandle(String name) {
        return secrets.containsKey(name) ? Optional.of(handle(name)) : Optional.empty();
    }

    @Override
    public Optional<String> secret(String name) {
        return Optional.ofNullable(secrets.get(name));
    }

    @Override
    public Optional<String> content(String query) {
        return Optional.ofNullable(contents.get(query));
    }

    @Override
    public void log(int level, String text) {
        lines.add(new LogLine(level, text));
    }

    @Override
    public void apply(PluginEffects effects) {
        changeMeanwhile();
        effects.reads().forEach((key, version) -> {
            long now = value(key).map(Stored::version).orElse(0L);
            if (now != version) {
                throw new EffectConflictException("The value of '" + key + "' was read in version " + version
                        + " and is now in version " + now + "; call again.");
            }
        });
        effects.listings().forEach((prefix, listing) -> {
            if (!PluginEffects.Listing.of(keys(prefix)).equals(listing)) {
                throw new EffectConflictException(
                        "The keys that begin with '" + prefix + "' were listed, and are others" + " now; call again.");
            }
        });
        effects.values().forEach((key, value) -> {
            byte[] bytes = value.bytes();
            if (bytes == null) {
                values.remove(key);
            } else {
                store(key, bytes);
            }
        });
        events.addAll(effects.events());
        metrics.addAll(effects.metrics());
        annotations.addAll(effects.annotations());
    }

    private void changeMeanwhile() {
        String key = conflict;
        conflict = null;
        if (key != null) {
            store(key, value(key).map(Stored::value).orElse(new byte[0]));
        }
    }

    private void store(String key, byte[] value) {
        long version = value(key).map(Stored::version).orElse(0L) + 1;
        values.put(key, new Stored(value.clone(), version));
    }

    private static String json(String what, String json) {
        KitJson.problem(json.getBytes(StandardCharsets.UTF_8)).ifPresent(problem -> {
            throw new IllegalArgumentException(
                    what + " was " + json + ", which is no JSON: " + problem + "; quote texts, as in \"\\\"red\\\"\"");
        });
        return json;
    }
}
