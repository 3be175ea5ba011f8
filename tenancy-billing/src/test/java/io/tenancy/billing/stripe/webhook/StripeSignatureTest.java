package io.tenancy.billing.stripe.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StripeSignatureTest {

    private static final Instant NOW = Instant.parse("2026-01-10T09:00:00Z");
    private static final String DIGEST = "ab".repeat(32);

    @Test
    void whatStripesOwnLibrarySignsIsAccepted() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] noise = new byte[random.nextInt(4_000)];
            random.nextBytes(noise);
            String body = new String(noise, StandardCharsets.UTF_8);
            String secret = "whsec_" + random.nextLong();
            Instant at = NOW.plusSeconds(random.nextInt(1_000_000));

            assertThat(read(Signed.header(at, body, secret)).isOf(bytes(body), List.of(secret)))
                    .as("seed %d, turn %d", seed, i)
                    .isTrue();
        }
    }

    @Test
    void oneChangedByteIsNoticedWhereverItIs() {
        String body = Signed.event("evt_1", "customer.updated", "customer", "cus_1");
        StripeSignature signature = read(Signed.header(NOW, body, Signed.SECRET));
        byte[] bytes = bytes(body);

        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= 1;
            assertThat(signature.isOf(changed, List.of(Signed.SECRET)))
                    .as("byte %d", i)
                    .isFalse();
        }
    }

    @Test
    void theTimeIsSignedTogetherWithTheBody() {
        String digest = Signed.digest(NOW, "{}", Signed.SECRET);

        assertThat(read("t=" + NOW.plusSeconds(1).getEpochSecond() + ",v1=" + digest)
                        .isOf(bytes("{}"), List.of(Signed.SECRET)))
                .isFalse();
    }

    @Test
    void anyOfManySignaturesMayBeOfAnyOfManySecrets() {
        StripeSignature rotated = read(Signed.header(NOW, "{}", Signed.OLD_SECRET, Signed.SECRET));

        assertThat(rotated.isOf(bytes("{}"), List.of(Signed.SECRET))).isTrue();
        assertThat(rotated.isOf(bytes("{}"), List.of(Signed.OLD_SECRET))).isTrue();
        assertThat(rotated.isOf(bytes("{}"), List.of("whsec_other", Signed.OLD_SECRET)))
                .isTrue();
        assertThat(rotated.isOf(bytes("{}"), List.of("whsec_other"))).isFalse();
    }

    @Test
    void signaturesOfOtherVersionsDoNotCount() {
        String digest = Signed.digest(NOW, "{}", Signed.SECRET);

        assertThat(StripeSignature.read("t=" + NOW.getEpochSecond() + ",v0=" + digest))
                .isNull();
        assertThat(read("t=" + NOW.getEpochSecond() + ",v0=" + digest + ",v1=" + DIGEST)
                        .isOf(bytes("{}"), List.of(Signed.SECRET)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "v1",
                "t",
                "t=,v1=" + "ab",
                "nonsense",
                "t=1768035600",
                "t=soon,v1=D",
                "t=-1768035600,v1=D",
                "t=+1768035600,v1=D",
                "t=1768035600.5,v1=D",
                "t=99999999999999999999,v1=D",
                "t=1768035600,t=1768035601,v1=D",
                "t=1768035600,v1=",
                "t=1768035600,v1=zz",
                "t=1768035600,v1=D,",
                "t=1768035600,v1=Dab",
                "t=1768035600,v1=D,v1=short",
                "v1=D",
                "t=\u0661\u0662,v1=D"
            })
    void aMalformedHeaderIsNoSignature(String header) {
        assertThat(StripeSignature.read(header.replace("D", DIGEST))).isNull();
    }

    @Test
    void noHeaderAndOneThatIsTooLongAreNoSignature() {
        String one = "t=1,v1=" + DIGEST;

        assertThat(StripeSignature.read(null)).isNull();
        assertThat(StripeSignature.read(one)).isNotNull();
        assertThat(StripeSignature.read(one + ",x=" + "y".repeat(5_000))).isNull();
        assertThat(StripeSignature.read(one + (",v1=" + DIGEST).repeat(16))).isNull();
    }

    @Test
    void fiveMinutesBeforeAndAfterAreNowAndNoSecondMore() {
        StripeSignature signature = read("t=" + NOW.getEpochSecond() + ",v1=" + DIGEST);
        Duration tolerance = Duration.ofSeconds(300);

        assertThat(signature.isOfAbout(NOW.plus(tolerance))).isTrue();
        assertThat(signature.isOfAbout(NOW.minus(tolerance))).isTrue();
        assertThat(signature.isOfAbout(NOW.plus(tolerance).plusSeconds(1))).isFalse();
        assertThat(signature.isOfAbout(NOW.minus(tolerance).minusSeconds(1))).isFalse();
    }

    private static StripeSignature read(String header) {
        StripeSignature signature = StripeSignature.read(header);
        assertThat(signature).isNotNull();
        return signature;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
