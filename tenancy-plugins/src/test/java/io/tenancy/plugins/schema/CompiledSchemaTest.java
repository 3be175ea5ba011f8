package io.tenancy.plugins.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CompiledSchemaTest {

    @Test
    void aProblemIsToldWithItsPathAndWhatWasExpected() {
        CompiledSchema schema = CompiledSchema.of("{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":"
                + "{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}}}");

        assertThat(schema.problem("{\"a\":[1,2]}")).isEmpty();
        assertThat(schema.problem("{\"a\":[1,\"x\"]}"))
                .hasValueSatisfying(problem -> assertThat(problem.path()).isEqualTo("/a/1"))
                .hasValueSatisfying(problem -> assertThat(problem.what()).contains("integer expected"));
        assertThat(schema.problem("{}"))
                .hasValueSatisfying(problem -> assertThat(problem.what()).contains("'a'"));
    }

    @Test
    void whatIsNoJsonDoesNotFit() {
        CompiledSchema schema = CompiledSchema.of("{}");

        assertThat(schema.problem("{\"a\":")).isPresent();
        assertThat(schema.problem("")).isPresent();
        assertThat(schema.problem("1 2")).isPresent();
        assertThat(schema.problem("[".repeat(200) + "]".repeat(200))).isPresent();
    }

    @Test
    void aSchemaThatDoublesItselfAtEachLevelEnds() {
        StringBuilder schema = new StringBuilder("{\"$ref\":\"#/$defs/a0\",\"$defs\":{\"a60\":{\"type\":\"object\"}");
        IntStream.range(0, 60)
                .forEach(level ->
                        schema.append(",\"a%d\":{\"allOf\":[{\"$ref\":\"#/$defs/a%d\"},{\"$ref\":\"#/$defs/a%d\"}]}"
                                .formatted(level, level + 1, level + 1)));

        assertThat(CompiledSchema.of(schema.append("}}").toString()).problem("{}"))
                .hasValueSatisfying(problem -> assertThat(problem.what()).contains("cannot be used"));
    }

    @Test
    void aSchemaThatRefersToItselfWithoutEndEnds() {
        assertThat(CompiledSchema.of("{\"$ref\":\"#\"}").problem("{}")).isPresent();
        assertThat(CompiledSchema.of("{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"object\"}]}")
                        .problem("{}"))
                .isPresent();
    }

    @Test
    void aPatternThatGoesBackAgainAndAgainEnds() {
        CompiledSchema schema = CompiledSchema.of("{\"properties\":{\"a\":{\"pattern\":\"x*x*x*x*x*x*y\"}}}");

        assertThat(schema.problem("{\"a\":\"" + "x".repeat(60) + "\"}"))
                .hasValueSatisfying(problem -> assertThat(problem.what()).contains("too many steps"));
        assertThat(schema.problem("{\"a\":\"xxy\"}"))
                .as("each check has its own steps")
                .isEmpty();
    }

    @Test
    void patternsOfNamesAreBoundedToo() {
        CompiledSchema schema = CompiledSchema.of("{\"patternProperties\":{\"x*x*x*x*x*x*y\":{}}}");

        assertThat(schema.problem("{\"" + "x".repeat(60) + "\":1}")).isPresent();
    }

    @Test
    void aPatternEndsWhereItsTextEnds() {
        CompiledSchema schema = CompiledSchema.of("{\"pattern\":\"^[a-z]+$\"}");

        assertThat(schema.problem("\"abc\"")).isEmpty();
        assertThat(schema.problem("\"abc\\n\"")).isPresent();
        assertThat(schema.problem("\"1abc\"")).isPresent();
    }

    @Test
    void hugeExponentsAreNotDivided() {
        CompiledSchema schema = CompiledSchema.of("{\"multipleOf\":3}");

        assertThat(schema.problem("9")).isEmpty();
        assertThat(schema.problem("1e999999999")).isPresent();
        assertThat(CompiledSchema.of("{\"multipleOf\":1e-999999999}").problem("9"))
                .isPresent();
    }

    @Test
    void manyThreadsCheckWithOneSchema() throws Exception {
        CompiledSchema schema = CompiledSchema.of(
                "{\"properties\":{\"a\":{\"pattern\":\"^x+$\"}},\"$defs\":{\"s\":{\"$ref\":\"#\"}},\"items\":{\"$ref\":\"#/$defs/s\"}}");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<Boolean> check = () -> IntStream.range(0, 500)
                    .allMatch(i -> schema.problem("{\"a\":\"xxx\"}").equals(Optional.empty())
                            && schema.problem("[{\"a\":\"xyx\"}]").isPresent());
            for (Future<Boolean> each : threads.invokeAll(java.util.Collections.nCopies(4, check))) {
                assertThat(each.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
