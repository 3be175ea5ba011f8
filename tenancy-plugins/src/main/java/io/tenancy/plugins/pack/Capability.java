package io.tenancy.plugins.pack;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a plugin can be given beyond calculating: the manifest asks for it, and the tenant grants it. */
public enum Capability {
    /** Writes lines to the log. */
    LOG("log", "write lines to the application's log", "log"),
    /** Keeps values of its own, per tenant. */
    KV("kv", "keep data of its own", "kv_get", "kv_put", "kv_delete", "kv_list"),
    /** Sends requests to the hosts that it names. */
    HTTP("http", "send requests over the internet", "http_send"),
    /** Reads what the tenant configured for it. */
    CONFIG("config", "read its settings", "config_get"),
    /** Uses secrets in headers of requests, without seeing them. */
    SECRETS("secrets", "use secrets in its requests without seeing them", "secret_handle"),
    /** Reads secrets. */
    SECRETS_CLEAR("secrets.clear", "read secrets in clear", "secret_read"),
    /** Knows the time. */
    CLOCK("clock", "know the date and time", "clock_now"),
    /** Draws random numbers. */
    RANDOM("random", "draw random numbers", "random_fill"),
    /** Sends events and metrics to the application. */
    EMIT("emit", "send events and metrics to the application", "emit_event", "emit_metric"),
    /** Reads content that the application shows to plugins. */
    CONTENT_READ("content.read", "read content of the application", "content_read"),
    /** Attaches findings to content. */
    CONTENT_ANNOTATE("content.annotate", "attach findings to content", "content_annotate");

    private final String key;
    private final String words;

    @SuppressWarnings("ImmutableEnumChecker") // of List.of
    private final List<String> imports;

    Capability(String key, String words, String... imports) {
        this.key = key;
        this.words = words;
        this.imports = List.of(imports);
    }

    /**
     * How manifests write it.
     *
     * @return such as {@code content.read}
     */
    public String key() {
        return key;
    }

    /**
     * What it allows, for the people who grant it.
     *
     * @return words that continue "may"
     */
    public String words() {
        return words;
    }

    /**
     * The functions that a module may import from {@code tp} with it.
     *
     * @return their names
     */
    public List<String> imports() {
        return imports;
    }

    /**
     * Finds one.
     *
     * @param key how manifests write it
     * @return the capability; empty if there is none
     */
    public static Optional<Capability> of(String key) {
        return Arrays.stream(values()).filter(each -> each.key.equals(key)).findFirst();
    }
}
