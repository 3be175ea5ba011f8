package io.tenancy.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.billing.BillingException;
import io.tenancy.billing.independent.Event;
import io.tenancy.billing.independent.IndependentBill;
import io.tenancy.billing.independent.IndependentBill.Beginning;
import io.tenancy.billing.independent.IndependentBill.Usage;
import io.tenancy.billing.independent.Offer;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.period.Proration;
import io.tenancy.billing.tax.TaxPolicy;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Any life of a subscription costs what {@link IndependentBill} says, however it is stepped through. {@code -Dtenancy.seed}
 * repeats a run; {@code -Dtenancy.soak=true} lives forty times as many lives.
 */
class SubscriptionPropertyTest {

    private static final int LIVES = Boolean.getBoolean("tenancy.soak") ? 20_000 : 500;
    private static final int LIVES_BY_THE_HOUR = LIVES / 20;

    private static final String CATALOGUE = """
            format: 1
            billing: {currency: USD}
            definitions:
              users: {kind: limit, unit: user}
              reports: {kind: module}
            plans:
              small:
                name: Small
                versions:
                  - version: 1
                    entitlements: {users: 5}
                    billing:
                      intervals: [month, quarter, year, P45D]
                      charges:
                        - {code: base, kind: fixed, price: {month: 31.01, quarter: 93, year: 310, P45D: 45}}
              big:
                name: Big
                versions:
                  - version: 1
                    entitlements: {users: 50}
                    billing:
                      intervals: [month, quarter, year, P45D]
                      charges:
                        - {code: setup, kind: one_off, price: 49.95}
                        - {code: base, kind: fixed, price: {month: 93.07, quarter: 279, year: 930, P45D: 135.5}}
                        - {code: seats, kind: per_seat, included: 1, price: {month: 10.03, quarter: 30, year: 100, P45D: 14}}
                        - {code: calls, kind: usage, metric: calls, included: 1000, price: 0.0137}
              flow:
                name: Flow
                versions:
                  - version: 1
                    entitlements: {users: 50}
                    billing:
                      intervals: [month, quarter, year, P45D]
                      charges:
                        - {code: base, kind: fixed, price: {month: 19.99, quarter: 57, year: 199, P45D: 28}}
                        - {code: least, kind: minimum, price: {month: 25, quarter: 75, year: 300, P45D: 37}}
                        - code: jobs
                          kind: usage
                          metric: jobs
                          model: graduated
                          tiers: [{up_to: 10, price: 1.5}, {up_to: 110, price: 1}, {price: 0.5}]
                        - {code: commission, kind: percentage, metric: sales, rate: 0.03}
            add_ons:
              reports:
                entitlements: {reports: true}
                billing: {charges: [{code: module, kind: fixed, price: {month: 6.20, quarter: 18, year: 62, P45D: 9}}]}
              boost:
                plans: [big]
                entitlements: {reports: true}
                billing:
                  expires_after_days: 40
                  charges: [{code: boost, kind: fixed, price: {month: 29.90, quarter: 89, year: 300, P45D: 44}}]
              mail:
                entitlements: {reports: true}
                billing:
                  charges:
                    - {code: post, kind: fixed, price: {month: 4.99, quarter: 14, year: 50, P45D: 7}}
                    - {code: mails, kind: usage, metric: mails, price: 0.0513}
            """;

    private static final List<Offer> OFFERS = List.of(
            offer("small", advance("base", "31.01", "93", "310", "45")),
            offer(
                    "big",
                    new Offer.Once("setup", new BigDecimal("49.95")),
                    advance("base", "93.07", "279", "930", "135.5"),
                    new Offer.Advance("seats", prices("10.03", "30", "100", "14"), true, 1),
                    new Offer.Metered("calls", "calls", new BigDecimal("1000"), steps("0.0137"))),
            offer(
                    "flow",
                    advance("base", "19.99", "57", "199", "28"),
                    new Offer.Least("least", prices("25", "75", "300", "37")),
                    new Offer.Metered("jobs", "jobs", BigDecimal.ZERO, steps("1.5", "10", "1", "110", "0.5")),
                    new Offer.Commission("commission", "sales", new BigDecimal("0.03"))),
            offer("reports", advance("module", "6.20", "18", "62", "9")),
            new Offer("boost", Set.of("big"), 40, List.of(advance("boost", "29.90", "89", "300", "44"))),
            offer(
                    "mail",
                    advance("post", "4.99", "14", "50", "7"),
                    new Offer.Metered("mails", "mails", BigDecimal.ZERO, steps("0.0513"))));

