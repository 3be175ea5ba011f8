package io.tenancy.plugins.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.plugins.usage.Conduct.Call;
import io.tenancy.plugins.usage.Conduct.Verdict;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class ConductTest {

    private static final TenantId TENANT = TenantId.next(InstantSource.system());

    private final Conduct conduct = new Conduct(new ConductRules(10, 4, 50, 2));

    private Verdict add(Call call) {
        return conduct.add(TENANT, "a", "digest", call);
    }

    @Test
    void fewCallsSayNothing() {
        assertThat(add(Call.FAILED)).isEqualTo(Verdict.FINE);
        assertThat(add(Call.FAILED)).isEqualTo(Verdict.FINE);
        assertThat(add(Call.FAILED)).isEqualTo(Verdict.FINE);
        assertThat(add(Call.FAILED)).isEqualTo(Verdict.FAILING);
    }

    @Test
    void halfOfTheCallsMayFail() {
        for (int i = 0; i < 50; i++) {
            assertThat(add(i % 2 == 0 ? Call.GOOD : Call.FAILED)).isEqualTo(Verdict.FINE);
        }
    }

    @Test
    void whatLiesBeforeTheWindowIsForgotten() {
        for (int i = 0; i < 100; i++) {
            add(Call.GOOD);
        }
        for (int i = 0; i < 5; i++) {
            assertThat(add(Call.FAILED)).isEqualTo(Verdict.FINE);
        }
        assertThat(add(Call.FAILED)).isEqualTo(Verdict.FAILING);
    }

    @Test
    void aCallThatWasMadeEndsARowOfThrottledOnes() {
        assertThat(add(Call.THROTTLED)).isEqualTo(Verdict.FINE);
        assertThat(add(Call.THROTTLED)).isEqualTo(Verdict.FINE);
        add(Call.GOOD);
        assertThat(add(Call.THROTTLED)).isEqualTo(Verdict.FINE);
        assertThat(add(Call.THROTTLED)).isEqualTo(Verdict.FINE);
        assertThat(add(Call.THROTTLED)).isEqualTo(Verdict.NOISY);
    }

    @Test
    void anotherTenantsOrVersionsCallsCountApart() {
        TenantId other = TenantId.next(InstantSource.system());
        for (int i = 0; i < 3; i++) {
            add(Call.FAILED);
        }

        assertThat(conduct.add(other, "a", "digest", Call.FAILED)).isEqualTo(Verdict.FINE);
        assertThat(conduct.add(TENANT, "a", "other", Call.FAILED)).isEqualTo(Verdict.FINE);
        assertThat(conduct.add(TENANT, "b", "digest", Call.FAILED)).isEqualTo(Verdict.FINE);
    }

    @Test
    void rulesThatCannotBeReachedAreRefused() {
        assertThatThrownBy(() -> new ConductRules(10, 11, 50, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
