package io.tenancy.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.TenantId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageEventTest {

    private static final TenantId TENANT = TenantId.of("01890a5d-ac96-774b-bcce-b302099a8057");
    private static final Instant TIME = Instant.parse("2026-11-21T08:00:00Z");

    private static UsageEvent record(String source, String key, Map<String, String> properties) {
        return UsageEvent.record(TENANT, source, key, "calls", BigDecimal.ONE, TIME, properties);
    }

    private static void assertRefused(String place, Runnable making) {
        assertThatExceptionOfType(InvalidUsageException.class)
                .isThrownBy(making::run)
                .withMessageContaining(place + " holds half a character")
                .withMessageContaining("unpaired surrogate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uD83D", "a\uD83D", "\uD83Da", "\uDE00", "\uDE00\uD83D", "\uD83D\uD83D\uDE00", "😀\uDE00"})
    void halfACharacterIsRefusedWhereverItStands(String half) {
        assertRefused("source", () -> record(half, "k", Map.of()));
        assertRefused("key", () -> record("s", half, Map.of()));
        assertRefused("the name of a property", () -> record("s", "k", Map.of(half, "v")));
        assertRefused("property 'p'", () -> record("s", "k", Map.of("p", half)));
        assertRefused(
                "reference",
                () -> new UsageEvent(
                        TENANT, "s", "k", "calls", BigDecimal.ONE, TIME, Map.of(), UsageEvent.Kind.CORRECTION, half));
    }

    @Test
    void wholeCharactersBeyondTheBasicPlaneAreTaken() {
        UsageEvent event = record("😀", "a😀b😀", Map.of("😀", "😀😀"));

        assertThat(event.key()).isEqualTo("a😀b😀");
        assertThat(event.properties()).containsEntry("😀", "😀😀");
    }

    @Test
    void everythingThatIsWrongIsToldTogether() {
        assertThatExceptionOfType(InvalidUsageException.class)
                .isThrownBy(() -> UsageEvent.record(
                        TENANT, "\uD83D", " ", "Calls", BigDecimal.ONE.negate(), TIME, Map.of("\0", "\uDE00")))
                .withMessageContaining("source holds half a character")
                .withMessageContaining("key is ' '")
                .withMessageContaining("metric is 'Calls'")
                .withMessageContaining("quantity is -1")
                .withMessageContaining("has a blank name or holds the character 0");
    }
}
