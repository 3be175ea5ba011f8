package io.tenancy.samples.cms.clinics;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.tenancy.Tenant;
import io.tenancy.TenantStatus;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.samples.cms.directory.ClinicCard;
import io.tenancy.samples.cms.directory.ClinicDirectory;
import io.tenancy.samples.cms.site.Colour;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** The clinics of the catalog. Listing them is the platform's work, so each look is audited; looks are remembered. */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class CatalogClinicDirectory implements ClinicDirectory {

    private static final Set<TenantStatus> OPEN = EnumSet.of(
            TenantStatus.TRIAL,
            TenantStatus.ACTIVE,
            TenantStatus.PAST_DUE,
            TenantStatus.RESTRICTED,
            TenantStatus.CANCELLED);

    private final TenancyInstallation installation;
    private final Environment environment;
    private final String baseDomain;
    private final LoadingCache<String, List<ClinicCard>> remembered =
            Caffeine.newBuilder().expireAfterWrite(Duration.ofSeconds(5)).build(reason -> look(reason));

    CatalogClinicDirectory(
            TenancyInstallation installation,
            Environment environment,
            @Value("${tenancy.web.base-domains}") List<String> baseDomains) {
        this.installation = installation;
        this.environment = environment;
        this.baseDomain = baseDomains.get(0);
    }

    @Override
    public List<ClinicCard> list() {
        return remembered.get("list the clinics on the landing page");
    }

    private List<ClinicCard> look(String reason) {
        return Tenancy.callAsPlatform(
                reason,
                () -> installation.catalog().all().stream()
                        .filter(tenant -> OPEN.contains(tenant.status()))
                        .filter(tenant -> tenant.metadata().containsKey(ClinicProvisioning.COLOUR))
                        .map(this::card)
                        .toList());
    }

    private ClinicCard card(Tenant tenant) {
        return new ClinicCard(
                tenant.name(),
                tenant.slug().value(),
                tenant.metadata().getOrDefault(ClinicProvisioning.SPECIALTY, ""),
                tenant.metadata().getOrDefault(ClinicProvisioning.CITY, ""),
                tenant.placement().isolation().name(),
                tenant.placement().database(),
                tenant.placement().schema(),
                "http://" + tenant.slug() + "." + baseDomain + ":"
                        + environment.getProperty("local.server.port", "8080"),
                new Colour(tenant.metadata().getOrDefault(ClinicProvisioning.COLOUR, "#1f2937")));
    }
}
