package io.tenancy.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.catalog.TenantNotFoundException;
import org.junit.jupiter.api.Test;

class ProblemBodyTest {

    @Test
    void refusalShowsOnlyWhatACallerMayKnow() {
        assertThat(ProblemBody.of(new TenantNotFoundException("No tenant 'secret-name' in the catalog")))
                .isEqualTo("{\"type\":\"urn:tenancy:problem:tenant-not-found\",\"title\":\"Tenant not found\","
                        + "\"status\":404,\"detail\":\"There is nothing at this address.\"}");
    }

    @Test
    void textFromOutsideCannotBreakTheJson() {
        assertThat(ProblemBody.of(400, "x", "a\"b\\c\nd\u00e9")).endsWith("\"detail\":\"a\\\"b\\\\c\\u000ad\\u00e9\"}");
    }
}
