package io.tenancy.plugins.pack;

import io.tenancy.plugins.capability.Capability;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a plugin asks for in addition, or no more, from one manifest to another; in words for those who consent. Immutable.
 *
 * @param changes in the order of the capabilities; empty if both ask for the same
 */
public record CapabilityDiff(List<Change> changes) {

    /** What became of a part of a capability. */
    public enum Kind {
        /** It is asked for in addition, which needs consent. */
        ADDED,
        /** It is the same capability, and allows no more than before: a smaller quota, or settings of another form. */
        CHANGED,
        /** It is not asked for any more. */
        REMOVED
    }

    /**
     * One part of a capability.
     *
     * @param kind what became of it
     * @param capability which
     * @param scope what part of it, such as {@code GET api.example.org}; empty for all of it
     * @param words a sentence such as "May send GET requests to api.example.org."
     */
    public record Change(Kind kind, Capability capability, String scope, String words) {}

    /** Keeps a copy. */
    public CapabilityDiff {
        changes = List.copyOf(changes);
    }

    /**
     * What a plugin asks for that is not installed.
     *
     * @param manifest of the plugin
     * @return everything that it asks for
     */
    public static CapabilityDiff ofInstallation(PluginManifest manifest) {
        return between(Collections.emptySortedMap(), manifest.capabilities());
    }

    /**
     * What an upgrade asks for in addition, or no more.
     *
     * @param before manifest that was consented to
     * @param after manifest that is to take its place
     * @return the difference
     */
    public static CapabilityDiff between(PluginManifest before, PluginManifest after) {
        return between(before.capabilities(), after.capabilities());
    }

    /**
     * What needs consent.
     *
     * @return what is asked for in addition
     */
    public List<Change> added() {
        return changes.stream().filter(change -> change.kind() == Kind.ADDED).toList();
    }

    /**
     * Whether the tenant has to consent before the other takes the place of the first.
     *
     * @return true if anything is asked for in addition
     */
    public boolean needsConsent() {
        return !added().isEmpty();
    }

    private static CapabilityDiff between(
            SortedMap<Capability, CapabilityRequest> before, SortedMap<Capability, CapabilityRequest> after) {
        List<Change> changes = new ArrayList<>();
        for (Capability capability : Capability.values()) {
            CapabilityRequest old = before.get(capability);
            CapabilityRequest asked = after.get(capability);
            if (!Objects.equals(old, asked)) {
                changes(capability, old, asked, changes);
            }
        }
        return new CapabilityDiff(changes);
    }

    private static void changes(
            Capability capability,
            @Nullable CapabilityRequest old,
            @Nullable CapabilityRequest asked,
            List<Change> changes) {
        if (capability == Capability.KV) {
            storage(old, asked, changes);
            return;
        }
        if (capability == Capability.CONFIG && old != null && asked != null) {
            changes.add(new Change(Kind.CHANGED, capability, "", "Its settings have another form."));
            return;
        }
        SortedMap<String, String> before = parts(old);
        SortedMap<String, String> after = parts(asked);
        after.forEach((scope, words) -> {
            if (!before.containsKey(scope)) {
                changes.add(new Change(Kind.ADDED, capability, scope, "May " + words + "."));
            }
        });
        before.forEach((scope, words) -> {
            if (!after.containsKey(scope)) {
                changes.add(new Change(Kind.REMOVED, capability, scope, "May no longer " + words + "."));
            }
        });
    }

    private static SortedMap<String, String> parts(@Nullable CapabilityRequest request) {
        SortedMap<String, String> parts = new TreeMap<>();
        if (request instanceof CapabilityRequest.Requests http) {
            for (String host : http.hosts()) {
                http.methods()
                        .forEach(method -> parts.put(method + " " + host, "send " + method + " requests to " + host));
            }
        } else if (request instanceof CapabilityRequest.Secrets secrets) {
            boolean clear = secrets.capability() == Capability.SECRETS_CLEAR;
            secrets.names()
                    .forEach(name -> parts.put(
                            name,
                            clear
                                    ? "read the secret " + name + " in clear"
                                    : "use the secret " + name + " in its requests without seeing it"));
        } else if (request != null) {
            parts.put("", request.capability().words());
        }
        return parts;
    }

    private static void storage(
            @Nullable CapabilityRequest old, @Nullable CapabilityRequest asked, List<Change> changes) {
        if (!(asked instanceof CapabilityRequest.Storage now)) {
            changes.add(new Change(Kind.REMOVED, Capability.KV, "", "May no longer keep data of its own."));
            return;
        }
        String scope = now.bytes() + " bytes, " + now.keys() + " keys";
        String words =
                "keep " + size(now.bytes()) + " of its own under " + now.keys() + (now.keys() == 1 ? " key" : " keys");
        if (!(old instanceof CapabilityRequest.Storage was)) {
            changes.add(new Change(Kind.ADDED, Capability.KV, scope, "May " + words + "."));
            return;
        }
        boolean more = now.bytes() > was.bytes() || now.keys() > was.keys();
        changes.add(new Change(
                more ? Kind.ADDED : Kind.CHANGED,
                Capability.KV,
                scope,
                "May " + words + ", where it was " + size(was.bytes()) + " under " + was.keys() + "."));
    }

    private static String size(long bytes) {
        if (bytes >= 1 << 20 && bytes % (1 << 20) == 0) {
            return (bytes >> 20) + " MiB";
        }
        return bytes >= 1 << 10 && bytes % (1 << 10) == 0
                ? (bytes >> 10) + " KiB"
                : String.format(Locale.ROOT, "%d %s", bytes, bytes == 1 ? "byte" : "bytes");
    }
}