    private static Offer offer(String code, Offer.Fee... fees) {
        return new Offer(code, Set.of(), 0, List.of(fees));
    }

    private static Offer.Advance advance(String code, String month, String quarter, String year, String days) {
        return new Offer.Advance(code, prices(month, quarter, year, days), false, 0);
    }

    private static Map<String, BigDecimal> prices(String month, String quarter, String year, String days) {
        return Map.of(
                "month", new BigDecimal(month),
                "quarter", new BigDecimal(quarter),
                "year", new BigDecimal(year),
                "45 days", new BigDecimal(days));
    }

    /** Prices and the last units that they are for, in turn. */
    private static List<Offer.Step> steps(String... numbers) {
        List<Offer.Step> steps = new ArrayList<>();
        for (int i = 0; i < numbers.length; i += 2) {
            BigDecimal upTo = i + 1 < numbers.length ? new BigDecimal(numbers[i + 1]) : null;
            steps.add(new Offer.Step(upTo, new BigDecimal(numbers[i])));
        }
        return steps;
    }

    private static final Map<String, BillingInterval> INTERVALS = new TreeMap<>(Map.of(
            "month", BillingInterval.MONTHLY,
            "quarter", BillingInterval.QUARTERLY,
            "year", BillingInterval.YEARLY,
            "45 days", BillingInterval.days(45)));

    private static final List<String> ZONES = List.of(
            "UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York");

    private static final List<String> STARTS = List.of(
            "2024-01-31T09:00:00Z",
            "2024-02-29T23:30:00Z",
            "2025-03-30T00:30:00Z", // half an hour before Berlin skips an hour
            "2025-10-26T01:30:00Z", // in the second of two hours of Berlin
            "2025-12-31T12:00:00Z",
            "2018-11-03T03:30:00Z", // half an hour into the day that begins at 01:00 in Sao Paulo
            "2026-08-30T18:15:00Z");

    /** A life as it was drawn: what to do when, in the order of time. */
    private record Deed(Instant at, String what, long detail) {}

    private record Life(
            long seed,
            Beginning beginning,
            boolean withCoupon,
            boolean taxed,
            List<Deed> deeds,
            List<Usage> usage,
            Instant end) {
        Life toTheSecond() {
            Beginning b = beginning;
            Beginning other = new Beginning(b.at(), b.zone(), b.trialDays(), b.plan(), b.seats(), b.every(), false);
            return new Life(seed, other, withCoupon, taxed, deeds, usage, end);
        }
    }

