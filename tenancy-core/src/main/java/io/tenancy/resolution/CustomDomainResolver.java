package io.tenancy.resolution;

import io.tenancy.catalog.TenantKey;
import java.util.List;

/** Takes the whole host as a tenant's own domain: {@code www.acme-clinic.org}. */
public final class CustomDomainResolver implements TenantResolver {

    private static final Answer NOT_A_NAME = new Answer.Abstained("was given an address instead of a name");
    private static final Answer OURS = new Answer.Abstained("leaves hosts of the base domains to others");

    private final List<String> baseDomains;
    private final List<String> suffixes;

    /**
     * Creates the resolver.
     *
     * @param baseDomains domains of the platform itself, which are never a tenant's own
     * @throws IllegalArgumentException when there is none, or one is no DNS name
     */
    public CustomDomainResolver(List<String> baseDomains) {
        this.baseDomains = BaseDomains.normalised(baseDomains);
        this.suffixes = this.baseDomains.stream().map(domain -> "." + domain).toList();
    }

    @Override
    public String name() {
        return "custom-domain";
    }

    @Override
    public Answer resolve(TenantRequest request) {
        HostName host = request.host();
        return switch (host.kind()) {
            case MALFORMED -> new Answer.Malformed(host.name());
            case IP_LITERAL -> NOT_A_NAME;
            case DNS_NAME -> isOurs(host.name()) ? OURS : new Answer.Found(new TenantKey.ByDomain(host.name()));
        };
    }

    private boolean isOurs(String host) {
        for (int i = 0; i < suffixes.size(); i++) {
            if (host.endsWith(suffixes.get(i)) || host.equals(baseDomains.get(i))) {
                return true;
            }
        }
        return false;
    }
}
