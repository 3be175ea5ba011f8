package io.tenancy.samples.cms.plugin;

import io.tenancy.TenantId;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.usage.FuelAllowance;
import io.tenancy.plugins.usage.FuelBudget;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.spring.TenancyPluginsProperties;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.text.NumberFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** What the plugins of a clinic used this month, beside what its plan allows: so much a minute. */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class PluginFuel {

    private static final BigDecimal SMALLEST = new BigDecimal("0.0001");

    private final TenancyPlugins plugins;
    private final FuelAllowance allowance;
    private final InstantSource clock;

    PluginFuel(
            TenancyPlugins plugins,
            TenancyInstallation installation,
            TenancyPluginsProperties properties,
            InstantSource clock) {
        this.plugins = plugins;
        this.allowance = properties.fuelPerMinute() == null
                ? FuelAllowance.ofPlan(installation.entitlements())
                : FuelAllowance.perMinute(properties.fuelPerMinute());
        this.clock = clock;
    }

    /**
     * This month's fuel.
     *
     * @param total of all plugins
     * @param perMinute what the plan allows; null for no limit
     * @param share of what the plan allowed since the month began
     * @param byPlugin of each plugin that used any
     */
    record Used(
            String total,
            @Nullable String perMinute,
            @Nullable String share,
            Map<String, OfPlugin> byPlugin) {

        OfPlugin of(String plugin) {
            return byPlugin.getOrDefault(plugin, OfPlugin.NONE);
        }
    }

    /**
     * This month's fuel of a plugin.
     *
     * @param fuel how much
     * @param share of what the plan allowed since the month began; null where there is no limit
     * @param percent of what all plugins used, 0 to 100
     */
    record OfPlugin(String fuel, @Nullable String share, int percent) {
        private static final OfPlugin NONE = new OfPlugin("0", null, 0);
    }

    Used thisMonth(TenantId clinic, Locale locale) {
        Instant now = clock.instant();
        Instant month = YearMonth.from(now.atZone(ZoneOffset.UTC))
                .atDay(1)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
        Instant until = now.truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
        RateLimit limit = allowance.of(clinic);
        BigDecimal perMinute = limit.capacity() >= RateLimit.MAXIMUM_CAPACITY
                ? null
                : BigDecimal.valueOf(limit.capacity()).multiply(BigDecimal.valueOf(FuelBudget.UNIT));
        BigDecimal allowed = perMinute == null
                ? null
                : perMinute.multiply(BigDecimal.valueOf(
                        Math.max(1, Duration.between(month, now).toMinutes())));
        Map<String, BigDecimal> used = plugins.fuel().byPlugin(clinic, month, until);
        BigDecimal total = used.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
        NumberFormat whole = NumberFormat.getIntegerInstance(locale);
        Map<String, OfPlugin> each = new HashMap<>();
        used.forEach((plugin, fuel) ->
                each.put(plugin, new OfPlugin(whole.format(fuel), share(fuel, allowed, locale), percent(fuel, total))));
        return new Used(
                whole.format(total),
                perMinute == null ? null : whole.format(perMinute),
                share(total, allowed, locale),
                each);
    }

    private static int percent(BigDecimal part, BigDecimal total) {
        return total.signum() <= 0
                ? 0
                : part.multiply(BigDecimal.valueOf(100))
                        .divide(total, 0, RoundingMode.HALF_UP)
                        .max(BigDecimal.ZERO)
                        .intValue();
    }

    private static @Nullable String share(BigDecimal fuel, @Nullable BigDecimal allowed, Locale locale) {
        if (allowed == null) {
            return null;
        }
        NumberFormat percent = NumberFormat.getPercentInstance(locale);
        percent.setMaximumFractionDigits(2);
        BigDecimal share = fuel.divide(allowed, 8, RoundingMode.HALF_UP);
        return fuel.signum() > 0 && share.compareTo(SMALLEST) < 0
                ? "< " + percent.format(SMALLEST)
                : percent.format(share);
    }
}
