package io.tenancy.plugins.http;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Where a plugin may send requests.
 *
 * @param hosts names, with a port where it is not that of HTTPS, such as {@code api.example.org:8443}; no addresses, and no
 *     patterns
 * @param methods such as {@code GET}
 */
public record HttpGrant(Set<String> hosts, Set<String> methods) {

    private static final Pattern HOST =
            Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,62}(:[1-9][0-9]{0,4})?");
    private static final Set<String> KNOWN = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

    /**
     * Brings names into one form.
     *
     * @throws IllegalArgumentException when a host is no name, or a method is none
     */
    public HttpGrant {
        Set<String> names = new TreeSet<>();
        for (String host : hosts) {
            String name = host.toLowerCase(Locale.ROOT);
            if (!HOST.matcher(name).matches()) {
                throw new IllegalArgumentException("'" + host + "' is no name of a host, such as 'api.example.org' or"
                        + " 'api.example.org:8443'. Addresses and patterns are not allowed.");
            }
            names.add(name);
        }
        Set<String> all = new TreeSet<>();
        for (String method : methods) {
            if (!KNOWN.contains(method)) {
                throw new IllegalArgumentException("'" + method + "' is no method that plugins may use; it is one of "
                        + new TreeSet<>(KNOWN) + ".");
            }
            all.add(method);
        }
        hosts = Set.copyOf(names);
        methods = Set.copyOf(all);
    }

    boolean allows(String method, String host, int port, int usual) {
        String name = host.toLowerCase(Locale.ROOT);
        boolean known = hosts.contains(name + ":" + port) || (port == usual && hosts.contains(name));
        return known && methods.contains(method);
    }
}
