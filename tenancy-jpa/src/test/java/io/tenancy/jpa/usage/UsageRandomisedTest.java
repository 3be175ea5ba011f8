package io.tenancy.jpa.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.usage.UsageAggregation;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.UsagePeriod;
import io.tenancy.usage.spi.BillingPeriods;
import io.tenancy.usage.spi.UsageSink;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Events of every kind, in any order, told several times, by four writers at once: afterwards every roll-up is what an
 * independent count of the events says.
 */
class UsageRandomisedTest {

    private static final int TENANTS = 3;
    private static final int RECORDS = 900;

    /** Periods that begin on the 10th at 05:00, so that no day and no month is a whole number of them. */
    private static final BillingPeriods TENTH = (tenant, instant) -> {
        UsagePeriod month = UsagePeriod.monthOf(instant.minus(9 * 24 + 5, ChronoUnit.HOURS));
        return new UsagePeriod(
                month.start().plus(9 * 24 + 5, ChronoUnit.HOURS), month.until().plus(9 * 24 + 5, ChronoUnit.HOURS));
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 0})
    void rollUpsAreWhatAnIndependentCountSays(long fixed) throws Exception {
        long seed = fixed == 0 ? System.nanoTime() : fixed;
        System.out.println("Randomised usage with seed " + seed);
        try (UsageDatabase database = new UsageDatabase(UsageBounds.DEFAULT, TENTH)) {
            Scenario scenario = new Scenario(new Random(seed));
            List<UsageSink.Outcome> outcomes = tell(database, scenario.batches());

            Map<UsageEvent, Boolean> rejected = new HashMap<>();
            outcomes.forEach(outcome -> outcome.rejected().forEach(each -> rejected.put(each.event(), Boolean.TRUE)));
            List<UsageEvent> counting = scenario.distinct().stream()
                    .filter(event -> !rejected.containsKey(event) && !isChangeOfChange(event))
                    .toList();

            assertThat(counting)
                    .as("one content per key")
                    .extracting(EventKey::of)
                    .doesNotHaveDuplicates();
            scenario.requireOnlyConflictsAreMissing(counting);
            assertThat(database.number(
                            "select count(*) from tenancy_control.usage_rejected where key like 'change-of-%'"))
                    .isEqualTo(Scenario.CHANGES_OF_CHANGES);
            int stored = outcomes.stream().mapToInt(UsageSink.Outcome::stored).sum();
            // A change of a change that came first waited before it was rejected.
            assertThat(stored)
                    .as("each event is stored once")
                    .isBetween(counting.size(), counting.size() + Scenario.CHANGES_OF_CHANGES);
            assertThat(database.count("usage_pending")).isEqualTo(scenario.waiting(counting));
            for (TenantId tenant : scenario.tenants) {
                for (UsageMetric metric : UsageDatabase.METRICS) {
                    compare(database, tenant, metric, scenario.inForce(counting, tenant, metric));
                    assertThat(database.differences(tenant, metric))
                            .as("recount of " + metric.name())
                            .isEmpty();
                }
            }
        }
    }

    private static boolean isChangeOfChange(UsageEvent event) {
        return event.key().startsWith("change-of-change");
    }

    private static List<UsageSink.Outcome> tell(UsageDatabase database, List<List<UsageEvent>> batches)
            throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(4);
        try {
            List<Future<UsageSink.Outcome>> told = new ArrayList<>();
            for (List<UsageEvent> batch : batches) {
                told.add(writers.submit(() -> database.store.store(batch)));
            }
            List<UsageSink.Outcome> outcomes = new ArrayList<>();
            for (Future<UsageSink.Outcome> each : told) {
                outcomes.add(each.get());
            }
            return outcomes;
        } finally {
            writers.shutdownNow();
        }
    }

    private static void compare(UsageDatabase database, TenantId tenant, UsageMetric metric, List<UsageEvent> events) {
        Instant from = UsageDatabase.hoursAgo(40 * 24);
        Instant until = UsageDatabase.hoursAgo(-24);
        Tenancy.runAsPlatform("a test", () -> {
            assertThat(database.reports.series(tenant, metric.name(), Span.HOUR, new UsagePeriod(from, until)))
                    .as(metric.name() + " by hour")
                    .isEqualTo(points(events, metric, event -> UsagePeriod.hourOf(event.occurredAt())));
            assertThat(database.reports.days(tenant, metric.name(), from, until))
                    .as(metric.name() + " by day")
                    .isEqualTo(points(events, metric, event -> UsagePeriod.dayOf(event.occurredAt())));
            assertThat(database.reports.series(
                            tenant,
                            metric.name(),
                            Span.PERIOD,
                            new UsagePeriod(from.minus(60, ChronoUnit.DAYS), until)))
                    .as(metric.name() + " by period")
                    .isEqualTo(points(events, metric, event -> TENTH.of(tenant, event.occurredAt())));
            Instant start = UsageDatabase.hoursAgo(61);
            Instant end = UsageDatabase.hoursAgo(7);
            List<UsageEvent> within = events.stream()
                    .filter(event -> new UsagePeriod(start, end).contains(event.occurredAt()))
                    .toList();
            assertThat(database.reports.total(tenant, metric.name(), start, end))
                    .as(metric.name() + " in total")
                    .isEqualByComparingTo(within.isEmpty() ? BigDecimal.ZERO : value(within, metric));
        });
    }

    private static List<UsageReports.Point> points(
            List<UsageEvent> events, UsageMetric metric, Function<UsageEvent, UsagePeriod> spanOf) {
        Map<UsagePeriod, List<UsageEvent>> spans = events.stream().collect(Collectors.groupingBy(spanOf));
        return spans.entrySet().stream()
                .sorted(Comparator.comparing(span -> span.getKey().start()))
                .map(span -> new UsageReports.Point(
                        span.getKey(), span.getValue().size(), plain(value(span.getValue(), metric))))
                .toList();
    }

    private static BigDecimal plain(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    private static BigDecimal value(List<UsageEvent> events, UsageMetric metric) {
        return switch (metric.aggregation()) {
            case SUM -> events.stream().map(UsageEvent::quantity).reduce(BigDecimal.ZERO, BigDecimal::add);
            case COUNT -> BigDecimal.valueOf(events.size());
            case MAX ->
                events.stream()
                        .map(UsageEvent::quantity)
                        .max(Comparator.naturalOrder())
                        .orElseThrow();
            case LAST ->
                events.stream()
                        .max(Comparator.comparing(UsageEvent::occurredAt).thenComparing(UsageEvent::key))
                        .orElseThrow()
                        .quantity();
            case UNIQUE ->
                BigDecimal.valueOf(events.stream()
                        .map(event -> event.properties().get("user"))
                        .distinct()
                        .count());
        };
    }

    /** What is told, and what of it must count. */
    private static final class Scenario {

        static final int CHANGES_OF_CHANGES = 10;

        private final Random random;
        private final List<TenantId> tenants = new ArrayList<>();
        private final List<UsageEvent> records = new ArrayList<>();
        private final List<UsageEvent> changes = new ArrayList<>();
        private final List<UsageEvent> conflicts = new ArrayList<>();

        Scenario(Random random) {
            this.random = random;
            for (int i = 0; i < TENANTS; i++) {
                tenants.add(UsageDatabase.tenant());
            }
            for (int i = 0; i < RECORDS; i++) {
                records.add(record(i));
            }
            // The first tenth is told by nobody: what refers to it waits.
            for (int i = 0; i < RECORDS / 3; i++) {
                UsageEvent of = records.get(random.nextInt(RECORDS));
                String key = "change-" + i;
                changes.add(
                        random.nextInt(3) == 0
                                ? UsageDatabase.retraction(of, key, instant())
                                : UsageDatabase.correction(of, key, random.nextInt(1_000), instant()));
            }
            for (int i = 0; i < CHANGES_OF_CHANGES; i++) {
                UsageEvent of = changes.get(random.nextInt(changes.size()));
                changes.add(UsageDatabase.correction(of, "change-of-change-" + i, 1, instant()));
            }
            for (int i = 0; i < RECORDS / 20; i++) {
                UsageEvent of = records.get(RECORDS / 10 + random.nextInt(RECORDS * 9 / 10));
                conflicts.add(new UsageEvent(
                        of.tenant(),
                        of.source(),
                        of.key(),
                        of.metric(),
                        of.quantity().add(BigDecimal.ONE),
                        of.occurredAt(),
                        of.properties(),
                        of.kind(),
                        null));
            }
        }

        private UsageEvent record(int number) {
            UsageMetric metric = UsageDatabase.METRICS.get(random.nextInt(UsageDatabase.METRICS.size()));
            return UsageEvent.record(
                    tenants.get(random.nextInt(TENANTS)),
                    "test",
                    "record-" + number,
                    metric.name(),
                    BigDecimal.valueOf(random.nextInt(100_000), random.nextInt(4)),
                    instant(),
                    metric.aggregation() == UsageAggregation.UNIQUE
                            ? Map.of(
                                    "user",
                                    "user " + random.nextInt(12) + (random.nextInt(9) == 0 ? "é".repeat(300) : ""))
                            : Map.of());
        }

        // Few different instants, so that several events are the last of an hour together.
        private Instant instant() {
            return UsageDatabase.hoursAgo(1 + random.nextInt(random.nextBoolean() ? 6 : 24 * 33))
                    .plusSeconds(random.nextInt(4) * 600L);
        }

        private List<UsageEvent> told() {
            List<UsageEvent> told = new ArrayList<>(records.subList(RECORDS / 10, RECORDS));
            told.addAll(changes);
            told.addAll(conflicts);
            return told;
        }

        Set<UsageEvent> distinct() {
            return new HashSet<>(told());
        }

        List<List<UsageEvent>> batches() {
            List<UsageEvent> told = told();
            int once = told.size();
            for (int i = 0; i < once; i++) {
                told.add(told.get(random.nextInt(once)));
            }
            Collections.shuffle(told, random);
            List<List<UsageEvent>> batches = new ArrayList<>();
            for (int i = 0; i < told.size(); ) {
                int end = Math.min(told.size(), i + 1 + random.nextInt(60));
                batches.add(List.copyOf(told.subList(i, end)));
                i = end;
            }
            return batches;
        }

        void requireOnlyConflictsAreMissing(List<UsageEvent> counting) {
            Set<EventKey> counted = counting.stream().map(EventKey::of).collect(Collectors.toSet());
            assertThat(distinct().stream().filter(event -> !isChangeOfChange(event)))
                    .as("one content of every key counts")
                    .allMatch(event -> counted.contains(EventKey.of(event)));
        }

        long waiting(List<UsageEvent> counting) {
            Set<EventKey> known = counting.stream().map(EventKey::of).collect(Collectors.toSet());
            return counting.stream()
                    .filter(event -> event.kind() != UsageEvent.Kind.RECORD)
                    .filter(event -> !known.contains(EventKey.changedBy(event)))
                    .count();
        }

        /** The records of a metric that count, each with the quantity in force. */
        List<UsageEvent> inForce(List<UsageEvent> counting, TenantId tenant, UsageMetric metric) {
            Map<String, UsageEvent> last = new HashMap<>();
            counting.stream()
                    .filter(event -> event.tenant().equals(tenant) && event.kind() != UsageEvent.Kind.RECORD)
                    .sorted(Comparator.comparing(UsageEvent::occurredAt).thenComparing(UsageEvent::key))
                    .forEach(change -> last.put(change.changes().orElseThrow(), change));
            List<UsageEvent> inForce = new ArrayList<>();
            for (UsageEvent record : counting) {
                boolean ours = record.tenant().equals(tenant)
                        && record.metric().equals(metric.name())
                        && record.kind() == UsageEvent.Kind.RECORD;
                UsageEvent change = last.get(record.key());
                if (ours && change == null) {
                    inForce.add(record);
                } else if (ours && change.kind() == UsageEvent.Kind.CORRECTION) {
                    inForce.add(UsageEvent.record(
                            tenant,
                            record.source(),
                            record.key(),
                            record.metric(),
                            change.quantity(),
                            record.occurredAt(),
                            record.properties()));
                }
            }
            return inForce;
        }
    }
}
