package io.tenancy.samples.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tenancy.samples.plugins.RiskReference.Person;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class CardiacRiskCalculatorTest {
    private static final SandboxedPlugin PLUGIN = SandboxedPlugin.named("cardiac_risk_calculator");
    private static final double MG_PER_MMOL = 38.67;
    private static final List<String> REGIONS = List.of("low", "moderate", "high", "very_high");

    private final Person example = new Person(55, false, false, 213, 50, 120, false, false, false);

    @ParameterizedTest
    @CsvSource({"female,white,2.1", "female,african_american,3.0", "male,white,5.3", "male,african_american,6.1"})
    void theWorkedExampleOfTheGuidelineComesOutWithinATenthOfAPercent(String sex, String race, double published) {
        JsonNode answer =
                answer("pooled_cohort", pooled(example).put("sex", sex).put("race", race));

        assertThat(answer.at("/output/riskPercent").asDouble()).isCloseTo(published, within(0.1001));
    }

    @Test
    void theTenthIsTheGuidelinesOwnRoundingOfItsSums() {
        double rounded = Math.round(RiskReference.pooledCohortSum(example) * 100) / 100.0;

        assertThat(rounded).isIn(60.69, 60.70);
        assertThat(RiskReference.pooledCohort(example, 60.69)).isCloseTo(0.053, within(0.0005));
    }

    @ParameterizedTest
    @CsvSource({
        "male,low,5.5,1.3,5.9",
        "male,very_high,5.5,1.3,14.0",
        "female,low,5.5,1.3,4.2",
        "female,very_high,5.5,1.3,13.7",
        "male,low,6.3,1.4,6.3",
        "male,moderate,6.3,1.4,8.1",
        "male,high,6.3,1.4,8.8",
        "male,very_high,6.3,1.4,15.1",
        "female,low,6.3,1.4,4.3",
        "female,moderate,6.3,1.4,5.2",
        "female,high,6.3,1.4,7.1",
        "female,very_high,6.3,1.4,14.1"
    })
    void theExamplesOfTheScore2PublicationComeOut(
            String sex, String region, double total, double hdl, double published) {
        ObjectNode input = score2(new Person(50, false, false, total, hdl, 140, false, true, false), region)
                .put("sex", sex);

        assertThat(answer("score2", input).at("/output/riskPercent").asDouble()).isEqualTo(published);
    }

    @ParameterizedTest
    @CsvSource({"male,18.6", "female,15.2"})
    void theExamplesOfTheScore2OpPublicationComeOut(String sex, double published) {
        ObjectNode input = score2(new Person(75, false, false, 5.5, 1.3, 140, false, true, false), "low")
                .put("sex", sex);

        JsonNode answer = answer("score2", input);

        assertThat(answer.at("/output/riskPercent").asDouble()).isEqualTo(published);
        assertThat(answer.at("/output/model").asString()).isEqualTo("SCORE2-OP");
    }

    @Test
    void theReferenceAgreesOnEveryRandomPerson() {
        long seed = new Random().nextLong();
        System.out.println("CardiacRiskCalculatorTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            Person american = person(random, 40, 79, 130, 320, 20, 100, 90, 200);
            assertThat(risk("pooled_cohort", pooled(american)))
                    .as("seed %d, %s", seed, american)
                    .isCloseTo(
                            RiskReference.pooledCohort(american, RiskReference.pooledCohortSum(american)),
                            within(0.000_001));

            String region = REGIONS.get(random.nextInt(REGIONS.size()));
            Person old = person(random, 70, 89, 4, 12, 0.4, 4, 80, 220);
            assertThat(risk("score2", score2(old, region)))
                    .as("seed %d, %s, %s", seed, old, region)
                    .isCloseTo(RiskReference.score2OfOlderPersons(old, region), within(0.000_001));

            Person any = person(random, 40, 69.9, 4, 12, 0.4, 4, 80, 220);
            Person young = new Person(
                    any.age(), any.female(), false, any.total(), any.hdl(), any.pressure(), false, any.smoker(), false);
            assertThat(risk("score2", score2(young, region)))
                    .as("seed %d, %s, %s", seed, young, region)
                    .isCloseTo(RiskReference.score2(young, region), within(0.000_001));
        }
    }

    @ParameterizedTest
    @CsvSource({"pooled_cohort", "score2"})
    void theUnitOfCholesterolChangesNothingButTheNumbers(String function) {
        Person person = new Person(55, true, false, 5.5, 1.3, 140, false, false, false);
        ObjectNode molar = function.equals("score2")
                ? score2(person, "high")
                : pooled(person).put("cholesterolUnit", "mmol/L");
        ObjectNode weight = molar.deepCopy()
                .put("totalCholesterol", 5.5 * MG_PER_MMOL)
                .put("hdlCholesterol", 1.3 * MG_PER_MMOL)
                .put("cholesterolUnit", "mg/dL");

        assertThat(answer(function, molar)).isEqualTo(answer(function, weight));
    }

    @ParameterizedTest
    @ValueSource(doubles = {39, 39.9, 79.1, 80, -1, 0, 1e300})
    void agesOutsideOf40To79AreRefused(double age) {
        JsonNode answer = answer("pooled_cohort", pooled(example).put("age", age));

        assertThat(answer.at("/error/code").asString()).isEqualTo("out_of_range");
        assertThat(answer.at("/error/message").asString())
                .startsWith("'age' was ")
                .contains("40 to 79 years");
        assertThat(answer.has("output")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "totalCholesterol,129",
        "totalCholesterol,321",
        "hdlCholesterol,19",
        "hdlCholesterol,101",
        "systolicPressure,89",
        "systolicPressure,201"
    })
    void valuesThatTheEquationsAreNotForAreRefusedByName(String field, double value) {
        JsonNode answer = answer("pooled_cohort", pooled(example).put(field, value));

        assertThat(answer.at("/error/code").asString()).isEqualTo("out_of_range");
        assertThat(answer.at("/error/message").asString()).startsWith("'" + field + "' was ");
    }

    @Test
    void aMissingFieldIsRefusedByName() {
        ObjectNode input = pooled(example);
        for (String field : input.propertyNames()) {
            ObjectNode without = input.deepCopy();
            without.remove(field);

            JsonNode answer = answer("pooled_cohort", without);

            assertThat(answer.at("/error/code").asString()).as(field).isEqualTo("missing_field");
            assertThat(answer.at("/error/message").asString()).isEqualTo("'" + field + "' is missing.");
        }
    }

    @Test
    void aFieldOfAnotherTypeIsRefusedByName() {
        JsonNode answer = answer("pooled_cohort", pooled(example).put("smoker", "no"));

        assertThat(answer.at("/error/code").asString()).isEqualTo("wrong_type");
        assertThat(answer.at("/error/message").asString()).isEqualTo("'smoker' was not true or false.");
    }

    @Test
    void score2IsNotForPeopleWithDiabetesBelow70() {
        Person younger = new Person(60, true, false, 5.5, 1.3, 140, false, false, true);
        Person older = new Person(70, true, false, 5.5, 1.3, 140, false, false, true);

        assertThat(answer("score2", score2(younger, "low")).at("/error/code").asString())
                .isEqualTo("not_applicable");
        assertThat(answer("score2", score2(older, "low")).has("output")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"40,49.9,0.025,0.075", "50,69.9,0.05,0.1", "70,89,0.075,0.15"})
    void theCategoriesOfScore2DependOnTheAge(double youngest, double oldest, double high, double veryHigh) {
        Random random = new Random(7);
        Set<String> seen = new TreeSet<>();
        for (int i = 0; i < 200; i++) {
            Person any = person(random, youngest, oldest, 4, 8, 0.6, 2.5, 90, 180);
            Person person = new Person(
                    any.age(), any.female(), false, any.total(), any.hdl(), any.pressure(), false, any.smoker(), false);
            JsonNode output = answer("score2", score2(person, REGIONS.get(random.nextInt(4))))
                    .get("output");
            double risk = output.get("risk").asDouble();
            seen.add(output.get("category").asString());
            assertThat(output.get("category").asString())
                    .as("%s", output)
                    .isEqualTo(risk < high ? "low_to_moderate" : risk < veryHigh ? "high" : "very_high");
        }
        assertThat(seen).hasSize(3);
    }

    private static Person person(Random random, double... limits) {
        double[] values = new double[4];
        for (int i = 0; i < values.length; i++) {
            values[i] = limits[2 * i] + random.nextDouble() * (limits[2 * i + 1] - limits[2 * i]);
        }
        return new Person(
                values[0],
                random.nextBoolean(),
                random.nextBoolean(),
                values[1],
                Math.min(values[2], values[1] * 0.99),
                values[3],
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean());
    }

    private static ObjectNode pooled(Person person) {
        return common(person)
                .put("race", person.africanAmerican() ? "african_american" : "white")
                .put("treatedForHypertension", person.treated())
                .put("cholesterolUnit", "mg/dL");
    }

    private static ObjectNode score2(Person person, String region) {
        return common(person).put("region", region).put("cholesterolUnit", "mmol/L");
    }

    private static ObjectNode common(Person person) {
        return SandboxedPlugin.JSON
                .createObjectNode()
                .put("age", person.age())
                .put("sex", person.female() ? "female" : "male")
                .put("totalCholesterol", person.total())
                .put("hdlCholesterol", person.hdl())
                .put("systolicPressure", person.pressure())
                .put("smoker", person.smoker())
                .put("diabetes", person.diabetes());
    }

    private static double risk(String function, ObjectNode input) {
        JsonNode answer = answer(function, input);
        assertThat(answer.has("output")).as("%s for %s", answer, input).isTrue();
        return answer.at("/output/risk").asDouble();
    }

    private static JsonNode answer(String function, ObjectNode input) {
        return PLUGIN.answer(function, input.toString());
    }
}
