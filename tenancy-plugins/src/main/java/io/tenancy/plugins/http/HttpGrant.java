package io.tenancy.plugins.http;

import io.tenancy.plugins.pack.CapabilityRequest;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where a plugin may send requests.
 *
 * @param hosts names, with a port where it is not that of HTTPS, such as {@code api.example.org:8443}; no addresses, and no
 *     patterns
 * @param methods such as {@code GET}
 */
public record HttpGrant(Set<String> hosts, Set<String> methods) {

    /**
     * Brings names into one form, which is that of manifests.
     *
     * @throws IllegalArgumentException when a host is no name, a method is none, or there are none or too many
     */
    public HttpGrant {
        Set<String> names = new TreeSet<>();
        hosts.forEach(host -> names.add(host.toLowerCase(Locale.ROOT)));
        CapabilityRequest.Requests asked = new CapabilityRequest.Requests(new TreeSet<>(names), new TreeSet<>(methods));
        hosts = Set.copyOf(asked.hosts());
        methods = Set.copyOf(asked.methods());
    }

    boolean allows(String method, String host, int port, int usual) {
        String name = host.toLowerCase(Locale.ROOT);
        boolean known = hosts.contains(name + ":" + port) || (port == usual && hosts.contains(name));
        return known && methods.contains(method);
    }
}
