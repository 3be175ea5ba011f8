package io.tenancy.resolution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostNameTest {

    @ParameterizedTest
    @CsvSource({
        "acme.example.com, acme.example.com",
        "ACME.Example.COM, acme.example.com",
        "acme.example.com:8080, acme.example.com",
        "acme.example.com., acme.example.com",
        "acme.example.com.:443, acme.example.com",
        "localhost, localhost",
        "xn--bcher-kva.example, xn--bcher-kva.example"
    })
    void nameIsNormalised(String raw, String expected) {
        HostName host = HostName.parse(raw);

        assertThat(host.kind()).isEqualTo(HostName.Kind.DNS_NAME);
        assertThat(host.name()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.0.0.7:8080", "[::1]", "[::1]:8080", "[2001:db8::7]", "2130706433"})
    void addressIsKnownAsOne(String raw) {
        assertThat(HostName.parse(raw).kind()).isEqualTo(HostName.Kind.IP_LITERAL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                ":8080",
                "a..b",
                ".a",
                "-a.b",
                "a-.b",
                "a_b.c",
                "a b.c",
                "a.b/c",
                "a@b",
                "a.b:port",
                "a.b:123456",
                "ä.example.com",
                "a\r\nX: y",
                "a%2eb",
                "[::1",
                "[zz]",
                "[::1]x",
                "<script>",
                "*.example.com"
            })
    void hostileHostIsMalformedAndItsReasonIsSafeToLog(String raw) {
        HostName host = HostName.parse(raw);

        assertThat(host.kind()).isEqualTo(HostName.Kind.MALFORMED);
        assertThat(host.name()).matches("[ -~]{1,200}");
    }

    @Test
    void absentHostIsMalformed() {
        assertThat(HostName.parse(null).kind()).isEqualTo(HostName.Kind.MALFORMED);
    }

    @Test
    void hostOfTenKilobytesIsMalformedAndNotRepeatedInFull() {
        HostName host = HostName.parse("a.".repeat(5_000) + "example.com");

        assertThat(host.kind()).isEqualTo(HostName.Kind.MALFORMED);
        assertThat(host.name().length()).isLessThan(200);
    }

    @Test
    void labelOf64CharactersIsMalformed() {
        assertThat(HostName.parse("a".repeat(64) + ".example.com").kind()).isEqualTo(HostName.Kind.MALFORMED);
        assertThat(HostName.parse("a".repeat(63) + ".example.com").kind()).isEqualTo(HostName.Kind.DNS_NAME);
    }
}
