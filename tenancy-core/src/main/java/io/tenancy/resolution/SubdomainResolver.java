package io.tenancy.resolution;

import io.tenancy.TenantSlug;
import io.tenancy.catalog.TenantKey;
import io.tenancy.internal.Printable;
import java.util.List;

/** Reads the tenant's slug from the one label before a base domain: {@code acme.example.com}. */
public final class SubdomainResolver implements TenantResolver {

    private static final Answer NOT_A_NAME = new Answer.Abstained("was given an address instead of a name");

    private final List<String> suffixes;
    private final List<String> baseDomains;
    private final Answer outside;
    private final RecentHosts recent = new RecentHosts();

    /**
     * Creates the resolver.
     *
     * @param baseDomains the domains under which tenants live, such as {@code example.com}; not empty
     * @throws IllegalArgumentException when there is none, or one is no DNS name
     */
    public SubdomainResolver(List<String> baseDomains) {
        this.baseDomains = BaseDomains.normalised(baseDomains);
        this.suffixes = this.baseDomains.stream().map(domain -> "." + domain).toList();
        this.outside = new Answer.Abstained("knows only hosts under the base domains " + this.baseDomains);
    }

    @Override
    public String name() {
        return "subdomain";
    }

    @Override
    public Answer resolve(TenantRequest request) {
        HostName host = request.host();
        return switch (host.kind()) {
            case MALFORMED -> new Answer.Malformed(host.name());
            case IP_LITERAL -> NOT_A_NAME;
            case DNS_NAME -> known(host.name());
        };
    }

    private Answer known(String host) {
        Answer answer = recent.answerTo(host);
        return answer != null ? answer : underBaseDomain(host);
    }

    private Answer underBaseDomain(String host) {
        for (int i = 0; i < suffixes.size(); i++) {
            String suffix = suffixes.get(i);
            if (host.endsWith(suffix)) {
                Answer answer = slug(host.substring(0, host.length() - suffix.length()));
                if (answer instanceof Answer.Found) {
                    recent.remember(host, answer);
                }
                return answer;
            }
        }
        return outside;
    }

    private static Answer slug(String label) {
        return TenantSlug.isValid(label)
                ? new Answer.Found(new TenantKey.BySlug(new TenantSlug(label)))
                : new Answer.Abstained("found '" + Printable.of(label) + "', which "
                        + TenantSlug.fault(label).orElse("is malformed") + " as a slug");
    }
}
