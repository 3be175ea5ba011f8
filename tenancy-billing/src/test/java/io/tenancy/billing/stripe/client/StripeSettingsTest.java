package io.tenancy.billing.stripe.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StripeSettingsTest {

    @ParameterizedTest
    @ValueSource(strings = {"pk_test_1", "", "sk-test", "whsec_1"})
    void aKeyThatIsNoSecretKeyIsRefusedAndNotShown(String key) {
        assertThatThrownBy(() -> StripeSettings.of(key, "shop"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sk_test_")
                .hasMessageNotContaining("pk_test_1");
    }

    @Test
    void aWebhookSecretThatIsNoneIsRefusedAndNotShown() {
        StripeSettings settings = StripeSettings.of("sk_test_1", "shop");

        assertThatThrownBy(() -> settings.withWebhookSecrets(List.of("verysecret")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("whsec_")
                .hasMessageNotContaining("verysecret");
    }

    @Test
    void theKeyDecidesWhetherRealMoneyMoves() {
        assertThat(StripeSettings.of("sk_live_1", "shop").livemode()).isTrue();
        assertThat(StripeSettings.of("rk_test_1", "shop").livemode()).isFalse();
    }

    @Test
    void secretsAreNotPrinted() {
        assertThat(StripeSettings.of("sk_live_abc", "shop").withWebhookSecrets(List.of("whsec_abc")))
                .asString()
                .doesNotContain("abc");
    }

    @Test
    void aNameThatIsNoneIsRefused() {
        assertThatThrownBy(() -> StripeSettings.of("sk_test_1", "My Shop"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a-z");
    }
}
