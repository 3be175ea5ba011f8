package io.tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantSlugTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "acme", "clinic-7", "a1", "xn--bcher-kva"})
    void validSlugIsAccepted(String text) {
        assertThat(TenantSlug.isValid(text)).isTrue();
        assertThat(new TenantSlug(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1a", "-a", "a-", "Acme", "a_b", "a.b", "ä", "a b", "a\r\nb", "ａcme"})
    void malformedSlugIsRefused(String text) {
        assertThat(TenantSlug.isValid(text)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> new TenantSlug(text));
    }

    @Test
    void slugOf63CharactersIsTheLongest() {
        assertThat(TenantSlug.isValid("a".repeat(63))).isTrue();
        assertThat(TenantSlug.isValid("a".repeat(64))).isFalse();
    }

    @Test
    void reservedWordIsRefusedAsSuch() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TenantSlug("admin"))
                .withMessageContaining("is a reserved word");
    }

    @Test
    void messageCarriesNoControlCharacterOfTheInput() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TenantSlug("a\r\nSet-Cookie: x"))
                .satisfies(failure ->
                        assertThat(failure.getMessage()).doesNotContain("\r").doesNotContain("\n"));
    }
}
