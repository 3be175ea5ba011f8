package io.tenancy.plugins.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.plugins.pack.internal.CanonicalJson;
import io.tenancy.plugins.pack.internal.Json;
import io.tenancy.plugins.pack.internal.UnreadableJsonException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

class CanonicalJsonTest {

    private static String canonical(String json) throws UnreadableJsonException {
        return CanonicalJson.text(Json.read(json, 100_000));
    }

    // Section 3.2.3 of RFC 8785.
    @Test
    void membersAreSortedByTheirUtf16Units() throws UnreadableJsonException {
        String json = "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With"
                + " Dagesh\",\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
                + "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}";

        assertThat(canonical(json))
                .isEqualTo("{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
                        + "\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\","
                        + "\"\ud83d\ude00\":\"Emoji: Grinning Face\","
                        + "\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
    }

    @Test
    void textsEscapeNothingButWhatTheyMust() throws UnreadableJsonException {
        assertThat(canonical(
                        "[\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\\b\\t\\f\\u007f\", true, null ]"))
                .isEqualTo("[\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\t\\f\u007f\",true,null]");
    }

    // Appendix B of RFC 8785, and numbers that manifests have.
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "-0.0, 0",
        "5e-324, 5e-324",
        "-5E-324, -5e-324",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "9007199254740992, 9007199254740992",
        "-9007199254740992, -9007199254740992",
        "295147905179352830000, 295147905179352830000",
        "9.999999999999997e22, 9.999999999999997e+22",
        "1e23, 1e+23",
        "1.0000000000000001e23, 1.0000000000000001e+23",
        "999999999999999700000, 999999999999999700000",
        "999999999999999900000, 999999999999999900000",
        "1e21, 1e+21",
        "1e20, 100000000000000000000",
        "9.999999999999997e-7, 9.999999999999997e-7",
        "0.000001, 0.000001",
        "0.0000001, 1e-7",
        "333333333.3333332, 333333333.3333332",
        "333333333.33333325, 333333333.33333325",
        "-0.0000033333333333333333, -0.0000033333333333333333",
        "1424953923781206.2, 1424953923781206.2",
        "0.50, 0.5",
        "100.0, 100",
        "2E-23, 2e-23",
        "5.684341886080801e-14, 5.684341886080801e-14"
    })
    void numbersAreWrittenAsEcmaScriptWritesThem(String number, String written) throws UnreadableJsonException {
        assertThat(canonical(number)).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740993",
                "0.1000000000000000055",
                "1e309",
                "1e-400",
                "1e999999999",
                "1e-999999999",
                "123456789012345678901234567890"
            })
    void numbersThatADoubleCannotHoldAreRefused(String number) {
        assertThatThrownBy(() -> canonical(number)).hasMessageContaining("write it as a text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\\ud800\"", "\"\\udc00\\ud800\"", "\"a\\ud83d\"", "{\"\\ud83d\": 1}"})
    void halvesOfSurrogatePairsAreRefused(String json) {
        assertThatThrownBy(() -> canonical(json)).isInstanceOf(UnreadableJsonException.class);
    }

    @Test
    void everyDoubleIsWrittenWithTheFewestDigitsThatReadAsIt() throws UnreadableJsonException {
        long seed = 8785;
        System.out.println("Seed of the doubles: " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 6_000; i++) {
            double value = i % 2 == 0 ? Double.longBitsToDouble(random.nextLong()) : Math.scalb(1.0, i % 2000 - 1000);
            if (Double.isNaN(value) || Double.isInfinite(value)) {
                continue;
            }
            String written = CanonicalJson.text(JsonNodeFactory.instance.numberNode(shortest(value)));

            assertThat(Double.parseDouble(written)).isEqualTo(value);
            assertThat(digits(written)).isLessThanOrEqualTo(digits(Double.toString(value)));
            // Before 19, Java's own text may be longer than needed.
            if (Runtime.version().feature() >= 19) {
                assertThat(new BigDecimal(written)).isEqualByComparingTo(Double.toString(value));
            }
        }
    }

    // The closest of the shortest decimals that read as the value, from its neighbours on both sides at each length.
    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits <= 17; digits++) {
            int length = digits;
            Optional<BigDecimal> closest = Stream.of(RoundingMode.FLOOR, RoundingMode.CEILING)
                    .map(mode -> exact.round(new MathContext(length, mode)))
                    .filter(candidate -> candidate.doubleValue() == value)
                    .min(Comparator.<BigDecimal, BigDecimal>comparing(
                                    candidate -> candidate.subtract(exact).abs())
                            // Of two that are equally close, ECMAScript takes the even one.
                            .thenComparing(
                                    candidate -> candidate.unscaledValue().testBit(0)));
            if (closest.isPresent()) {
                return closest.get();
            }
        }
        throw new AssertionError("17 digits tell each double from the others, but not " + value);
    }

    private static int digits(String number) {
        return new BigDecimal(number).stripTrailingZeros().precision();
    }

    @Test
    void canonicalJsonStaysAsItIs() throws UnreadableJsonException {
        String once = canonical(Manifests.FULL);

        assertThat(canonical(once)).isEqualTo(once);
        assertThat(Manifests.full().json())
                .isEqualTo(PluginManifest.read(Manifests.full().json()).json());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"\\u0061\":2}",
                "[1] [2]",
                "[1]x",
                "",
                " ",
                "[1,]",
                "{'a':1}",
                "[NaN]",
                "[01]",
                "//c\n[]",
                "nul",
                "[\"a\tb\"]",
                "\ufeff[]"
            })
    void whatIsNotJsonOrSaysAThingTwiceIsRefused(String json) {
        assertThatThrownBy(() -> Json.read(json, 1_000)).isInstanceOf(UnreadableJsonException.class);
    }

    @Test
    void bombsOfDepthSizeAndNumberAreRefused() {
        int much = 10_000_000;
        assertThatThrownBy(() -> Json.read("[".repeat(33) + "]".repeat(33), much))
                .hasMessageContaining("bounds");
        assertThatThrownBy(() -> Json.read("[".repeat(1_000_000), much)).hasMessageContaining("bounds");
        assertThatThrownBy(() -> Json.read("[" + "0,".repeat(60_000) + "0]", much))
                .hasMessageContaining("bounds");
        assertThatThrownBy(() -> Json.read("\"" + "a".repeat(70_000) + "\"", much))
                .hasMessageContaining("bounds");
        assertThatThrownBy(() -> Json.read("{\"" + "a".repeat(201) + "\":1}", much))
                .hasMessageContaining("bounds");
        assertThatThrownBy(() -> Json.read("1".repeat(41), much)).hasMessageContaining("bounds");
        assertThatThrownBy(() -> Json.read("[       ]", 8)).hasMessageContaining("more than the 8");
        assertThatThrownBy(() -> Json.read("[1]".getBytes(StandardCharsets.UTF_16LE), 100))
                .isInstanceOf(UnreadableJsonException.class);
        assertThatThrownBy(() -> Json.read(new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'}, 100))
                .hasMessageContaining("UTF-8");
    }
}
