package io.tenancy.spring.autoconfigure;

import com.stripe.StripeClient;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.payment.PaymentProvider;
import io.tenancy.billing.stripe.TenancyStripe;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.spring.TenancyBillingProperties;
import io.tenancy.spring.TenancyStripeProperties;
import io.tenancy.spring.internal.RunningStripe;
import io.tenancy.spring.internal.StripeAtStart;
import io.tenancy.spring.internal.StripeMetrics;
import io.tenancy.spring.web.StripeWebhookFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.time.InstantSource;
import java.util.EnumSet;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/**
 * Stripe collects what billing bills, where {@code stripe-java} is on the class path and {@code tenancy.billing.stripe.api-key}
 * is set. Tenants pay by transfer until their billing account names {@code stripe}.
 */
@AutoConfiguration(after = TenancyBillingAutoConfiguration.class)
@ConditionalOnClass({TenancyBilling.class, StripeClient.class})
@ConditionalOnProperty("tenancy.billing.stripe.api-key")
@EnableConfigurationProperties({TenancyBillingProperties.class, TenancyStripeProperties.class})
public class TenancyStripeAutoConfiguration {

    /** Order of the filter that takes in Stripe's events: before any other. */
    public static final int WEBHOOK_FILTER_ORDER = Ordered.HIGHEST_PRECEDENCE;

    /** Made by Spring. */
    public TenancyStripeAutoConfiguration() {}

    /**
     * Starts Stripe with the application even where other beans are lazy.
     *
     * @return matches Stripe
     */
    @Bean
    static LazyInitializationExcludeFilter tenancyStripeStartsEagerly() {
        return LazyInitializationExcludeFilter.forBeanTypes(TenancyStripe.class, RunningStripe.class);
    }

    /** Stripe beside billing. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean({TenancyInstallation.class, TenancyBilling.class})
    static class OnBilling {

        // Apart from RunningStripe, because billing takes the provider while it is built, and Stripe needs billing to
        // start.
        @Bean(destroyMethod = "close")
        @ConditionalOnMissingBean
        TenancyStripe tenancyStripe(
                TenancyInstallation installation,
                TenancyStripeProperties properties,
                Environment environment,
                ObjectProvider<InstantSource> clock) {
            return StripeAtStart.of(
                    installation,
                    properties,
                    environment.getProperty("spring.application.name"),
                    clock.getIfUnique(InstantSource::system));
        }

        @Bean
        PaymentProvider tenancyStripeProvider(TenancyStripe stripe) {
            return stripe.provider();
        }

        @Bean
        RunningStripe tenancyRunningStripe(
                ApplicationContext application,
                TenancyStripe stripe,
                TenancyBilling billing,
                TenancyBillingProperties properties) {
            return new RunningStripe(application, stripe, billing, properties.jobs());
        }

        /** Where events come in. */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
        @ConditionalOnClass({Filter.class, FilterRegistrationBean.class})
        static class Web {

            @Bean
            @ConditionalOnMissingBean(name = "tenancyStripeWebhook")
            FilterRegistrationBean<StripeWebhookFilter> tenancyStripeWebhook(
                    RunningStripe running, TenancyStripeProperties properties) {
                FilterRegistrationBean<StripeWebhookFilter> registration =
                        new FilterRegistrationBean<>(new StripeWebhookFilter(running.webhook()));
                registration.setOrder(WEBHOOK_FILTER_ORDER);
                registration.addUrlPatterns(properties.webhookPath());
                registration.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST));
                return registration;
            }
        }

        /** Shows it to metrics, where there are any. */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnClass(MeterBinder.class)
        static class Metrics {

            @Bean
            @ConditionalOnMissingBean
            StripeMetrics tenancyStripeMetrics(RunningStripe running, ObjectProvider<InstantSource> clock) {
                return new StripeMetrics(running, clock.getIfUnique(InstantSource::system));
            }
        }
    }
}
