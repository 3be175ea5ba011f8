package io.tenancy.usage.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageEvent;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CloudEventsUsageTest {

    private static final TenantId TENANT = TenantId.of("01890a5d-ac96-774b-bcce-b302099a8057");
    private static final int MEGABYTE = 1 << 20;

    private static String event(String quantity, String properties) {
        return """
                {"specversion":"1.0","id":"k","source":"s","type":"io.tenancy.usage.calls","time":"2026-11-21T08:00:00Z",
                 "data":{"quantity":%s,"properties":%s}}""".formatted(quantity, properties);
    }

    private static List<UsageEvent> parse(String json) {
        return CloudEventsUsage.parse(json.getBytes(StandardCharsets.UTF_8), subject -> Optional.of(TENANT));
    }

    private static List<String> faults(String json) {
        CloudEventsException refused = catchThrowableOfType(CloudEventsException.class, () -> parse(json));
        assertThat(refused).as("the refusal of %.200s", json).isNotNull();
        return refused.faults();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"NaN\" | $.data.quantity: is 'NaN', but a finite decimal",
                "\"Infinity\" | $.data.quantity: is 'Infinity', but a finite decimal",
                "\"-Infinity\" | $.data.quantity: is '-Infinity', but a finite decimal",
                "\"\" | $.data.quantity: is '', but a finite decimal",
                "\"7 apples\" | $.data.quantity: is '7 apples', but a finite decimal",
                "true | $.data.quantity: is neither a number nor a decimal in a text",
                "null | $.data.quantity: is neither a number nor a decimal in a text",
                "[1] | $.data.quantity: is neither a number nor a decimal in a text",
                "-1 | quantity is -1, but is never negative",
                "\"-0.5\" | quantity is -0.5, but is never negative",
                "1e400 | quantity is 1E+400, but at most 1000000000000000000",
                "\"1e400\" | quantity is 1E+400, but at most 1000000000000000000",
                "1e2147483647 | quantity is 1E+2147483647, but at most 1000000000000000000",
                "1000000000000000000.1 | quantity is 1000000000000000000.1, but at most 1000000000000000000",
                "0.0000000001 | quantity is 1E-10, but has at most 9 decimals",
                "1e-2147483647 | quantity is 1E-2147483647, but has at most 9 decimals",
            })
    void aQuantityThatCannotCountIsNamedWithWhatWasFound(String quantity, String fault) {
        assertThat(faults(event(quantity, "{}"))).singleElement().asString().contains(fault);
    }

    @Test
    void aNumberThatJsonDoesNotHaveIsNamedWithItsPlace() {
        for (String number : List.of("NaN", "Infinity", "-Infinity", "+1")) {
            assertThat(faults(event(number, "{}")))
                    .as(number)
                    .singleElement()
                    .asString()
                    .contains("the document is not JSON at line 2, column ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e99999999999", "1e-99999999999", "1e9999999999999999999999"})
    void aNumberWithAnImpossibleExponentIsNamed(String number) {
        assertThat(faults(event(number, "{}")))
                .singleElement()
                .asString()
                .contains("the document holds a number that cannot be read", number);
        assertThat(faults(event("\"" + number + "\"", "{}")))
                .singleElement()
                .asString()
                .contains("$.data.quantity: is '" + number + "'");
    }

    @Test
    void aNumberOfManyDigitsIsRefusedWithItsLength() {
        assertThat(faults(event("9".repeat(61), "{}")))
                .containsExactly("$.data.quantity: has 61 characters, but at most 60");
        assertThat(faults(event("\"" + "9".repeat(MEGABYTE) + "\"", "{}")))
                .containsExactly("$.data.quantity: has 1048576 characters, but at most 60");
        assertThat(faults(event("9".repeat(MEGABYTE), "{}")))
                .singleElement()
                .asString()
                .contains("the document goes beyond a limit", "1048576");
    }

    @Test
    void theGreatestAndTheFinestQuantityAreTaken() {
        assertThat(parse("[" + event("1e18", "{}") + "," + event("\"0.000000001\"", "{}") + "]"))
                .extracting(UsageEvent::quantity)
                .containsExactly(UsageEvent.MAXIMUM_QUANTITY, new BigDecimal("0.000000001"));
    }

    @Test
    void aPropertyOfAMegabyteIsRefusedWithItsLength() {
        assertThat(faults("[" + event("1", "{}") + "," + event("1", "{\"p\":\"" + "x".repeat(MEGABYTE) + "\"}") + "]"))
                .singleElement()
                .asString()
                .startsWith("$[1]: ")
                .contains("properties have 1048577 bytes, but at most 8192")
                .hasSizeLessThan(500);
    }

    @Test
    void aNameOfAMegabyteIsRefused() {
        assertThat(faults(event("1", "{\"" + "x".repeat(MEGABYTE) + "\":\"v\"}")))
                .singleElement()
                .asString()
                .contains("the document goes beyond a limit: Name length (", "8192")
                .hasSizeLessThan(500);
    }

    @Test
    void moreEventsThanADocumentMayHoldAreCounted() {
        String tenThousand = String.join(",", Collections.nCopies(CloudEventsUsage.MAXIMUM_EVENTS, event("1", "{}")));

        assertThat(parse("[" + tenThousand + "]")).hasSize(CloudEventsUsage.MAXIMUM_EVENTS);
        assertThat(faults("[" + tenThousand + ",{}]"))
                .containsExactly("$: has 10001 events, but at most 10000; send smaller batches");
    }

    @Test
    void aDocumentThatIsNoEventIsRefused() {
        for (String document : List.of("7", "\"text\"", "null", "")) {
            assertThat(faults(document))
                    .as("'%s'", document)
                    .containsExactly("$: is neither an object nor an array of objects");
        }
    }
}
