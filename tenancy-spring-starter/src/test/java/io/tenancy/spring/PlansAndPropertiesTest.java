package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.TenantId;
import io.tenancy.entitlement.EntitlementsUnavailableException;
import io.tenancy.ratelimit.BackendFailure;
import io.tenancy.ratelimit.EntitledRateLimits;
import io.tenancy.ratelimit.RateLimit;
import io.tenancy.ratelimit.RateLimit.Kind;
import io.tenancy.ratelimit.RateLimit.Scope;
import io.tenancy.spring.internal.EveryTenantsLimits;
import io.tenancy.spring.internal.PlansAndProperties;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What holds while plans cannot be read; what holds otherwise, {@link ImportedPlansTest} shows over HTTP. */
class PlansAndPropertiesTest {

    private static final List<RateLimit> EVERYBODY =
            List.of(RateLimit.of("requests", Scope.TENANT, 10, Duration.ofMinutes(1), Kind.BURST));

    private final Plans plans = new Plans();
    private final TenantId unreadable = plans.tenantWith("away").id();

    private PlansAndProperties limits(BackendFailure onFailure) {
        return new PlansAndProperties(
                new EntitledRateLimits(plans.service(null)), new EveryTenantsLimits(EVERYBODY, 7), onFailure);
    }

    @Test
    void aPlanThatCannotBeReadIsNotTakenForNone() {
        assertThatExceptionOfType(EntitlementsUnavailableException.class)
                .isThrownBy(() -> limits(BackendFailure.OPEN).of(unreadable));
    }

    @Test
    void whileAPlanCannotBeReadTheLimitsOfThePropertiesHold() {
        PlansAndProperties open = limits(BackendFailure.OPEN);

        assertThat(open.whileUnknown(unreadable)).isEqualTo(EVERYBODY);
        assertThat(open.concurrencyOf(unreadable)).isEqualTo(7);
    }

    @Test
    void whatIsNotKnownIsRefusedWhereItIsSetSo() {
        assertThatExceptionOfType(EntitlementsUnavailableException.class)
                .isThrownBy(() -> limits(BackendFailure.CLOSED).concurrencyOf(unreadable));
    }
}
