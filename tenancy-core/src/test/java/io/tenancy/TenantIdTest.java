package io.tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TenantIdTest {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-21T08:00:00.123Z"));

    @Test
    void nextIdIsAUuidOfVersionSevenThatBeginsWithTheMillisecond() {
        TenantId id = TenantId.next(CLOCK);

        assertThat(id.value().version()).isEqualTo(7);
        assertThat(id.value().variant()).isEqualTo(2);
        assertThat(id.value().getMostSignificantBits() >>> 16).isEqualTo(CLOCK.millis());
    }

    @Test
    void idsOfOneMillisecondDiffer() {
        Set<TenantId> ids = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            ids.add(TenantId.next(CLOCK));
        }

        assertThat(ids).hasSize(10_000);
    }

    @Test
    void idsSortByTheTimeOfTheirCreation() {
        TenantId earlier = TenantId.next(CLOCK);
        TenantId later = TenantId.next(InstantSource.fixed(CLOCK.instant().plusMillis(1)));

        assertThat(earlier).isLessThan(later);
        assertThat(earlier.toString()).isLessThan(later.toString());
    }

    @Test
    void textFormRoundTrips() {
        TenantId id = TenantId.next(CLOCK);

        assertThat(TenantId.of(id.toString())).isEqualTo(id);
    }

    @Test
    void uuidOfAnotherVersionIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TenantId(UUID.fromString("f81d4fae-7dec-41d0-a765-00a0c91e6bf6")))
                .withMessageContaining("has version 4");
    }

    @Test
    void textOfAnotherLengthIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TenantId.of("1-2-7000-8000-5"))
                .withMessageContaining("36 characters");
    }
}
