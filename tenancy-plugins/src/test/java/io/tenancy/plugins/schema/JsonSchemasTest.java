package io.tenancy.plugins.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonSchemasTest {

    @Test
    void whatFitsHasNoProblems() {
        assertThat(JsonSchemas.problems("{\"type\":\"object\",\"required\":[\"a\"]}", "{\"a\":1}"))
                .isEmpty();
    }

    @Test
    void eachProblemIsToldWithWhereItStands() {
        assertThat(JsonSchemas.problems(
                        "{\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":{\"maxLength\":1}}}",
                        "{\"a\":\"x\",\"b\":\"long\"}"))
                .hasSize(2)
                .anyMatch(each -> each.startsWith("/a: "))
                .anyMatch(each -> each.startsWith("/b: "));
    }

    @Test
    void aSchemaIsCheckedAgainstItsOwn() {
        assertThat(JsonSchemas.problemsOf("{\"type\":\"object\"}")).isEmpty();
        assertThat(JsonSchemas.problemsOf("{\"type\":\"nothing known\"}")).isNotEmpty();
    }

    @Test
    void nothingIsFetchedForASchema() {
        assertThat(JsonSchemas.problems("{\"$ref\":\"https://schemas.example.org/a.json\"}", "{}"))
                .isNotEmpty();
        assertThat(JsonSchemas.problems("{\"$ref\":\"file:///etc/hostname\"}", "{}"))
                .isNotEmpty();
    }

    @Test
    void aSchemaThatCallsItselfAsAnotherDoesNotStandInForIt() {
        String draft = "https://json-schema.org/draft/2020-12/schema";
        var unused = JsonSchemas.problems("{\"$id\":\"" + draft + "\",\"not\":{}}", "{}");

        assertThat(JsonSchemas.problemsOf("{\"type\":\"object\"}")).isEmpty();
    }
}
