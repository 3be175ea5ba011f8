package io.tenancy.plugins.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SemanticVersionTest {

    // Section 11 of semver.org 2.0.0, with numbers beyond any integer type.
    private static final List<String> ASCENDING = List.of(
            "0.0.0-0",
            "0.0.0",
            "0.9.9",
            "1.0.0-0",
            "1.0.0-9",
            "1.0.0-10",
            "1.0.0-99999999999999999999",
            "1.0.0-100000000000000000000",
            "1.0.0--",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "1.9.0",
            "1.10.0",
            "2.0.0",
            "2.1.0",
            "2.1.1",
            "10.0.0",
            "99999999999999999999.0.0",
            "100000000000000000000.0.0");

    @Test
    void versionsAreOrderedAsTheSpecificationOrdersThem() {
        long seed = 20_260_131;
        System.out.println("Seed of the shuffle: " + seed);
        List<SemanticVersion> shuffled =
                new ArrayList<>(ASCENDING.stream().map(SemanticVersion::parse).toList());
        Collections.shuffle(shuffled, new Random(seed));

        Collections.sort(shuffled);

        assertThat(shuffled).map(SemanticVersion::toString).isEqualTo(ASCENDING);
    }

    @Test
    void buildMetadataIsOfNoWeight() {
        SemanticVersion one = SemanticVersion.parse("1.0.0+build.1");
        SemanticVersion other = SemanticVersion.parse("1.0.0+007");

        assertThat(one).isEqualByComparingTo(other).isNotEqualTo(other);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.2.3-0A.is.legal",
                "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay",
                "1.1.2+meta-valid",
                "1.0.0-0A+001",
                "1.0.0-alpha0.valid"
            })
    void whatTheSpecificationAllowsIsReadAndWrittenAlike(String text) {
        assertThat(SemanticVersion.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2",
                "1.2.3.4",
                "01.1.1",
                "1.01.1",
                "1.1.01",
                "v1.2.3",
                "1.2.3-",
                "1.2.3+",
                "1.2.3-01",
                "1.2.3-a..b",
                "1.2.3+a+b",
                "1.2.3-ä",
                "+1.2.3",
                "-1.2.3",
                "1.2.3 ",
                " 1.2.3",
                "1.2.3\n",
                "١.2.3",
                "1.2.3-0123.0123",
                "1.1.2+.123"
            })
    void whatIsNoVersionIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SemanticVersion.parse(text))
                .withMessageContaining("such as 1.4.0");
    }

    @Test
    void aVersionIsBounded() {
        String longest = "1.0.0-" + "a".repeat(SemanticVersion.LONGEST - 6);

        assertThat(SemanticVersion.parse(longest)).hasToString(longest);
        assertThatIllegalArgumentException().isThrownBy(() -> SemanticVersion.parse(longest + "a"));
    }

    @Test
    void partsThatWouldReadAsOthersAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SemanticVersion("1.0", "0", "0", List.of(), List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SemanticVersion("1", "0", "0", List.of("a.b"), List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SemanticVersion("1", "0", "0", List.of("a+b"), List.of()));
    }
}
