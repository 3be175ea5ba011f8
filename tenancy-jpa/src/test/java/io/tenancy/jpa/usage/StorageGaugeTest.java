package io.tenancy.jpa.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StorageGaugeTest {

    @Test
    void theBytesOfATenantAreReadOnEachLevel() throws Exception {
        DatabaseServer server = TestServer.newDatabase();
        UsageMetric bytes = UsageMetric.last("storage.bytes", "byte");
        try (TenancyInstallation installation =
                TestServer.installation(server, "classpath:clinic").build().start()) {
            List<Tenant> tenants = new ArrayList<>();
            for (IsolationLevel level : IsolationLevel.values()) {
                String slug = level.name().toLowerCase(java.util.Locale.ROOT) + "-clinic";
                tenants.add(installation.provisioner().provision(NewTenant.of(slug, slug, level)));
            }
            try (UsageGauges gauges = installation.usage().gauges(Duration.ofDays(1))) {
                gauges.gauge(bytes, installation.usage().storage());
                assertThat(gauges.sample()).isEqualTo(tenants.size());
            }
            for (Tenant tenant : tenants) {
                BigDecimal read = Tenancy.callAsPlatform(
                        "a test",
                        () -> installation
                                .usage()
                                .reports()
                                .billingPeriod(tenant.id(), bytes.name(), Instant.now())
                                .orElseThrow()
                                .value());
                // A shared tenant without rows takes nothing.
                assertThat(read.signum())
                        .as(tenant.slug().value())
                        .isEqualTo(tenant.placement().isolation() == IsolationLevel.SHARED ? 0 : 1);
            }
            assertThat(installation.isolationFaults()).isEmpty();
        }
    }
}
