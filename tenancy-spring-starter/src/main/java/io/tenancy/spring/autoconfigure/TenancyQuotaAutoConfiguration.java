package io.tenancy.spring.autoconfigure;

import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.quota.QuotaAlerts;
import io.tenancy.jpa.quota.TransactionalQuotas;
import io.tenancy.quota.QuotaAlertListener;
import io.tenancy.quota.QuotaConsumer;
import io.tenancy.quota.Quotas;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** How much tenants may use: quotas of their plans, and who hears of thresholds. */
@AutoConfiguration(after = {TenancyAutoConfiguration.class, TenancyEntitlementsAutoConfiguration.class})
@ConditionalOnBean(TenancyInstallation.class)
public class TenancyQuotaAutoConfiguration {

    /** Made by Spring. */
    public TenancyQuotaAutoConfiguration() {}

    /**
     * Counts what tenants use.
     *
     * @param installation has them
     * @return this node's quotas
     */
    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    Quotas tenancyQuotas(TenancyInstallation installation) {
        return installation.quotas();
    }

    /**
     * Counts what tenants use when their transactions commit.
     *
     * @param installation has them
     * @return the same quotas, following transactions
     */
    @Bean
    @ConditionalOnMissingBean
    TransactionalQuotas tenancyTransactionalQuotas(TenancyInstallation installation) {
        return installation.transactionalQuotas();
    }

    /**
     * Takes units for {@link io.tenancy.entitlement.ConsumesQuota}.
     *
     * @param quotas counts them
     * @return a consumer
     */
    @Bean
    @ConditionalOnMissingBean
    QuotaConsumer tenancyQuotaConsumer(Quotas quotas) {
        return quotas::reserve;
    }

    /**
     * Tells the application's listeners of thresholds.
     *
     * @param installation delivers
     * @param listeners hear
     * @return the delivery
     */
    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    QuotaAlerts tenancyQuotaAlerts(TenancyInstallation installation, ObjectProvider<QuotaAlertListener> listeners) {
        QuotaAlerts alerts = installation.quotaAlerts();
        listeners.orderedStream().forEach(alerts::onAlert);
        return alerts;
    }

    /**
     * Listeners hear also where other beans are lazy.
     *
     * @return matches the delivery
     */
    @Bean
    static LazyInitializationExcludeFilter tenancyQuotaAlertsAreDelivered() {
        return LazyInitializationExcludeFilter.forBeanTypes(QuotaAlerts.class);
    }
}
