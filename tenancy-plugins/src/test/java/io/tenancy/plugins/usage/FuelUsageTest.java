package io.tenancy.plugins.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.spi.UsageSink;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class FuelUsageTest {

    private static final TenantId TENANT = TenantId.next(InstantSource.system());

    private final List<UsageEvent> told = new ArrayList<>();
    private final AtomicBoolean answerLost = new AtomicBoolean();
    private final UsageSink sink = events -> {
        told.addAll(events);
        if (answerLost.get()) {
            throw new IllegalStateException("The answer was lost");
        }
        return new UsageSink.Outcome(events.size(), 0, List.of());
    };
    private final FuelUsage usage = new FuelUsage(sink, InstantSource.system());

    @Test
    void fuelOfOnePluginIsOneEvent() {
        usage.used(TENANT, "a", 5);
        usage.used(TENANT, "a", 7);
        usage.used(TENANT, "b", 1);
        usage.used(TENANT, "c", 0);
        usage.flush();

        assertThat(told)
                .extracting(event -> event.properties().get("plugin") + " " + event.quantity())
                .containsExactlyInAnyOrder("a 12", "b 1");
    }

    @Test
    void whatMayHaveBeenStoredIsToldAgainUnderTheSameKey() {
        usage.used(TENANT, "a", 5);
        answerLost.set(true);
        assertThatThrownBy(usage::flush).hasMessageContaining("lost");

        answerLost.set(false);
        usage.used(TENANT, "a", 2);
        usage.flush();
        usage.flush();

        assertThat(told).hasSize(3);
        assertThat(told.get(1)).isEqualTo(told.get(0));
        assertThat(told.get(2).quantity()).isEqualByComparingTo("2");
    }

    @Test
    void whatIsLeftIsRecordedWhenItIsClosed() {
        usage.used(TENANT, "a", 5);
        usage.close();

        assertThat(told).hasSize(1);
    }
}