    private static Life draw(long seed) {
        Random random = new Random(seed);
        Instant start = Instant.parse(STARTS.get(random.nextInt(STARTS.size())))
                .plus((long) random.nextInt(2) * random.nextInt(500), ChronoUnit.HOURS);
        int months = 1 + random.nextInt(24);
        Instant end = start.plus(Duration.ofDays(30L * months));
        Beginning beginning = new Beginning(
                start,
                ZoneId.of(ZONES.get(random.nextInt(ZONES.size()))),
                random.nextInt(3) == 0 ? 1 + random.nextInt(30) : 0,
                List.of("small", "big", "flow").get(random.nextInt(3)),
                1 + random.nextInt(4),
                List.copyOf(INTERVALS.keySet()).get(random.nextInt(4)),
                random.nextInt(3) == 0);
        List<Deed> deeds = new ArrayList<>();
        for (int i = random.nextInt(14); i > 0; i--) {
            String what = List.of(
                            "plan",
                            "plan",
                            "plan",
                            "seats",
                            "seats",
                            "add-on",
                            "add-on",
                            "no add-on",
                            "pause",
                            "resume",
                            "resume",
                            "coupon",
                            "cancel",
                            "keep",
                            "end",
                            "plan later",
                            "seats later")
                    .get(random.nextInt(17));
            deeds.add(new Deed(moment(random, start, months), what, random.nextLong()));
        }
        deeds.sort(Comparator.comparing(Deed::at));
        List<Usage> usage = new ArrayList<>();
        for (int i = random.nextInt(60); i > 0; i--) {
            Instant at = moment(random, start, months);
            // Some of it comes in late, and some of that takes back what was told before.
            Instant known = random.nextInt(3) == 0 ? at.plus(random.nextInt(60 * 24), ChronoUnit.HOURS) : at;
            String metric = List.of("calls", "jobs", "sales", "mails").get(random.nextInt(4));
            BigDecimal quantity = BigDecimal.valueOf(1 + random.nextInt(metric.equals("calls") ? 90_000 : 6_000), 1);
            usage.add(new Usage(at, metric, quantity, known));
            if (random.nextInt(6) == 0) {
                usage.add(new Usage(
                        at, metric, quantity.negate(), known.plus(random.nextInt(60 * 24), ChronoUnit.HOURS)));
            }
        }
        return new Life(seed, beginning, random.nextInt(3) == 0, random.nextBoolean(), deeds, usage, end);
    }

    // Not at an instant at which something is due by itself: those are on the quarter of an hour.
    private static Instant moment(Random random, Instant start, int months) {
        return start.plus(random.nextInt(30 * 24 * months), ChronoUnit.HOURS)
                .plus(1 + random.nextInt(14), ChronoUnit.MINUTES)
                .plusSeconds(random.nextInt(60));
    }

    /** The life, lived; and what of it took place, as the second calculation wants to know it. */
    private static final class Lived {
        final EngineStory story;
        final List<Event> events = new ArrayList<>();
        private final Life life;

        Lived(Life life, Duration step) {
            this.life = life;
            Beginning beginning = life.beginning();
            Tax vat = Tax.onTop("VAT", new BigDecimal("0.19"));
            story = new EngineStory(CATALOGUE, beginning.zone(), life.taxed() ? ignored -> vat : TaxPolicy.NONE);
            life.usage().forEach(each -> story.use(each.metric(), each.quantity(), each.at(), each.known()));
            if (life.withCoupon()) {
                redeem(beginning.at(), new Random(life.seed()));
            }
            story.start(
                    beginning.at().toString(),
                    NewSubscription.of(beginning.plan())
                            .every(interval(beginning.every()))
                            .withSeats(beginning.seats())
                            .withTrial(beginning.trialDays())
                            .prorated(beginning.perDay() ? Proration.PER_DAY : Proration.PER_SECOND));
            Instant at = beginning.at();
            for (Deed deed : life.deeds()) {
                pass(at, deed.at(), step);
                at = deed.at();
                take(deed);
            }
            pass(at, life.end(), step);
        }

        private void pass(Instant from, Instant to, Duration step) {
            for (Instant at = from.plus(step); at.isBefore(to); at = at.plus(step)) {
                story.to(at);
            }
            story.to(to);
        }

        // What is refused does not take place, and what is so already is none: so does the service.
        private void take(Deed deed) {
            Subscription s = story.now();
            if (s.phase() == Phase.ENDED) {
                return;
            }
            try {
                take(s, deed.at(), deed.what(), new Random(deed.detail()));
            } catch (BillingException refused) {
                assertThat(refused).hasMessageMatching("(?s).*(does not go with|has no add-on|cannot be).*");
            }
        }

