package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageIntakeTest extends RunningApplication {

    private static final Instant HOUR = Instant.now().truncatedTo(ChronoUnit.HOURS);

    private static String event(String id, String more) {
        return """
                {"specversion":"1.0","id":"%s","source":"gateway","type":"io.tenancy.usage.api.calls","time":"%s",
                 "data":{"quantity":1}%s}""".formatted(id, HOUR, more);
    }

    private Http.Answer post(String slug, String body) {
        return Http.post(port, host(slug), "/usage/events", body);
    }

    @Test
    void aBatchIsTakenOnceWithTheOutcomeOfEachEvent() {
        String batch = "[" + event("intake-1", "") + "," + event("intake-2", ",\"subject\":\"" + SCHEMA + "\"") + "]";

        Http.Answer first = post(SCHEMA, batch);
        Http.Answer second = post(SCHEMA, batch);

        assertThat(first.status()).as(first.body()).isEqualTo(202);
        assertThat(first.body())
                .contains("\"stored\":2")
                .contains("{\"id\":\"intake-1\",\"source\":\"gateway\",\"outcome\":\"accepted\"}");
        assertThat(second.body()).contains("\"stored\":0", "\"repeated\":2");
        Tenant tenant = installation.tenant(SCHEMA);
        Tenancy.runAs(
                tenant,
                () -> assertThat(
                                installation.usage().reports().total("api.calls", HOUR, HOUR.plus(1, ChronoUnit.HOURS)))
                        .isEqualByComparingTo("2"));
    }

    @Test
    void anotherTenantsUsageCannotBeReported() {
        Http.Answer answer = post(SHARED, event("foreign", ",\"subject\":\"" + DATABASE + "\""));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("$.subject: names no tenant that usage may be reported for here");
    }

    @Test
    void everyFaultOfADocumentIsNamed() {
        Http.Answer answer = post(
                SHARED,
                "[{\"specversion\":\"0.3\",\"id\":\"x\",\"source\":\"s\",\"type\":\"other\",\"time\":\"now\"},"
                        + event("ok", "").replace(":1}", ":-1}") + "]");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body())
                .contains("urn:tenancy:problem:invalid-cloud-events")
                .contains("$[0].specversion", "$[0].type", "$[0].time", "$[0].data", "$[1]")
                .contains("never negative");
    }

    @Test
    void aMetricThatNobodyDefinedIsRejectedByItself() {
        Http.Answer answer = post(SHARED, event("unknown", "").replace("api.calls", "nothing.known"));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body()).contains("\"rejected\":1", "\"outcome\":\"rejected\"", "is not defined");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"NaN\" | $[1].data.quantity: is 'NaN', but a finite decimal",
                "NaN | the document is not JSON at line ",
                "1e400 | quantity is 1E+400, but at most 1000000000000000000",
                "1e99999999999 | the document holds a number that cannot be read",
                "-1 | quantity is -1, but is never negative",
                "0.0000000001 | quantity is 1E-10, but has at most 9 decimals"
            })
    void aBatchWithAQuantityThatCannotCountIsRefusedAsAWhole(String quantity, String fault) {
        String wrong = event("wrong", "").replace(":1}", ":" + quantity + "}");

        assertRefused("[" + event("right", "") + "," + wrong + "]", fault);
    }

    @Test
    void aPropertyOfAlmostAMegabyteIsRefusedWithItsLength() {
        String large = ":1,\"properties\":{\"p\":\"" + "x".repeat(1_000_000) + "\"}}";

        assertRefused(event("large", "").replace(":1}", large), "properties have 1000001 bytes, but at most 8192");
    }

    @Test
    void moreEventsThanABatchMayHoldAreRefusedWithTheirNumber() {
        assertRefused(
                "[" + String.join(",", Collections.nCopies(10_001, "{}")) + "]",
                "$: has 10001 events, but at most 10000");
    }

    private void assertRefused(String document, String fault) {
        Http.Answer answer = post(DATABASE, document);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body())
                .contains("urn:tenancy:problem:invalid-cloud-events", "none was taken", fault)
                .hasSizeLessThan(2_000);
        Tenancy.runAs(
                installation.tenant(DATABASE),
                () -> assertThat(
                                installation.usage().reports().total("api.calls", HOUR, HOUR.plus(1, ChronoUnit.HOURS)))
                        .isZero());
    }

    @Test
    void aDocumentOfMoreThanAMegabyteIsRefused() {
        Http.Answer answer = post(SHARED, "[" + " ".repeat(1 << 20) + "]");

        assertThat(answer.status()).isEqualTo(413);
    }
}
