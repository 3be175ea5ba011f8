package io.tenancy.samples.cms.clinics;

import io.tenancy.jpa.usage.TenancyUsage;
import io.tenancy.samples.cms.CmsProperties;
import io.tenancy.samples.cms.plan.Resource;
import io.tenancy.usage.buffer.BufferedUsageMeter;
import java.nio.file.Path;
import java.time.InstantSource;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Counts calls of the API without waiting for the database. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class ApiUsageConfiguration {

    private static final String SOURCE = "healthcare-cms.api";

    @Bean
    BufferedUsageMeter apiCalls(TenancyUsage usage, CmsProperties properties, InstantSource clock) {
        return BufferedUsageMeter.builder()
                .directory(directory(properties.usageDirectory()))
                .source(SOURCE)
                .sink(usage.store())
                .clock(clock)
                .knownMetrics(Resource.API_CALLS.key()::equals)
                .open();
    }

    private static Path directory(String configured) {
        return configured.startsWith("~")
                ? Path.of(System.getProperty("user.home") + configured.substring(1))
                : Path.of(configured);
    }
}
