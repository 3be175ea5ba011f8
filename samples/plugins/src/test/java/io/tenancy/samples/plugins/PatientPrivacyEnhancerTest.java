package io.tenancy.samples.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class PatientPrivacyEnhancerTest {
    private static final SandboxedPlugin PLUGIN = SandboxedPlugin.named("patient_privacy_enhancer");

    /** {@code [[rule|passage]]} in a sentence of an evaluation set. */
    private static final Pattern ANNOTATION = Pattern.compile("\\[\\[([^|]+)\\|(.*?)\\]\\]");

    private record Span(String rule, int start, int end) {
        boolean overlaps(Span other) {
            return start < other.end && other.start < end;
        }
    }

    private record Sentence(String text, List<Span> spans) {
        static Sentence of(String line) {
            String annotated = line.substring(line.indexOf('|') + 1);
            StringBuilder text = new StringBuilder();
            List<Span> spans = new ArrayList<>();
            Matcher matcher = ANNOTATION.matcher(annotated);
            int at = 0;
            while (matcher.find()) {
                text.append(annotated, at, matcher.start());
                spans.add(new Span(
                        matcher.group(1),
                        text.length(),
                        text.length() + matcher.group(2).length()));
                text.append(matcher.group(2));
                at = matcher.end();
            }
            return new Sentence(text.append(annotated.substring(at)).toString(), spans);
        }
    }

    /** How well a set was found. */
    private record Figures(int sentences, int entities, int found, int masked, int findings, int right) {
        double recall() {
            return (double) found / entities;
        }

        double fullyMasked() {
            return (double) masked / entities;
        }

        double precision() {
            return (double) right / findings;
        }

        void print(String set) {
            System.out.printf(
                    Locale.ROOT,
                    "patient_privacy_enhancer, %s: %d sentences, %d identifiers; recall %.3f, fully masked %.3f, "
                            + "precision %.3f (%d findings)%n",
                    set,
                    sentences,
                    entities,
                    recall(),
                    fullyMasked(),
                    precision(),
                    findings);
        }
    }

    @ParameterizedTest
    @CsvSource({"development,0.98,0.98,0.98", "held-out,0.90,0.90,0.90", "hard,0.0,0.0,0.0"})
    void theEvaluationSetsAreFoundAsWellAsTheReadmeSays(String set, double recall, double masked, double precision)
            throws IOException {
        Figures figures = evaluate(set);
        figures.print(set);

        assertThat(figures.recall()).isGreaterThanOrEqualTo(recall);
        assertThat(figures.fullyMasked()).isGreaterThanOrEqualTo(masked);
        assertThat(figures.precision()).isGreaterThanOrEqualTo(precision);
        assertThat(Files.readString(PLUGIN.file("README.md")))
                .contains(String.format(
                        Locale.ROOT,
                        "| %s | %d | %d | %.3f | %.3f | %.3f |",
                        set,
                        figures.sentences(),
                        figures.entities(),
                        figures.recall(),
                        figures.fullyMasked(),
                        figures.precision()));
    }

    @Test
    void theEvaluationSetsHaveAtLeast150SentencesInThreeLanguages() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String set : List.of("development", "held-out", "hard")) {
            lines.addAll(lines(set));
        }

        assertThat(lines).hasSizeGreaterThanOrEqualTo(150).doesNotHaveDuplicates();
        for (String language : List.of("en|", "pt|", "de|")) {
            assertThat(lines).filteredOn(line -> line.startsWith(language)).hasSizeGreaterThan(50);
        }
        assertThat(lines.stream()
                        .map(Sentence::of)
                        .filter(sentence -> sentence.spans().isEmpty()))
                .as("near-misses")
                .hasSizeGreaterThan(40);
    }

    @ParameterizedTest
    @CsvSource({
        "cpf, 529.982.247-25",
        "cpf, 52998224725",
        "cnpj, 11.222.333/0001-81",
        "cnpj, 12.ABC.345/01DE-35",
        "cns, 898000000043208",
        "pis, 120.56874.10-7",
        "steuer-id, 86 095 742 719",
        "kvnr, A123456780",
        "rvnr, 15 070649 C 103",
        "iban, DE89 3704 0044 0532 0130 00",
        "credit-card, 4111 1111 1111 1111",
        "vehicle, 1M8GDM9AXKP042788"
    })
    void anIdentifierWithCheckDigitsIsFoundAndNoneThatDiffersInOneDigit(String rule, String valid) {
        assertThat(rules("x " + valid + " y")).contains(rule);
        for (int i = 0; i < valid.length(); i++) {
            if (rule.equals("cns") && i == 4) {
                continue; // This digit weighs 11, and the sum counts modulo 11.
            }
            for (char digit = '0'; Character.isDigit(valid.charAt(i)) && digit <= '9'; digit++) {
                if (digit != valid.charAt(i)) {
                    String other = valid.substring(0, i) + digit + valid.substring(i + 1);
                    assertThat(rules("x " + other + " y")).as(other).doesNotContain(rule);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "000.000.000-00",
                "111.111.111-11",
                "11.111.111/1111-11",
                "000-12-3456",
                "666-12-3456",
                "900-12-3456",
                "123-00-4567",
                "123-45-0000",
                "256.1.1.1",
                "version 1.2.3.4",
                "31/13/2023",
                "32/01/2023",
                "BP 140/90",
                "89 years old",
                "for 95 years",
                "Morbus Crohn",
                "Parkinson's disease",
                "10000 Patienten",
                "VAT 094019245",
                "between 2019 and 2021"
            })
    void whatOnlyLooksLikeAnIdentifierIsLeft(String text) {
        assertThat(rules("It says " + text + " here.")).isEmpty();
    }

    @Test
    void offsetsCountUtf16Units() {
        String text = "😀 é — Contact 𝒳 m.garcia@example.org now";

        JsonNode finding = find(text).get(0);

        assertThat(text.substring(
                        finding.get("start").asInt(), finding.get("end").asInt()))
                .isEqualTo("m.garcia@example.org")
                .isEqualTo(finding.get("text").asString());
    }

    @Test
    void maskedTextHasALabelForEachFindingAndRepeatsNone() {
        String text = "Mrs. Ana Lopez, SSN 219-09-9999, was seen on 03/14/2021.";

        JsonNode output = PLUGIN.answer("mask", input(text)).get("output");

        assertThat(output.get("text").asString()).isEqualTo("Mrs. [NAME], SSN [SSN], was seen on [DATE].");
        assertThat(output.toString()).doesNotContain("Lopez", "219-09-9999", "03/14/2021");
        assertThat(output.get("findings")).hasSize(3);
    }

    @Test
    void whateverTheTextFindingsAreInOrderApartAndWhereTheySay() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("PatientPrivacyEnhancerTest seed " + seed);
        Random random = new Random(seed);
        List<String> lines = lines("development");
        for (int i = 0; i < 300; i++) {
            String text = scrambled(
                    random, Sentence.of(lines.get(random.nextInt(lines.size()))).text());
            JsonNode findings = find(text);
            StringBuilder masked = new StringBuilder();
            int at = 0;
            for (JsonNode finding : findings) {
                int start = finding.get("start").asInt();
                int end = finding.get("end").asInt();
                assertThat(start)
                        .as("seed %d, %s", seed, text)
                        .isGreaterThanOrEqualTo(at)
                        .isLessThan(end);
                assertThat(text.substring(start, end))
                        .as("seed %d, %s", seed, text)
                        .isEqualTo(finding.get("text").asString());
                masked.append(text, at, start).append(finding.get("suggestion").asString());
                at = end;
            }
            assertThat(PLUGIN.answer("mask", input(text)).at("/output/text").asString())
                    .as("seed %d, %s", seed, text)
                    .isEqualTo(masked.append(text.substring(at)).toString());
        }
    }

    @Test
    void aLongTextIsDoneInLittleTime() throws IOException {
        String sentence = String.join(
                " ",
                lines("development").stream()
                        .map(line -> Sentence.of(line).text())
                        .toList());
        String text = sentence.repeat(10);

        assertThat(text.length()).isGreaterThan(50_000);
        assertThat(find(text).size()).isGreaterThan(1_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"text\":null}", "{\"text\":7}", "[]", "null", "\"text\""})
    void inputWithoutATextIsRefused(String input) {
        assertThat(PLUGIN.answer("find", input).at("/error/code").asString()).isEqualTo("missing_field");
    }

    private static Figures evaluate(String set) throws IOException {
        int entities = 0;
        int found = 0;
        int masked = 0;
        int findings = 0;
        int right = 0;
        List<String> lines = lines(set);
        for (Sentence sentence : lines.stream().map(Sentence::of).toList()) {
            List<Span> answers = find(sentence.text())
                    .valueStream()
                    .map(f -> new Span(
                            f.get("rule").asString(),
                            f.get("start").asInt(),
                            f.get("end").asInt()))
                    .toList();
            entities += sentence.spans().size();
            findings += answers.size();
            for (Span span : sentence.spans()) {
                found += answers.stream().anyMatch(a -> a.rule().equals(span.rule()) && a.overlaps(span)) ? 1 : 0;
                masked += isCovered(span, answers) ? 1 : 0;
            }
            for (Span answer : answers) {
                right += sentence.spans().stream().anyMatch(answer::overlaps) ? 1 : 0;
            }
        }
        return new Figures(lines.size(), entities, found, masked, findings, right);
    }

    private static boolean isCovered(Span span, List<Span> answers) {
        for (int i = span.start(); i < span.end(); i++) {
            Span unit = new Span("", i, i + 1);
            if (answers.stream().noneMatch(unit::overlaps)) {
                return false;
            }
        }
        return true;
    }

    /** The text with a few units replaced, doubled or left out, characters beyond the basic plane among them. */
    private static String scrambled(Random random, String text) {
        List<String> strange =
                List.of("😀", "é", "—", "\u0000", "\"", "\\", "\uFFFF", "ß", "ſ", "日", ".", "@", ":", "9");
        StringBuilder result = new StringBuilder(text);
        for (int i = random.nextInt(8); i > 0 && result.length() > 2; i--) {
            int at = random.nextInt(result.length());
            if (random.nextBoolean()) {
                result.insert(at, strange.get(random.nextInt(strange.size())));
            } else if (!Character.isSurrogate(result.charAt(at))) {
                result.deleteCharAt(at);
            }
        }
        // An insertion may have parted a pair; a lone half is not text.
        return new String(result.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static List<String> lines(String set) throws IOException {
        return Files.readAllLines(PLUGIN.file("evaluation").resolve(set + ".txt"));
    }

    private static List<String> rules(String text) {
        return find(text).valueStream().map(f -> f.get("rule").asString()).toList();
    }

    private static JsonNode find(String text) {
        return PLUGIN.answer("find", input(text)).at("/output/findings");
    }

    private static String input(String text) {
        return SandboxedPlugin.JSON.createObjectNode().put("text", text).toString();
    }
}
