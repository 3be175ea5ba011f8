package io.tenancy.billing.period;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BillingScheduleTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static BillingSchedule schedule(String anchor, ZoneId zone, BillingInterval interval) {
        return new BillingSchedule(LocalDateTime.parse(anchor), zone, interval);
    }

    private static List<LocalDate> starts(BillingSchedule schedule, int count) {
        List<LocalDate> dates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            dates.add(LocalDate.ofInstant(schedule.period(i).start(), schedule.zone()));
        }
        return dates;
    }

    @Test
    void theEndOfAMonthIsClampedFromTheAnchorAndComesBack() {
        assertThat(starts(schedule("2026-01-31T00:00", ZoneOffset.UTC, BillingInterval.MONTHLY), 5))
                .containsExactly(
                        LocalDate.of(2026, 1, 31),
                        LocalDate.of(2026, 2, 28),
                        LocalDate.of(2026, 3, 31),
                        LocalDate.of(2026, 4, 30),
                        LocalDate.of(2026, 5, 31));
    }

    @Test
    void theTwentyNinthOfFebruaryComesBackInLeapYears() {
        assertThat(starts(schedule("2024-02-29T00:00", ZoneOffset.UTC, BillingInterval.YEARLY), 5))
                .containsExactly(
                        LocalDate.of(2024, 2, 29),
                        LocalDate.of(2025, 2, 28),
                        LocalDate.of(2026, 2, 28),
                        LocalDate.of(2027, 2, 28),
                        LocalDate.of(2028, 2, 29));
    }

    @Test
    void aQuarterAndACustomNumberOfDaysAreIntervals() {
        assertThat(starts(schedule("2025-11-30T00:00", ZoneOffset.UTC, BillingInterval.QUARTERLY), 3))
                .containsExactly(LocalDate.of(2025, 11, 30), LocalDate.of(2026, 2, 28), LocalDate.of(2026, 5, 30));
        assertThat(starts(schedule("2026-02-25T00:00", ZoneOffset.UTC, BillingInterval.days(10)), 3))
                .containsExactly(LocalDate.of(2026, 2, 25), LocalDate.of(2026, 3, 7), LocalDate.of(2026, 3, 17));
    }

    @Test
    void aTimeThatSummerTimeSkipsIsTheOneAfterItAndOneThatOccursTwiceIsTheFirst() {
        // On 29 March 2026 the clock goes from 02:00 to 03:00, on 25 October 2026 from 03:00 to 02:00.
        BillingSchedule spring = schedule("2026-02-28T02:30", BERLIN, BillingInterval.days(29));
        assertThat(spring.period(1).start()).isEqualTo(Instant.parse("2026-03-29T01:30:00Z"));
        BillingSchedule autumn = schedule("2026-09-25T02:30", BERLIN, BillingInterval.MONTHLY);
        assertThat(autumn.period(1).start()).isEqualTo(Instant.parse("2026-10-25T00:30:00Z"));
    }

    @Test
    void aDayOfSummerTimesBeginIsAnHourShorterAndStillADay() {
        BillingPeriod day =
                schedule("2026-03-29T00:00", BERLIN, BillingInterval.days(1)).period(0);

        assertThat(day.days()).isEqualTo(1);
        assertThat(day.seconds()).isEqualTo(23 * 3600);
    }

    @Test
    void everyInstantIsInOnePeriodWithoutGapOrOverlap() {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        System.out.println("BillingScheduleTest: -Dtenancy.seed=" + seed);
        Random random = new Random(seed);
        List<ZoneId> zones = List.of(
                BERLIN,
                ZoneOffset.UTC,
                ZoneId.of("America/Sao_Paulo"),
                ZoneId.of("Australia/Lord_Howe"),
                ZoneId.of("Pacific/Apia"));
        for (int round = 0; round < 500; round++) {
            LocalDateTime anchor = LocalDateTime.of(2009, 1, 1, 0, 0).plusSeconds(random.nextLong(20L * 365 * 86_400));
            BillingInterval interval = random.nextBoolean()
                    ? BillingInterval.months(1 + random.nextInt(13))
                    : BillingInterval.days(1 + random.nextInt(100));
            BillingSchedule schedule = new BillingSchedule(anchor, zones.get(random.nextInt(zones.size())), interval);
            long number = random.nextInt(60);
            BillingPeriod period = schedule.period(number);

            assertThat(schedule.period(number + 1).start()).isEqualTo(period.end());
            Instant within = period.start().plusSeconds(random.nextLong(period.seconds()));
            assertThat(schedule.numberAt(within))
                    .as("%s at %s", schedule, within)
                    .isEqualTo(number);
            assertThat(schedule.numberAt(period.start())).isEqualTo(number);
            assertThat(schedule.numberAt(period.end())).isEqualTo(number + 1);
        }
    }

    @Test
    void whatIsBeforeTheFirstPeriodIsRefused() {
        BillingSchedule schedule =
                BillingSchedule.from(Instant.parse("2026-11-27T08:00:00.5Z"), BERLIN, BillingInterval.MONTHLY);

        assertThat(schedule.period(0).start()).isEqualTo(Instant.parse("2026-11-27T08:00:00Z"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> schedule.periodAt(Instant.parse("2026-11-27T07:59:59Z")))
                .withMessageContaining("before the first billing period");
        assertThatIllegalArgumentException().isThrownBy(() -> schedule.period(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> BillingInterval.months(0));
        assertThatIllegalArgumentException().isThrownBy(() -> BillingInterval.days(BillingInterval.MOST + 1));
    }
}
