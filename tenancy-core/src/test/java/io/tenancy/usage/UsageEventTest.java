package io.tenancy.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.TenantId;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    private static UsageEvent quantity(BigDecimal quantity) {
        return UsageEvent.record(TENANT, "s", "k", "calls", quantity, TIME, Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 'quantity is -1, but is never negative'",
        "-0.000000001, 'quantity is -1E-9, but is never negative'",
        "-1E+2147483647, 'quantity is -1E+2147483647, but is never negative'",
        "1000000000000000000.000000001, 'quantity is 1000000000000000000.000000001, but at most 1000000000000000000'",
        "1000000000000000001, 'quantity is 1000000000000000001, but at most 1000000000000000000'",
        "1E+400, 'quantity is 1E+400, but at most 1000000000000000000'",
        "1E+2147483647, 'quantity is 1E+2147483647, but at most 1000000000000000000'",
        "0.0000000001, 'quantity is 1E-10, but has at most 9 decimals'",
        "1.0000000001, 'quantity is 1.0000000001, but has at most 9 decimals'",
        "1E-2147483647, 'quantity is 1E-2147483647, but has at most 9 decimals'"
    })
    void aQuantityThatCannotCountIsRefusedWithWhatWasFound(BigDecimal quantity, String fault) {
        assertThatExceptionOfType(InvalidUsageException.class)
                .isThrownBy(() -> quantity(quantity))
                .withMessageContaining("from source 's' with key 'k' was refused and not stored")
                .withMessageContaining(fault);
    }

    @Test
    void aQuantityOfManyDigitsIsRefusedInFewWords() {
        assertThatExceptionOfType(InvalidUsageException.class)
                .isThrownBy(() -> quantity(new BigDecimal(BigInteger.TEN.pow(10_000))))
                .withMessageContaining("but at most 1000000000000000000")
                .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(400));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0E+2147483647, 0",
        "1000000000000000000, 1000000000000000000",
        "1E+18, 1000000000000000000",
        "0.000000001, 0.000000001",
        "1.50000000000000, 1.5"
    })
    void whatCanCountIsTakenInOneForm(BigDecimal quantity, String taken) {
        assertThat(quantity(quantity).quantity().toPlainString()).isEqualTo(taken);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void aFloatingPointQuantityThatIsNoNumberIsRefusedBeforeATenantIsAskedFor(double quantity) {
        assertThatExceptionOfType(InvalidUsageException.class)
                .isThrownBy(() -> new Listening().record("calls", quantity, "k", TIME))
                .withMessageContaining("metric 'calls' with key 'k'")
                .withMessageContaining("quantity is " + quantity + ", but is a finite number");
    }

    @Test
    void propertiesMayHaveAsManyBytesAsAreAllowedAndNoMore() {
        int most = UsageEvent.MAXIMUM_PROPERTIES_BYTES;

        assertThat(record("s", "k", Map.of("p", "x".repeat(most - 1))).properties())
                .hasSize(1);
        assertPropertiesRefused(Map.of("p", "x".repeat(most)), most + 1);
        assertPropertiesRefused(Map.of("p", "ü".repeat(most / 2)), most + 1);
        assertPropertiesRefused(Map.of("p", "x".repeat(most / 2), "q".repeat(most / 2), ""), most + 1);
        assertPropertiesRefused(Map.of("p", "x".repeat(1 << 20)), (1 << 20) + 1);
    }

    private static void assertPropertiesRefused(Map<String, String> properties, int bytes) {
        assertThatExceptionOfType(InvalidUsageException.class)
                .isThrownBy(() -> record("s", "k", properties))
                .withMessageContaining("properties have " + bytes + " bytes, but at most 8192")
                .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(400));
    }

    /** A meter that nothing gets as far as. */
    private static final class Listening implements UsageMeter {

        @Override
        public void record(UsageEvent event) {
            throw new AssertionError("recorded " + event);
        }

        @Override
        public String source() {
            return "s";
        }
    }
}
