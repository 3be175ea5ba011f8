package io.tenancy.jpa.isolation.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlIdentifierTest {
    @Test
    void quotesDoubleTheQuotesInside() {
        assertThat(SqlIdentifier.quote("a\"b")).isEqualTo("\"a\"\"b\"");
        assertThat(SqlIdentifier.qualified("Ärzte", "x.y")).isEqualTo("\"Ärzte\".\"x.y\"");
    }

    @Test
    void literalsReadTheSameWhateverTheServerThinksOfBackslashes() {
        assertThat(SqlIdentifier.literal("")).isEqualTo("''");
        assertThat(SqlIdentifier.literal("O'Hara")).isEqualTo("'O''Hara'");
        assertThat(SqlIdentifier.literal("\\'")).isEqualTo("E'\\\\'''");
    }

    @Test
    void sixtyThreeBytesAreTheLimitNotSixtyThreeCharacters() {
        assertThat(SqlIdentifier.quote("x".repeat(63))).hasSize(65);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SqlIdentifier.quote("ä".repeat(32)))
                .withMessageContaining("64 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\0b", "\uD800", "x\uDC00"})
    void whatTheServerCannotHoldIsRefusedAsIdentifier(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> SqlIdentifier.quote(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "\uD800"})
    void whatTheServerCannotHoldIsRefusedAsLiteral(String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> SqlIdentifier.literal(value));
    }
}
