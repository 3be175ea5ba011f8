package io.tenancy.samples.cms.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.test.stripe.FakeStripe;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.mock.env.MockEnvironment;

class StripeOfTheDemonstrationTest {

    private static GenericApplicationContext started(String... properties) {
        MockEnvironment environment = new MockEnvironment();
        for (int i = 0; i < properties.length; i += 2) {
            environment.setProperty(properties[i], properties[i + 1]);
        }
        GenericApplicationContext context = new GenericApplicationContext();
        context.setEnvironment(environment);
        new StripeOfTheDemonstration().initialize(context);
        context.refresh();
        return context;
    }

    @Test
    void theFakeIsThereAndTheApplicationIsToldHowToReachIt() {
        try (GenericApplicationContext context = started("cms.stripe", "fake")) {
            FakeStripe fake = context.getBean(FakeStripe.class);

            assertThat(context.getEnvironment().getProperty("tenancy.billing.stripe.api-base"))
                    .isEqualTo(fake.apiBase());
            assertThat(context.getEnvironment().getProperty("tenancy.billing.stripe.api-key"))
                    .startsWith("sk_test_");
            assertThat(context.getEnvironment().getProperty("tenancy.billing.stripe.webhook-secrets"))
                    .startsWith("whsec_");
        }
    }

    @Test
    void aKeyOfStripeTakesThePlaceOfTheFake() {
        try (GenericApplicationContext context =
                started("cms.stripe", "fake", "tenancy.billing.stripe.api-key", "sk_live_1")) {
            assertThat(context.getBeanProvider(FakeStripe.class).getIfAvailable())
                    .isNull();
            assertThat(context.getEnvironment().getProperty("tenancy.billing.stripe.api-key"))
                    .isEqualTo("sk_live_1");
        }
    }

    @Test
    void withoutTheWishForItOrWithoutClinicsThereIsNoFake() {
        try (GenericApplicationContext transfers = started("cms.stripe", "none");
                GenericApplicationContext nothing = started();
                GenericApplicationContext single = started("cms.stripe", "fake", "tenancy.enabled", "false")) {
            for (GenericApplicationContext context : new GenericApplicationContext[] {transfers, nothing, single}) {
                assertThat(context.getBeanProvider(FakeStripe.class).getIfAvailable())
                        .isNull();
                assertThat(context.getEnvironment().containsProperty("tenancy.billing.stripe.api-key"))
                        .isFalse();
            }
        }
    }
}
