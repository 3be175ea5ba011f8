package io.tenancy.spring.autoconfigure;

import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.usage.TenancyUsage;
import io.tenancy.jpa.usage.UsageGauge;
import io.tenancy.jpa.usage.UsageGauges;
import io.tenancy.spring.TenancyProperties;
import io.tenancy.spring.internal.SampledGauges;
import io.tenancy.usage.UsageMetric;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

/** Samples the application's beans of type {@link UsageGauge}, and the bytes of tenants if a property names a metric. */
@AutoConfiguration(after = TenancyAutoConfiguration.class)
@ConditionalOnBean(TenancyInstallation.class)
public class TenancyUsageAutoConfiguration {

    /** Made by Spring. */
    public TenancyUsageAutoConfiguration() {}

    /**
     * Samples gauges while the application runs.
     *
     * @param application is ready some time
     * @param usage stores the values
     * @param properties say how often, and whether bytes are read
     * @param gauges the application's own
     * @return hears when the application is ready
     */
    @Bean
    SampledGauges tenancySampledGauges(
            ApplicationContext application,
            TenancyUsage usage,
            TenancyProperties properties,
            ObjectProvider<UsageGauge> gauges) {
        TenancyProperties.Gauges settings = properties.usage().gauges();
        Stream<UsageGauge> storage = Stream.ofNullable(settings.storage())
                .map(metric -> new UsageGauge(UsageMetric.last(metric, "byte"), usage.storage()));
        List<UsageGauge> all = Stream.concat(storage, gauges.orderedStream()).toList();
        return new SampledGauges(application, all.isEmpty() ? null : sampler(usage, settings.interval(), all));
    }

    // Metrics are defined here, so that reports know them when the first request comes.
    private static UsageGauges sampler(TenancyUsage usage, Duration interval, List<UsageGauge> gauges) {
        UsageGauges sampler = usage.gauges(interval);
        gauges.forEach(sampler::gauge);
        return sampler;
    }
}