        private void take(Subscription s, Instant at, String what, Random random) {
            switch (what) {
                case "plan" -> toPlan(s, at, at, random);
                case "plan later" -> toPlan(s, at, later(s, random), random);
                case "seats" -> seats(at, at, 1 + random.nextInt(5));
                case "seats later" -> seats(at, later(s, random), 1 + random.nextInt(5));
                case "add-on" -> addOn(at, random);
                case "no add-on" -> {
                    String code = List.of("reports", "mail").get(random.nextInt(2));
                    story.change(at, new SubscriptionChange.NoAddOn(code));
                    events.add(new Event.NoAddOn(at, code));
                }
                case "pause" -> {
                    story.change(at, new SubscriptionChange.Pause());
                    events.add(new Event.Pause(at));
                }
                case "resume" -> {
                    story.change(at, new SubscriptionChange.Resume());
                    events.add(new Event.Resume(at));
                }
                case "coupon" -> redeem(at, random);
                case "cancel" -> {
                    if (s.phase() != Phase.PAUSED) {
                        story.cancelAt(s.renewsAt(), false);
                        events.add(new Event.Cancel(at));
                    }
                }
                case "keep" -> {
                    story.reactivate();
                    events.add(new Event.Keep(at));
                }
                default -> {
                    // Not so often, so that lives are long.
                    if (random.nextInt(3) == 0) {
                        boolean credit = random.nextBoolean();
                        story.change(at, new SubscriptionChange.Cancel("no longer needed", credit));
                        events.add(new Event.End(at, credit));
                    }
                }
            }
        }

        /** The next renewal, or some time after now. */
        private Instant later(Subscription s, Random random) {
            return random.nextInt(3) == 0 || s.phase() == Phase.PAUSED
                    ? moment(random, life.beginning().at(), 24)
                    : s.renewsAt();
        }

        private void toPlan(Subscription s, Instant at, Instant when, Random random) {
            String plan = List.of("small", "big", "flow").get(random.nextInt(3));
            String every =
                    random.nextInt(3) > 0 ? "" : List.copyOf(INTERVALS.keySet()).get(random.nextInt(4));
            long seats = random.nextInt(3) > 0 ? 0 : 1 + random.nextInt(4);
            SubscriptionChange change =
                    new SubscriptionChange.ToPlan(plan, 0, every.isEmpty() ? null : interval(every), seats);
            boolean now = when.equals(at);
            if (!now && (when.isBefore(at) || !every.isEmpty() && !when.equals(s.renewsAt()))) {
                return;
            }
            if (now) {
                story.change(at, change);
            } else if (s.phase() == Phase.RUNNING) {
                story.later(when, change);
                events.removeIf(
                        each -> each instanceof Event.ToPlan plans && plans.at().equals(when));
            } else {
                return;
            }
            events.add(new Event.ToPlan(when, plan, every, seats));
        }

        private void seats(Instant at, Instant when, long seats) {
            if (when.equals(at)) {
                story.change(at, new SubscriptionChange.Seats(seats));
            } else if (when.isAfter(at)) {
                story.later(when, new SubscriptionChange.Seats(seats));
            } else {
                return;
            }
            events.add(new Event.Seats(when, seats));
        }

        private void addOn(Instant at, Random random) {
            String code = List.of("reports", "boost", "mail").get(random.nextInt(3));
            long count = 1 + random.nextInt(2);
            story.change(at, new SubscriptionChange.AddOn(code, count));
            events.add(new Event.AddOn(at, code, count));
        }

        private void redeem(Instant at, Random random) {
            Integer periods = random.nextBoolean() ? null : 1 + random.nextInt(3);
            if (random.nextInt(3) == 0) {
                String amount = List.of("5", "17.77", "500").get(random.nextInt(3));
                story.redeem(EngineStory.amount(amount, periods));
                events.add(new Event.Coupon(at, null, new BigDecimal(amount), periods));
            } else {
                String share = List.of("0.5", "0.1", "0.333").get(random.nextInt(3));
                story.redeem(EngineStory.share(share, periods));
                events.add(new Event.Coupon(at, new BigDecimal(share), null, periods));
            }
        }

