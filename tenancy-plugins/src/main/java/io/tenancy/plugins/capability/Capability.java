package io.tenancy.plugins.capability;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Something that a plugin may ask for and a tenant may grant. */
public enum Capability {
    /** Writes lines for people to read. */
    LOG("log", "write lines to the application's log", new HostSignature("log", "iii", "")),
    /** Keeps values of its own, per tenant. */
    KV(
            "kv",
            "keep data of its own",
            new HostSignature("kv_get", "ii", "i"),
            new HostSignature("kv_put", "iiii", "i"),
            new HostSignature("kv_delete", "ii", "i"),
            new HostSignature("kv_list", "ii", "i")),
    /** Sends requests to hosts that are allowed. */
    HTTP("http", "send requests over the internet", new HostSignature("http_send", "ii", "i")),
    /** Reads what the tenant configured. */
    CONFIG("config", "read its settings", new HostSignature("config_get", "ii", "i")),
    /** Uses secrets in requests, without seeing them. */
    SECRETS(
            "secrets",
            "use secrets in its requests without seeing them",
            new HostSignature("secret_handle", "ii", "i")),
    /** Sees secrets. */
    SECRETS_CLEAR("secrets.clear", "read secrets in clear", new HostSignature("secret_read", "ii", "i")),
    /** Knows what time it is. */
    CLOCK("clock", "know the date and time", new HostSignature("clock_now", "", "j")),
    /** Has random numbers. */
    RANDOM("random", "draw random numbers", new HostSignature("random_fill", "ii", "i")),
    /** Tells the application of events and counts. */
    EMIT(
            "emit",
            "send events and metrics to the application",
            new HostSignature("emit_event", "ii", "i"),
            new HostSignature("emit_metric", "iid", "i")),
    /** Reads content that the application shows to plugins. */
    CONTENT_READ("content.read", "read content of the application", new HostSignature("content_read", "ii", "i")),
    /** Attaches findings to content. */
    CONTENT_ANNOTATE(
            "content.annotate", "attach findings to content", new HostSignature("content_annotate", "ii", "i"));

    /** What any plugin may call: it reads what another function answered. */
    public static final HostSignature RESULT_READ = new HostSignature("result_read", "ii", "i");

    private final String key;
    private final String words;

    @SuppressWarnings("ImmutableEnumChecker") // a copy that nobody changes, of records
    private final List<HostSignature> functions;

    Capability(String key, String words, HostSignature... functions) {
        this.key = key;
        this.words = words;
        this.functions = List.of(functions);
    }

    /** How manifests write it. */
    public String key() {
        return key;
    }

    /** What it allows, for the people who grant it: words that continue "may". */
    public String words() {
        return words;
    }

    /** Names of the functions of the host that it gives. */
    public List<String> imports() {
        return functions.stream().map(HostSignature::name).toList();
    }

    /** The functions of the host that it gives. */
    public List<HostSignature> functions() {
        return functions;
    }

    /**
     * The capability of a key.
     *
     * @param key as manifests write it
     * @return empty where there is none
     */
    public static Optional<Capability> of(String key) {
        return Arrays.stream(values()).filter(each -> each.key.equals(key)).findFirst();
    }

    /** Everything that the host offers. */
    public static List<HostSignature> allFunctions() {
        List<HostSignature> all = new ArrayList<>(List.of(RESULT_READ));
        for (Capability each : values()) {
            all.addAll(each.functions);
        }
        return all;
    }

    /**
     * What a plugin may import.
     *
     * @param capabilities that it has
     * @return names of functions
     */
    public static Set<String> importsOf(Collection<Capability> capabilities) {
        Set<String> names = new TreeSet<>(Set.of(RESULT_READ.name()));
        for (Capability each : capabilities) {
            each.functions.forEach(function -> names.add(function.name()));
        }
        return names;
    }
}
