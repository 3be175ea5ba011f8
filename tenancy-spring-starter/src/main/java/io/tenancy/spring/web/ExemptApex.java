package io.tenancy.spring.web;

import io.tenancy.resolution.HostName;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Exempts requests for a base domain itself, where the application greets visitors who are no tenant's yet. */
public final class ExemptApex implements TenantExemption {

    private final Set<String> domains;

    /**
     * Creates the exemption.
     *
     * @param baseDomains the base domains
     */
    public ExemptApex(List<String> baseDomains) {
        this.domains = baseDomains.stream()
                .map(domain -> HostName.parse(domain).name())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public boolean test(HttpServletRequest request) {
        HostName host = HostName.parse(request.getHeader("Host"));
        return host.kind() == HostName.Kind.DNS_NAME && domains.contains(host.name());
    }
}
