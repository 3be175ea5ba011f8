package io.tenancy.resolution;

import java.util.List;

/** Checks configured domains once, at start. */
final class BaseDomains {

    private BaseDomains() {}

    static List<String> normalised(List<String> domains) {
        if (domains.isEmpty()) {
            throw new IllegalArgumentException("At least one base domain is needed, such as 'example.com', but none was"
                    + " given. Set tenancy.web.base-domains.");
        }
        return domains.stream().map(BaseDomains::normalised).toList();
    }

    private static String normalised(String domain) {
        HostName host = HostName.parse(domain);
        if (host.kind() != HostName.Kind.DNS_NAME || domain.indexOf(':') >= 0) {
            throw new IllegalArgumentException("Base domain '" + domain + "' is no DNS name. Give the bare name without"
                    + " scheme, port or wildcard, such as 'example.com'.");
        }
        return host.name();
    }
}
