package io.tenancy.spring.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.spring.ConfigurationFault;
import io.tenancy.spring.TenancyStripeProperties;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.env.MockEnvironment;

class StripeAtStartTest {

    private static TenancyStripeProperties properties(String... more) {
        Map<String, String> all = new HashMap<>();
        all.put("tenancy.billing.stripe.api-key", "sk_test_1");
        for (int i = 0; i < more.length; i += 2) {
            all.put("tenancy.billing.stripe." + more[i], more[i + 1]);
        }
        return new Binder(new MapConfigurationPropertySource(all))
                .bind("tenancy.billing.stripe", TenancyStripeProperties.class)
                .get();
    }

    @Test
    void withAKeyAloneTheSettingsAreStripesOwn() {
        assertThat(StripeAtStart.settings(properties(), "shop")).isEqualTo(StripeSettings.of("sk_test_1", "shop"));
    }

    @Test
    void theInstallationOfThePropertiesGoesBeforeTheApplicationsName() {
        assertThat(StripeAtStart.settings(properties("installation", "staging"), "shop")
                        .installation())
                .isEqualTo("staging");
    }

    @Test
    void anApplicationsNameIsMadeOneThatStripeIsToldAlways() {
        assertThat(StripeAtStart.named(null)).isEqualTo("default");
        assertThat(StripeAtStart.named("日本")).isEqualTo("default");
        assertThat(StripeAtStart.named("  The Shop (EU) ")).isEqualTo("the-shop-eu");
        assertThat(StripeAtStart.named("x".repeat(99))).hasSize(40);
        assertThat(StripeAtStart.named("a_b-c9")).isEqualTo("a_b-c9");
    }

    @Test
    void aKeyWithoutStripesClientIsToldWithWhatIsMissing() {
        MockEnvironment environment =
                new MockEnvironment().withProperty("tenancy.billing.stripe.api-key", "sk_test_hush");
        ClassLoader without = new ClassLoader(getClass().getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.startsWith("com.stripe.")) {
                    throw new ClassNotFoundException(name);
                }
                return super.loadClass(name, resolve);
            }
        };

        assertThat(StripeCheck.faults(environment, without))
                .singleElement()
                .extracting(ConfigurationFault::toString)
                .asString()
                .contains("com.stripe:stripe-java")
                .doesNotContain("hush");
    }

    @Test
    void aPublishableOrEmptyKeyIsToldWithoutShowingIt() {
        for (String key : new String[] {"pk_test_hush", "", "hush", "\"sk_test_hush\""}) {
            MockEnvironment environment = new MockEnvironment().withProperty("tenancy.billing.stripe.api-key", key);

            assertThat(StripeCheck.faults(environment))
                    .as(key)
                    .singleElement()
                    .extracting(ConfigurationFault::toString)
                    .asString()
                    .contains("tenancy.billing.stripe.api-key", "(hidden)")
                    .doesNotContain("hush");
        }
    }
}