        List<EngineStory.Line> lines() {
            List<EngineStory.Line> all = new ArrayList<>(story.lines);
            all.addAll(story.pending());
            return all;
        }
    }

    private static BillingInterval interval(String every) {
        return Objects.requireNonNull(INTERVALS.get(every), every);
    }

    private static long seed() {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        System.out.println("SubscriptionPropertyTest: -Dtenancy.seed=" + seed);
        return seed;
    }

    @Test
    void everyLifeCostsToTheCentWhatTheSecondCalculationSays() {
        long first = seed();
        for (long seed = first; seed < first + LIVES; seed++) {
            Life life = draw(seed);
            Lived lived = new Lived(life, Duration.ofDays(1 + seed % 400));
            List<IndependentBill.Line> said = new IndependentBill(
                            OFFERS,
                            EngineStory.LATE,
                            life.taxed() ? new BigDecimal("0.19") : BigDecimal.ZERO,
                            life.beginning(),
                            lived.events,
                            life.usage(),
                            life.end())
                    .lines();

            assertThat(byInstant(
                            lived.lines(),
                            EngineStory.Line::madeAt,
                            line -> line.net().amount()))
                    .as("seed %d: %s, %s", seed, life.beginning(), lived.events)
                    .isEqualTo(byInstant(said, IndependentBill.Line::at, IndependentBill.Line::net));
            assertThat(lived.lines().stream()
                            .map(line -> line.tax().amount())
                            .reduce(new BigDecimal("0.00"), BigDecimal::add))
                    .as("tax, seed %d", seed)
                    .isEqualTo(said.stream()
                            .map(IndependentBill.Line::tax)
                            .reduce(new BigDecimal("0.00"), BigDecimal::add));
        }
    }

    @Test
    void anHourAtATimeAndAllAtOnceChargeTheSameLinesOnTheSameInvoices() {
        long first = seed();
        for (long seed = first; seed < first + LIVES_BY_THE_HOUR; seed++) {
            Life life = draw(seed);
            Lived leapt = new Lived(life, Duration.ofDays(10_000));
            Duration some = Duration.ofMinutes(1 + new Random(seed).nextInt(100_000));

            for (Duration step : List.of(Duration.ofHours(1), some)) {
                Lived walked = new Lived(life, step);
                assertThat(walked.story.invoices)
                        .as("seed %d, step %s", seed, step)
                        .isEqualTo(leapt.story.invoices);
                assertThat(walked.story.now()).isEqualTo(leapt.story.now());
            }
        }
    }

    @Test
    void everyTotalIsTheSumOfItsLinesAndNoDiscountAddsToAPrice() {
        long first = seed();
        for (long seed = first; seed < first + LIVES; seed++) {
            Lived lived = new Lived(draw(seed), Duration.ofDays(10_000));
            for (EngineStory.Invoiced invoice : lived.story.invoices) {
                BigDecimal net = sum(invoice.lines(), line -> line.net().amount());
                BigDecimal tax = sum(invoice.lines(), line -> line.tax().amount());
                assertThat(invoice.sums().total().amount()).as("seed %d", seed).isEqualTo(net.add(tax));
                assertThat(invoice.sums()
                                .subtotal()
                                .minus(invoice.sums().discount())
                                .amount())
                        .as("seed %d", seed)
                        .isEqualTo(net);
                assertThat(invoice.lines()).as("seed %d", seed).allSatisfy(line -> {
                    assertThat(line.discount().isNegative()).isFalse();
                    assertThat(
                                    line.charge().amount().isNegative()
                                            ? line.discount().isZero()
                                            : line.discount()
                                                            .compareTo(line.charge()
                                                                    .amount())
                                                    <= 0)
                            .isTrue();
                });
            }
        }
    }

    private static BigDecimal sum(List<EngineStory.Line> lines, Function<EngineStory.Line, BigDecimal> part) {
        return lines.stream().map(part).reduce(new BigDecimal("0.00"), BigDecimal::add);
    }

