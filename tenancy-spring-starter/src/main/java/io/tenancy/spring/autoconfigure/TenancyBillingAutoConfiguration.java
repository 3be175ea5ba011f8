package io.tenancy.spring.autoconfigure;

import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.InvoiceNumbering;
import io.tenancy.billing.notice.BillingNotifier;
import io.tenancy.billing.party.Seller;
import io.tenancy.billing.payment.PaymentProvider;
import io.tenancy.billing.subscription.SubscriptionPeriods;
import io.tenancy.billing.tax.TaxPolicy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.spring.TenancyBillingProperties;
import io.tenancy.spring.internal.BillingMails;
import io.tenancy.spring.internal.CatalogueAtStart;
import io.tenancy.spring.internal.RunningBilling;
import io.tenancy.usage.spi.BillingPeriods;
import java.time.InstantSource;
import java.util.List;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * Billing, where it is on the class path and a seller is named by properties or by beans. The application's payment
 * providers, notifiers, tax policy and numbering are taken from its beans; its prices from the catalogue of
 * {@code tenancy.entitlements.catalogue}.
 */
@AutoConfiguration(after = {TenancyAutoConfiguration.class, TenancyEntitlementsAutoConfiguration.class})
@ConditionalOnClass(TenancyBilling.class)
@Conditional(TenancyBillingAutoConfiguration.OnSeller.class)
@EnableConfigurationProperties(TenancyBillingProperties.class)
public class TenancyBillingAutoConfiguration {

    /** Made by Spring. */
    public TenancyBillingAutoConfiguration() {}

    /** A seller is named. */
    static class OnSeller extends AnyNestedCondition {

        OnSeller() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnProperty("tenancy.billing.seller.name")
        static class ByProperty {}

        @ConditionalOnBean(Seller.class)
        static class ByBean {}

        @ConditionalOnBean(TenancyBilling.class)
        static class ByBilling {}
    }

    /**
     * Lets usage and quotas follow the periods of subscriptions.
     *
     * @param clock tells the time
     * @return the periods
     */
    @Bean
    @ConditionalOnMissingBean(BillingPeriods.class)
    SubscriptionPeriods tenancySubscriptionPeriods(ObjectProvider<InstantSource> clock) {
        return new SubscriptionPeriods(clock.getIfUnique(InstantSource::system));
    }

    /**
     * Starts billing with the application even where other beans are lazy.
     *
     * @return matches billing
     */
    @Bean
    static LazyInitializationExcludeFilter tenancyBillingStartsEagerly() {
        return LazyInitializationExcludeFilter.forBeanTypes(TenancyBilling.class, RunningBilling.class);
    }

    /** Billing on the installation. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(TenancyInstallation.class)
    static class OnInstallation {

        @Bean(destroyMethod = "close")
        @ConditionalOnMissingBean
        TenancyBilling tenancyBilling(
                TenancyInstallation installation,
                TenancyBillingProperties properties,
                ObjectProvider<CatalogueAtStart> catalogue,
                ObjectProvider<Seller> sellers,
                ObjectProvider<PaymentProvider> providers,
                ObjectProvider<BillingNotifier> notifiers,
                ObjectProvider<TaxPolicy> taxes,
                ObjectProvider<InvoiceNumbering> numbering,
                ObjectProvider<SubscriptionPeriods> periods,
                ObjectProvider<InstantSource> clock) {
            // Its prices are taken over when billing starts.
            catalogue.ifAvailable(imported -> {});
            TenancyBilling.Builder builder = TenancyBilling.builder(installation)
                    .clock(clock.getIfUnique(InstantSource::system))
                    .term(properties.term())
                    .draftFor(properties.draftFor())
                    .lateUsage(properties.lateUsage())
                    .interval(properties.interval())
                    .connections(properties.connections());
            if (properties.workers() != null) {
                builder.workers(properties.workers());
            }
            List<Seller> named = sellers.orderedStream().toList();
            (named.isEmpty() ? List.of(properties.namedSeller()) : named).forEach(builder::seller);
            providers.orderedStream().forEach(builder::provider);
            notifiers.orderedStream().forEach(builder::notifier);
            taxes.ifUnique(builder::taxes);
            numbering.ifUnique(builder::numbering);
            periods.ifUnique(builder::periods);
            return builder.build().start();
        }

        @Bean
        @ConditionalOnProperty("tenancy.billing.mail.from")
        BillingNotifier tenancyBillingMails(TenancyBillingProperties properties, BeanFactory beans) {
            return BillingMails.of(properties.mail(), beans);
        }

        @Bean
        @ConditionalOnProperty(name = "tenancy.billing.jobs", havingValue = "true", matchIfMissing = true)
        RunningBilling tenancyRunningBilling(ApplicationContext application, TenancyBilling billing) {
            return new RunningBilling(application, billing);
        }
    }
}
