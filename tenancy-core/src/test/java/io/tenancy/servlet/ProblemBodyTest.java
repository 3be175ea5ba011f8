package io.tenancy.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.RequestRefusedException;
import io.tenancy.catalog.TenantNotFoundException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    @Test
    void refusalMayNameARegisteredTypeAndFurtherMembers() {
        assertThat(ProblemBody.of(new FullHouse()))
                .isEqualTo("{\"type\":\"https://example.org/full\",\"title\":\"Full house\",\"status\":429,"
                        + "\"detail\":\"Come back later.\",\"plans\":[\"a\\\"b\",\"c\"],\"left\":0,\"retry\":true}");
    }

    private static final class FullHouse extends RequestRefusedException {
        private static final long serialVersionUID = 1L;

        FullHouse() {
            super(429, "full-house", "Come back later.", "for the log", null);
        }

        @Override
        public Optional<String> problemType() {
            return Optional.of("https://example.org/full");
        }

        @Override
        public Map<String, Object> problemMembers() {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("plans", List.of("a\"b", "c"));
            members.put("left", 0L);
            members.put("retry", true);
            return members;
        }
    }
}