    @Test
    void everySecondThatIsHadIsPaidOnceAndNoCreditIsMoreThanWasPaid() {
        long first = seed();
        for (long seed = first; seed < first + LIVES; seed++) {
            Lived lived = new Lived(draw(seed).toTheSecond(), Duration.ofDays(10_000));
            for (String item : List.of("small", "big", "flow", "reports", "boost", "mail")) {
                List<EngineStory.Line> lines = lived.lines().stream()
                        .filter(line -> item.equals(line.charge().item()) && isBasePrice(line))
                        .toList();
                List<Paid> paid = paid("seed " + seed + ", " + item, lines);
                for (Paid had : had(item, lived.story.history)) {
                    assertThat(paid.stream()
                                    .anyMatch(each -> !each.from().isAfter(had.from())
                                            && !each.until().isBefore(had.until())))
                            .as("seed %d, %s: paid from %s to %s", seed, item, had.from(), had.until())
                            .isTrue();
                }
            }
        }
    }

    private static boolean isBasePrice(EngineStory.Line line) {
        return List.of("base", "module", "boost", "post")
                .contains(String.valueOf(line.charge().charge()));
    }

    private record Paid(Instant from, Instant until, BigDecimal net) {}

    /** One stretch after the other; what is given back ends one at the instant from which on it is given back. */
    private static List<Paid> paid(String who, List<EngineStory.Line> lines) {
        List<Paid> all = new ArrayList<>();
        for (EngineStory.Line line : lines) {
            Instant from = Objects.requireNonNull(line.charge().from());
            Instant until = Objects.requireNonNull(line.charge().until());
            Paid last = all.isEmpty()
                    ? new Paid(Instant.EPOCH, Instant.EPOCH.plusSeconds(1), BigDecimal.ZERO)
                    : all.get(all.size() - 1);
            if (line.charge().amount().isNegative()) {
                assertThat(last.until())
                        .as("%s: only what was paid is given back: %s", who, line)
                        .isEqualTo(until);
                assertThat(line.net().amount().negate())
                        .as("%s: no more than was paid is given back: %s", who, line)
                        .isLessThanOrEqualTo(last.net());
                all.set(all.size() - 1, new Paid(last.from(), from, last.net()));
            } else {
                // Of the last seconds of a period nothing is given back where they are worth less than half a cent.
                BigDecimal twice = from.isBefore(last.until())
                        ? last.net()
                                .multiply(seconds(from, last.until()))
                                .divide(seconds(last.from(), last.until()), 2, RoundingMode.HALF_UP)
                        : BigDecimal.ZERO;
                assertThat(twice).as("%s: not paid twice: %s", who, line).isEqualByComparingTo("0");
                all.add(new Paid(from, until, line.net().amount()));
            }
        }
        return all;
    }

    private static BigDecimal seconds(Instant from, Instant until) {
        return BigDecimal.valueOf(Duration.between(from, until).toSeconds());
    }

    /** Stretches in which an item was had and charged for, within one period each. */
    private static List<Paid> had(String item, List<EngineStory.Charged> history) {
        List<Paid> stretches = new ArrayList<>();
        for (int i = 0; i + 1 < history.size(); i++) {
            Instant from = history.get(i).from();
            Instant until = history.get(i + 1).from();
            if (history.get(i).items().contains(item) && from.isBefore(until)) {
                stretches.add(new Paid(from, until, BigDecimal.ZERO));
            }
        }
        return stretches;
    }

    /** What was charged and credited at each instant; without instants at which that comes to nothing. */
    private static <T> Map<Instant, BigDecimal> byInstant(
            List<T> lines, Function<T, Instant> at, Function<T, BigDecimal> net) {
        Map<Instant, BigDecimal> sums = lines.stream()
                .collect(Collectors.groupingBy(
                        at, TreeMap::new, Collectors.reducing(new BigDecimal("0.00"), net, BigDecimal::add)));
        sums.values().removeIf(sum -> sum.signum() == 0);
        return sums;
    }
}
