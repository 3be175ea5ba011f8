package io.tenancy.samples.cms.clinics;

import io.tenancy.jpa.usage.UsageGauge;
import io.tenancy.samples.cms.account.AppUserRepository;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.util.Optional;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What each clinic has at any time, read every hour: its people, and by a property its bytes in the database. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class ClinicGauges {

    /** The metric that {@code tenancy.usage.gauges.storage} names. */
    static final String DATABASE_BYTES = "database_bytes";

    /** The metric of the people. */
    static final String USERS = "users";

    @Bean
    UsageGauge clinicUsers(AppUserRepository users) {
        return new UsageGauge(
                UsageMetric.last(USERS, "user"), clinic -> Optional.of(BigDecimal.valueOf(users.count())));
    }
}
