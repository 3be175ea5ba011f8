package io.tenancy.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.period.Proration;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Subscriptions are read as older versions wrote them. */
class StoredSubscriptionTest {

    private static final Instant BEGAN = Instant.parse("2026-01-10T09:00:00Z");
    private static final Tax VAT = Tax.onTop("VAT 19 %", new BigDecimal("0.19"));

    /** With something of everything. */
    private static Subscription rich() {
        Instant later = BEGAN.plusSeconds(86_400);
        Map<String, Money> amounts = new LinkedHashMap<>();
        amounts.put("calls", eur("3.50"));
        List<SubscriptionChange> changes = List.of(
                new SubscriptionChange.ToPlan("pro", 7, BillingInterval.YEARLY, 3),
                new SubscriptionChange.Seats(4),
                new SubscriptionChange.AddOn("reports", 2),
                new SubscriptionChange.NoAddOn("reports"),
                new SubscriptionChange.Pause(),
                new SubscriptionChange.Resume(),
                new SubscriptionChange.Cancel("moves on", true));
        return new Subscription(
                UUID.fromString("0197a000-0000-7000-8000-000000000001"),
                new TenantId(UUID.fromString("0197a000-0000-7000-8000-000000000002")),
                "EUR",
                BillingInterval.days(45),
                LocalDateTime.parse("2026-01-31T10:00"),
                ZoneId.of("Europe/Berlin"),
                Proration.PER_DAY,
                Phase.RUNNING,
                Standing.PAST_DUE,
                BEGAN,
                later,
                3,
                List.of(
                        new SubscriptionItem(
                                true,
                                "pro",
                                7,
                                3,
                                BEGAN,
                                null,
                                later,
                                List.of(new BilledCharge("base", eur("99.00"), BEGAN, eur("99.00"), eur("9.90"), VAT)),
                                11),
                        new SubscriptionItem(false, "reports", 8, 2, BEGAN, later, later, List.of(), 12)),
                changes.stream()
                        .map(change -> new ScheduledChange(
                                UUID.fromString("0197a000-0000-7000-8000-000000000003"), later, change))
                        .toList(),
                later,
                "too expensive",
                true,
                null,
                List.of(new DraftCharge(
                        "Unused time on Pro: Base",
                        "pro",
                        "base",
                        new BigDecimal("2"),
                        "seat",
                        BEGAN,
                        later,
                        eur("-4.00"),
                        false,
                        false,
                        Tax.included("VAT 19 %", new BigDecimal("0.19")))),
                List.of(
                        new CouponUse("TENTH", "A tenth off", new BigDecimal("0.1"), null, 2),
                        new CouponUse("FIVE", "Five off", null, eur("5.00"), null)),
                List.of(new SettledUsage(
                        "pro",
                        7,
                        BillingInterval.MONTHLY,
                        BEGAN,
                        later,
                        2_678_400,
                        amounts,
                        Map.of("calls", eur("0.35")))),
                List.of("pro/setup"));
    }

    private static Money eur(String amount) {
        return Money.of(new BigDecimal(amount), "EUR");
    }

    private static String stored(String name) throws IOException {
        try (InputStream file = StoredSubscriptionTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    @Test
    void whatIsWrittenIsReadBack() {
        assertThat(SubscriptionStore.state(SubscriptionStore.text(rich())).subscription())
                .isEqualTo(rich());
    }

    @Test
    void formatOneIsReadAsItWasMeant() throws IOException {
        assertThat(SubscriptionStore.state(stored("subscription-format-1.json")).subscription())
                .isEqualTo(rich());
    }

    @Test
    void whatANewerVersionWroteIsRefusedAndNotGuessed() {
        String newer = SubscriptionStore.text(rich()).replace("\"format\":1", "\"format\":2");

        assertThatExceptionOfType(BillingException.class)
                .isThrownBy(() -> SubscriptionStore.state(newer))
                .withMessageContaining("format 2")
                .withMessageContaining("Upgrade this node");
    }

    @Test
    void aFieldThatIsNotKnownIsRefused() {
        String strange = SubscriptionStore.text(rich()).replace("\"currency\":", "\"rebate\":1,\"currency\":");

        assertThat(catchThrowable(() -> SubscriptionStore.state(strange))).hasMessageContaining("rebate");
    }
}
