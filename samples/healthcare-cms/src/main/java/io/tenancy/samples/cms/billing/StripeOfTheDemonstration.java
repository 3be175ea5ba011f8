package io.tenancy.samples.cms.billing;

import io.tenancy.spring.TenancyStripeProperties;
import io.tenancy.test.stripe.FakeStripe;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * A fake Stripe inside the application, with pages to click through, so that the demonstration takes cards without an account
 * and without money. It is there while {@code cms.stripe} is {@code fake} and no key of Stripe is set.
 */
public final class StripeOfTheDemonstration implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final String KEY = "tenancy.billing.stripe.api-key";
    private static final String SECRETS = "tenancy.billing.stripe.webhook-secrets";

    // Before anything is made of the properties, which decide whether there is Stripe at all.
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        boolean fake = "fake".equals(environment.getProperty("cms.stripe"))
                && !environment.containsProperty(KEY)
                && environment.getProperty("tenancy.enabled", Boolean.class, true);
        if (fake && context.getBeanFactory() instanceof DefaultListableBeanFactory beans) {
            // Asked from the fake's own threads at any time, so no bean is looked for before they all are there.
            Time time = new Time();
            FakeStripe stripe = FakeStripe.builder()
                    .port(environment.getProperty("cms.fake-stripe-port", Integer.class, 0))
                    .clock(time)
                    .start();
            beans.registerSingleton("fakeStripe", stripe);
            beans.registerDisposableBean("fakeStripe", stripe::close);
            String secret = environment.getProperty(SECRETS, "whsec_" + UUID.randomUUID());
            environment.getPropertySources().addFirst(properties(stripe, secret));
            context.addApplicationListener(event -> {
                if (event instanceof WebServerInitializedEvent started) {
                    listen(stripe, started.getWebServer().getPort(), environment, secret);
                } else if (event instanceof ContextRefreshedEvent) {
                    // Both agree on what is now, even where a test moves it.
                    time.source = beans.getBeanProvider(InstantSource.class).getIfUnique(InstantSource::system);
                }
            });
        }
    }

    /** The system's time, until the application's own is known. */
    private static final class Time implements InstantSource {
        private volatile InstantSource source = InstantSource.system();

        @Override
        public Instant instant() {
            return source.instant();
        }
    }

    private static MapPropertySource properties(FakeStripe stripe, String secret) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put(KEY, stripe.apiKey());
        properties.put(SECRETS, secret);
        properties.put("tenancy.billing.stripe.api-base", stripe.apiBase());
        properties.put("tenancy.billing.stripe.meter-events-base", stripe.meterEventsBase());
        properties.put("cms.payment-pages", List.of(stripe.apiBase()));
        return new MapPropertySource("the fake Stripe of the demonstration", properties);
    }

    private static void listen(FakeStripe stripe, int port, ConfigurableEnvironment environment, String secret) {
        String path = environment.getProperty(
                "tenancy.billing.stripe.webhook-path", TenancyStripeProperties.DEFAULT_WEBHOOK_PATH);
        stripe.webhook("http://localhost:" + port + path, secret);
    }
}
