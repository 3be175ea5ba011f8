package io.tenancy.billing.independent;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant owes, from what it had and when. It first lays out the whole life as stretches of time in which nothing
 * changed; then each stretch has a price that depends on nothing but its two ends, its period and its discount:
 *
 * <pre>
 *   charged  = price × left(begin) / whole period, rounded; the whole price where the stretch begins with the period
 *   credited = price × left(end) / whole period, rounded, less its part of the discount; nothing at the period's end
 * </pre>
 *
 * <p>Amounts are decimals with two places. Nothing here comes from the code under test, and nothing may.
 */
public final class IndependentBill {

    /** What a plan or an add-on costs; {@code days} is how long an add-on lasts, 0 for as long as the plan. */
    public record Offer(String code, Set<String> plans, int days, List<Fee> fees) {}

    /** A part of what an offer costs. */
    public sealed interface Fee {
        String code();
    }

    /** In advance, by interval; per seat beyond the free ones, or once. */
    public record Advance(String code, Map<String, BigDecimal> prices, boolean perSeat, long free) implements Fee {}

    /** Afterwards, by graduated steps, beyond what is free. */
    public record Metered(String code, String metric, BigDecimal free, List<Step> steps) implements Fee {}

    /** Up to which unit, null for all, and the price of one. */
    public record Step(@Nullable BigDecimal upTo, BigDecimal price) {}

    /** Afterwards, of money that was counted. */
    public record Commission(String code, String metric, BigDecimal rate) implements Fee {}

    /** What the two above come to at least, by interval. */
    public record Least(String code, Map<String, BigDecimal> prices) implements Fee {}

    /** Once. */
    public record Once(String code, BigDecimal price) implements Fee {}

    /** Something that the tenant did. */
    public sealed interface Event {
        Instant at();
    }

    /** Another plan; an empty interval stays, and so do 0 seats. */
    public record ToPlan(Instant at, String plan, String every, long seats) implements Event {}

    public record Seats(Instant at, long seats) implements Event {}

    public record AddOn(Instant at, String code, long count) implements Event {}

    public record NoAddOn(Instant at, String code) implements Event {}

    public record Pause(Instant at) implements Event {}

    public record Resume(Instant at) implements Event {}

    /** To the end of the trial or of the period. */
    public record Cancel(Instant at) implements Event {}

    /** The cancellation is taken back. */
    public record Keep(Instant at) implements Event {}

    public record End(Instant at, boolean credit) implements Event {}

    /** Takes off a share or an amount, for a number of periods or, where that is null, for ever. */
    public record Coupon(
            Instant at,
            @Nullable BigDecimal share,
            @Nullable BigDecimal amount,
            @Nullable Integer periods) implements Event {}

    /** What was used, and since when that is known. */
    public record Usage(Instant at, String metric, BigDecimal quantity, Instant known) {}

    /** Who the tenant is and what it began with. */
    public record Beginning(
            Instant at, ZoneId zone, int trialDays, String plan, long seats, String every, boolean perDay) {}

    /** An amount at an instant: with the discount taken off, and the tax on it. */
    public record Line(Instant at, String what, BigDecimal net, BigDecimal tax) {}

    private static final BigDecimal NOTHING = new BigDecimal("0.00");
    private static final Instant WHEN_RESUMED = Instant.MAX;

    private final Map<String, Offer> offers = new LinkedHashMap<>();
    private final Duration late;
    private final BigDecimal taxRate;
    private final Beginning beginning;
    private final List<Event> events;
    private final List<Usage> usage;
    private final Instant horizon;

    private final List<Cell> cells = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    private @Nullable Instant overAt;
    private boolean creditAtEnd;

    public IndependentBill(
            List<Offer> offers,
            Duration late,
            BigDecimal taxRate,
            Beginning beginning,
            List<Event> events,
            List<Usage> usage,
            Instant horizon) {
        offers.forEach(each -> this.offers.put(each.code(), each));
        this.late = late;
        this.taxRate = taxRate;
        this.beginning = beginning;
        this.events = events.stream().sorted(Comparator.comparing(Event::at)).toList();
        this.usage = List.copyOf(usage);
        this.horizon = horizon;
    }

    // ---- What the tenant had ----

    private enum Mode {
        TRIAL,
        PAID,
        PAUSED,
        OVER
    }

    /** An offer that is had. */
    private record Had(
            String code,
            long count,
            Instant since,
            @Nullable Instant until) {}

    /** Had from an instant on; the plan is the first of what is had. */
    private record State(Instant from, Mode mode, LocalDateTime anchor, Instant eraFrom, String every, List<Had> had) {}

    /** A stretch in which nothing changed, within one period. */
    private record Cell(
            Instant from, Instant until, Instant periodFrom, Instant periodUntil, boolean begins, State state) {}

    private LocalDateTime local(Instant at) {
        return LocalDateTime.ofInstant(at, beginning.zone());
    }

    private Instant instant(LocalDateTime local) {
        return local.atZone(beginning.zone()).toInstant();
    }

    private Instant periodStart(LocalDateTime anchor, String every, long number) {
        LocalDate day = anchor.toLocalDate();
        LocalDate begin = switch (every) {
            case "month" -> day.plusMonths(number);
            case "quarter" -> day.plusMonths(3 * number);
            case "year" -> day.plusYears(number);
            default -> day.plusDays(45 * number);
        };
        return instant(begin.atTime(anchor.toLocalTime()));
    }

    private Instant periodEnd(State state, Instant at) {
        long number = 1;
        while (!periodStart(state.anchor(), state.every(), number).isAfter(at)) {
            number++;
        }
        return periodStart(state.anchor(), state.every(), number);
    }

    private List<State> history() {
        Instant start = beginning.at();
        Instant paidFrom =
                beginning.trialDays() == 0 ? start : instant(local(start).plusDays(beginning.trialDays()));
        List<State> states = new ArrayList<>();
        State state = new State(
                start,
                beginning.trialDays() == 0 ? Mode.PAID : Mode.TRIAL,
                local(paidFrom),
                paidFrom,
                beginning.every(),
                List.of(new Had(beginning.plan(), beginning.seats(), start, null)));
        states.add(state);
        Instant cancelAt = null;
        int next = 0;
        while (state.mode() != Mode.OVER) {
            TreeSet<Instant> due = new TreeSet<>();
            if (next < events.size()) {
                due.add(events.get(next).at());
            }
            state.had().stream().map(Had::until).filter(until -> until != null).forEach(due::add);
            if (cancelAt != null) {
                due.add(cancelAt);
            }
            if (state.mode() == Mode.TRIAL) {
                due.add(paidFrom);
            }
            if (due.isEmpty() || due.first().isAfter(horizon)) {
                break;
            }
            Instant at = due.first();
            if (state.mode() == Mode.TRIAL && at.equals(paidFrom)) {
                state = with(state, at, Mode.PAID, state.had());
            }
            while (next < events.size() && events.get(next).at().equals(at)) {
                Event event = events.get(next++);
                if (event instanceof Cancel) {
                    cancelAt = state.mode() == Mode.TRIAL ? paidFrom : periodEnd(state, at);
                } else if (event instanceof Keep) {
                    cancelAt = null;
                } else {
                    boolean followsPeriod =
                            state.mode() == Mode.PAID && periodEnd(state, at).equals(cancelAt);
                    State before = state;
                    state = after(state, event);
                    if (followsPeriod && !state.eraFrom().equals(before.eraFrom())) {
                        cancelAt = periodEnd(state, at);
                    }
                }
            }
            List<Had> left = state.had().stream()
                    .filter(had -> had.until() == null || had.until().isAfter(at))
                    .toList();
            state = with(state, at, state.mode(), left);
            if (cancelAt != null && cancelAt.equals(at)) {
                state = with(state, at, Mode.OVER, state.had());
            }
            if (state.mode() == Mode.OVER) {
                overAt = at;
            }
            states.add(state);
        }
        return states;
    }

    private static State with(State state, Instant from, Mode mode, List<Had> had) {
        return new State(from, mode, state.anchor(), state.eraFrom(), state.every(), had);
    }

    private State after(State state, Event event) {
        Instant at = event.at();
        List<Had> had = new ArrayList<>(state.had());
        Mode mode = state.mode();
        if (event instanceof Seats seats) {
            Had plan = had.get(0);
            had.set(0, new Had(plan.code(), seats.seats(), plan.since(), null));
        } else if (event instanceof AddOn bought) {
            addOn(had, bought);
        } else if (event instanceof NoAddOn gone) {
            had.removeIf(each -> each.code().equals(gone.code()));
        } else if (event instanceof Pause) {
            mode = Mode.PAUSED;
        } else if (event instanceof Resume && state.eraFrom().equals(WHEN_RESUMED)) {
            return new State(at, Mode.PAID, local(at), at, state.every(), had);
        } else if (event instanceof Resume) {
            mode = Mode.PAID;
        } else if (event instanceof End end) {
            mode = Mode.OVER;
            creditAtEnd = end.credit();
        } else if (event instanceof ToPlan to) {
            return toPlan(state, to, had);
        }
        return with(state, at, mode, had);
    }

    private void addOn(List<Had> had, AddOn bought) {
        for (int i = 1; i < had.size(); i++) {
            Had known = had.get(i);
            if (known.code().equals(bought.code())) {
                had.set(i, new Had(known.code(), bought.count(), known.since(), known.until()));
                return;
            }
        }
        int days = offer(bought.code()).days();
        Instant until = days == 0 ? null : instant(local(bought.at()).plusDays(days));
        had.add(new Had(bought.code(), bought.count(), bought.at(), until));
    }

    private State toPlan(State state, ToPlan to, List<Had> had) {
        had.removeIf(each -> !each.code().equals(state.had().get(0).code())
                && !offer(each.code()).plans().isEmpty()
                && !offer(each.code()).plans().contains(to.plan()));
        Had old = had.get(0);
        had.set(0, new Had(to.plan(), to.seats() == 0 ? old.count() : to.seats(), to.at(), null));
        if (to.every().isEmpty() || to.every().equals(state.every())) {
            return with(state, to.at(), state.mode(), had);
        }
        if (state.mode() == Mode.PAUSED) {
            return new State(to.at(), state.mode(), state.anchor(), WHEN_RESUMED, to.every(), had);
        }
        if (state.mode() == Mode.TRIAL) {
            return new State(to.at(), state.mode(), state.anchor(), state.eraFrom(), to.every(), had);
        }
        return new State(to.at(), state.mode(), local(to.at()), to.at(), to.every(), had);
    }

    private Offer offer(String code) {
        Offer found = offers.get(code);
        if (found == null) {
            throw new IllegalArgumentException(code);
        }
        return found;
    }

    private void layOut() {
        List<State> states = history();
        for (int i = 0; i < states.size(); i++) {
            State state = states.get(i);
            Instant until = i + 1 < states.size() ? states.get(i + 1).from() : Instant.MAX;
            if (state.mode() != Mode.PAID || !state.from().isBefore(until)) {
                continue;
            }
            for (long number = 0; ; number++) {
                Instant begin = periodStart(state.anchor(), state.every(), number);
                Instant end = periodStart(state.anchor(), state.every(), number + 1);
                if (begin.isAfter(horizon) || !begin.isBefore(until)) {
                    break;
                }
                Instant from = begin.isBefore(state.from()) ? state.from() : begin;
                Instant to = end.isAfter(until) ? until : end;
                if (from.isBefore(to)) {
                    boolean begins = from.equals(begin) || from.equals(state.eraFrom());
                    cells.add(new Cell(from, to, begin, end, begins, state));
                }
            }
        }
    }

    // ---- What that costs ----

    /** Something charged in advance, as long as its price stays. */
    private static final class Advanced {
        final String what;
        final int position;
        final BigDecimal price;
        final Cell first;
        Instant until;
        BigDecimal gross = NOTHING;
        BigDecimal discount = NOTHING;

        Advanced(String what, int position, BigDecimal price, Cell first) {
            this.what = what;
            this.position = position;
            this.price = price;
            this.first = first;
            this.until = first.until();
        }
    }

    /** What was used of an offer in a stretch. */
    private static final class Used {
        final String code;
        final int position;
        final Cell first;
        Instant until;
        boolean closed;
        final Map<String, BigDecimal> charged = new LinkedHashMap<>();
        final Map<String, BigDecimal> discounts = new LinkedHashMap<>();

        Used(String code, int position, Cell first) {
            this.code = code;
            this.position = position;
            this.first = first;
            this.until = first.until();
        }
    }

    private static final class Redeemed {
        final Coupon coupon;

        @Nullable Integer left;

        Redeemed(Coupon coupon) {
            this.coupon = coupon;
            this.left = coupon.periods();
        }

        boolean isUsedUp() {
            return left != null && left == 0;
        }
    }

    /** Something that the discounts of an invoice lower. */
    private static final class Lowered {
        final String what;
        final BigDecimal amount;
        final Consumer<BigDecimal> tell;
        BigDecimal left;

        Lowered(String what, BigDecimal amount, Consumer<BigDecimal> tell) {
            this.what = what;
            this.amount = amount;
            this.tell = tell;
            this.left = amount;
        }
    }

    private final List<Advanced> advanced = new ArrayList<>();
    private final List<Used> used = new ArrayList<>();
    private final List<Redeemed> redeemed = new ArrayList<>();
    private final Set<String> once = new HashSet<>();

    /** All of them, in the order of time. */
    public List<Line> lines() {
        layOut();
        stretch();
        TreeSet<Instant> instants = new TreeSet<>();
        cells.forEach(cell -> {
            instants.add(cell.from());
            instants.add(cell.until());
        });
        if (overAt != null) {
            instants.add(overAt.plus(late));
        }
        events.stream().filter(Coupon.class::isInstance).map(Event::at).forEach(instants::add);
        for (Instant at : instants) {
            if (!at.isAfter(horizon)) {
                billAt(at);
            }
        }
        return lines;
    }

    private void stretch() {
        Map<String, Advanced> open = new LinkedHashMap<>();
        Map<String, Used> metering = new LinkedHashMap<>();
        for (Cell cell : cells) {
            int position = 0;
            for (Had had : cell.state().had()) {
                String id = had.code() + had.since() + cell.periodFrom();
                for (Fee fee : offer(had.code()).fees()) {
                    position++;
                    if (fee instanceof Advance advance) {
                        BigDecimal price = price(advance, had, cell.state());
                        String key = id + advance.code();
                        Advanced running = open.get(key);
                        if (running != null
                                && running.until.equals(cell.from())
                                && running.price.compareTo(price) == 0) {
                            running.until = cell.until();
                        } else if (price.signum() != 0) {
                            Advanced begun = new Advanced(had.code() + "/" + advance.code(), position, price, cell);
                            open.put(key, begun);
                            advanced.add(begun);
                        } else {
                            open.remove(key);
                        }
                    }
                }
                if (offer(had.code()).fees().stream()
                        .anyMatch(fee -> !(fee instanceof Advance) && !(fee instanceof Once))) {
                    Used running = metering.get(id);
                    if (running != null && running.until.equals(cell.from())) {
                        running.until = cell.until();
                    } else {
                        Used begun = new Used(had.code(), position, cell);
                        metering.put(id, begun);
                        used.add(begun);
                    }
                }
            }
        }
        used.sort(Comparator.comparing((Used each) -> each.until).thenComparing(each -> each.position));
    }

    private static BigDecimal price(Advance fee, Had had, State state) {
        BigDecimal price = fee.prices().get(state.every());
        if (price == null) {
            throw new IllegalArgumentException(fee.code() + " by the " + state.every());
        }
        boolean plan = state.had().get(0).equals(had);
        long times = fee.perSeat() ? Math.max(0, had.count() - fee.free()) : plan ? 1 : had.count();
        return price.multiply(BigDecimal.valueOf(times));
    }

    private BigDecimal left(Advanced item, Instant at) {
        Cell cell = item.first;
        if (at.equals(cell.periodFrom())) {
            return item.price;
        }
        if (beginning.perDay()) {
            long days = ChronoUnit.DAYS.between(
                    local(at).toLocalDate(), local(cell.periodUntil()).toLocalDate());
            long all = ChronoUnit.DAYS.between(
                    local(cell.periodFrom()).toLocalDate(),
                    local(cell.periodUntil()).toLocalDate());
            BigDecimal fraction = BigDecimal.valueOf(days).divide(BigDecimal.valueOf(all), 9, RoundingMode.HALF_UP);
            return item.price.multiply(fraction).setScale(2, RoundingMode.HALF_UP);
        }
        return part(item.price, seconds(at, cell.periodUntil()), seconds(cell.periodFrom(), cell.periodUntil()));
    }

    private static BigDecimal seconds(Instant from, Instant until) {
        return BigDecimal.valueOf(until.getEpochSecond() - from.getEpochSecond());
    }

    private static BigDecimal part(BigDecimal amount, BigDecimal part, BigDecimal whole) {
        return amount.multiply(part).divide(whole, 2, RoundingMode.HALF_UP);
    }

    private static BigDecimal rounded(BigDecimal amount) {
        return amount.setScale(2, RoundingMode.HALF_UP);
    }

    // ---- Instant by instant, since discounts depend on what else is on the invoice ----

    private void billAt(Instant at) {
        for (Event event : events) {
            if (event instanceof Coupon coupon && coupon.at().equals(at)) {
                redeemed.add(new Redeemed(coupon));
            }
        }
        boolean renews = cells.stream()
                .anyMatch(cell -> cell.until().equals(at) && cell.periodUntil().equals(at));
        boolean begins = cells.stream().anyMatch(cell -> cell.from().equals(at) && cell.begins());
        List<Lowered> lowered = new ArrayList<>();
        if (renews) {
            redeemed.removeIf(Redeemed::isUsedUp);
        }
        for (Used each : used) {
            if (each.until.equals(at)) {
                chargeUsage(each, at, renews, lowered);
            }
        }
        for (Used each : used) {
            if (each.until.isBefore(at) && !each.closed && (renews || isLastLook(at))) {
                chargeUsage(each, at, renews, lowered);
                each.closed = each.until.plus(late).isBefore(at);
            }
        }
        creditAt(at);
        if (begins) {
            redeemed.removeIf(Redeemed::isUsedUp);
        } else if (isResumedInAnotherPeriod(at)) {
            redeemed.removeIf(Redeemed::isUsedUp);
        }
        chargeAhead(at, begins, lowered);
        if (renews || begins) {
            invoice(at, lowered);
        }
    }

    private boolean isLastLook(Instant at) {
        return overAt != null && overAt.plus(late).equals(at);
    }

    private boolean isResumedInAnotherPeriod(Instant at) {
        for (int i = 1; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            Cell before = cells.get(i - 1);
            if (cell.from().equals(at) && before.until().isBefore(at)) {
                return !cell.periodFrom().equals(before.periodFrom());
            }
        }
        return false;
    }

    private void chargeUsage(Used stretch, Instant at, boolean renews, List<Lowered> lowered) {
        Map<String, BigDecimal> worth = worth(stretch, at);
        List<String> codes = new ArrayList<>(worth.keySet());
        if (stretch.until.isBefore(at)) {
            // Looked at again, in the order of the catalogue.
            codes = offer(stretch.code).fees().stream()
                    .map(Fee::code)
                    .filter(worth::containsKey)
                    .toList();
        }
        for (String code : codes) {
            BigDecimal was = stretch.charged.getOrDefault(code, NOTHING);
            BigDecimal more = worth.getOrDefault(code, NOTHING).subtract(was);
            BigDecimal taken = stretch.discounts.getOrDefault(code, NOTHING);
            String what = stretch.code + "/" + code;
            if (more.signum() < 0) {
                BigDecimal back = part(taken, more.negate(), was);
                stretch.discounts.put(code, taken.subtract(back));
                line(at, what, more.add(back));
            } else if (more.signum() > 0 && renews) {
                lowered.add(new Lowered(what, more, off -> stretch.discounts.merge(code, off, BigDecimal::add)));
            } else if (more.signum() > 0) {
                BigDecimal net = lessShares(more);
                stretch.discounts.merge(code, more.subtract(net), BigDecimal::add);
                line(at, what, net);
            }
            stretch.charged.put(code, worth.getOrDefault(code, NOTHING));
        }
    }

    private Map<String, BigDecimal> worth(Used stretch, Instant known) {
        BigDecimal length = seconds(stretch.first.from(), stretch.until);
        BigDecimal whole = seconds(stretch.first.periodFrom(), stretch.first.periodUntil());
        Map<String, BigDecimal> worth = new LinkedHashMap<>();
        BigDecimal sum = NOTHING;
        for (Fee fee : offer(stretch.code).fees()) {
            BigDecimal amount = null;
            if (fee instanceof Metered metered) {
                BigDecimal free = metered.free().multiply(length).divide(whole, 9, RoundingMode.HALF_UP);
                BigDecimal beyond = total(metered.metric(), stretch, known).subtract(free);
                amount = rounded(graduated(metered, beyond.max(BigDecimal.ZERO)));
            } else if (fee instanceof Commission commission) {
                amount = rounded(total(commission.metric(), stretch, known).multiply(commission.rate()));
            }
            if (amount != null) {
                worth.put(fee.code(), amount);
                sum = sum.add(amount);
            }
        }
        for (Fee fee : offer(stretch.code).fees()) {
            if (fee instanceof Least least) {
                BigDecimal price =
                        least.prices().getOrDefault(stretch.first.state().every(), NOTHING);
                worth.put(fee.code(), part(price, length, whole).subtract(sum).max(NOTHING));
            }
        }
        return worth;
    }

    private static BigDecimal graduated(Metered metered, BigDecimal units) {
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal below = BigDecimal.ZERO;
        for (Step step : metered.steps()) {
            BigDecimal upTo = step.upTo() == null ? units : units.min(step.upTo());
            sum = sum.add(upTo.subtract(below).max(BigDecimal.ZERO).multiply(step.price()));
            below = upTo;
        }
        return sum;
    }

    private BigDecimal total(String metric, Used stretch, Instant known) {
        long from = Math.floorDiv(stretch.first.from().getEpochSecond(), 3600L);
        long until = Math.floorDiv(stretch.until.getEpochSecond(), 3600L);
        BigDecimal sum = BigDecimal.ZERO;
        for (Usage each : usage) {
            long hour = Math.floorDiv(each.at().getEpochSecond(), 3600L);
            if (each.metric().equals(metric) && !each.known().isAfter(known) && hour >= from && hour < until) {
                sum = sum.add(each.quantity());
            }
        }
        return sum;
    }

    private void creditAt(Instant at) {
        boolean kept = at.equals(overAt) && !creditAtEnd;
        for (Advanced each : advanced) {
            if (each.until.equals(at) && at.isBefore(each.first.periodUntil()) && !kept) {
                BigDecimal unused = left(each, at);
                BigDecimal off = each.gross.signum() == 0 ? each.discount : part(each.discount, unused, each.gross);
                line(at, each.what, unused.subtract(off).negate());
            }
        }
    }

    private void chargeAhead(Instant at, boolean begins, List<Lowered> lowered) {
        Map<Integer, Lowered> ahead = new TreeMap<>();
        for (Advanced each : advanced) {
            if (each.first.from().equals(at)) {
                each.gross = left(each, at);
                ahead.put(each.position, new Lowered(each.what, each.gross, off -> each.discount = off));
            }
        }
        for (Cell cell : cells) {
            if (cell.from().equals(at)) {
                int position = 0;
                for (Had had : cell.state().had()) {
                    for (Fee fee : offer(had.code()).fees()) {
                        position++;
                        if (fee instanceof Once setUp && once.add(had.code() + "/" + fee.code())) {
                            String what = had.code() + "/" + fee.code();
                            ahead.put(position, new Lowered(what, setUp.price(), off -> {}));
                        }
                    }
                }
            }
        }
        for (Lowered each : ahead.values()) {
            if (begins) {
                lowered.add(each);
            } else {
                BigDecimal net = lessShares(each.amount);
                each.tell.accept(each.amount.subtract(net));
                line(at, each.what, net);
            }
        }
    }

    private BigDecimal lessShares(BigDecimal amount) {
        BigDecimal left = amount;
        for (Redeemed each : redeemed) {
            BigDecimal share = each.coupon.share();
            if (share != null) {
                left = left.subtract(rounded(left.multiply(share)));
            }
        }
        return left;
    }

    private void invoice(Instant at, List<Lowered> lowered) {
        for (Redeemed each : redeemed) {
            if (!each.isUsedUp()) {
                takeOff(each.coupon, lowered);
                if (each.left != null) {
                    each.left--;
                }
            }
        }
        for (Lowered each : lowered) {
            BigDecimal off = each.amount.subtract(each.left);
            each.tell.accept(off);
            line(at, each.what, each.left);
        }
    }

    private static void takeOff(Coupon coupon, List<Lowered> lowered) {
        BigDecimal all = lowered.stream().map(each -> each.left).reduce(NOTHING, BigDecimal::add);
        if (all.signum() == 0) {
            return;
        }
        BigDecimal share = coupon.share();
        BigDecimal amount = coupon.amount();
        BigDecimal off = share != null ? rounded(all.multiply(share)) : amount == null ? NOTHING : amount.min(all);
        List<BigDecimal> parts = new ArrayList<>();
        List<BigDecimal> rests = new ArrayList<>();
        BigDecimal missing = off;
        for (Lowered each : lowered) {
            BigDecimal exactly = off.multiply(each.left);
            BigDecimal down = exactly.divide(all, 2, RoundingMode.DOWN);
            parts.add(down);
            rests.add(exactly.subtract(down.multiply(all)));
            missing = missing.subtract(down);
        }
        BigDecimal cent = new BigDecimal("0.01");
        while (missing.signum() > 0) {
            int most = 0;
            for (int i = 1; i < rests.size(); i++) {
                if (rests.get(i).compareTo(rests.get(most)) > 0) {
                    most = i;
                }
            }
            parts.set(most, parts.get(most).add(cent));
            rests.set(most, BigDecimal.valueOf(-1));
            missing = missing.subtract(cent);
        }
        for (int i = 0; i < parts.size(); i++) {
            lowered.get(i).left = lowered.get(i).left.subtract(parts.get(i));
        }
    }

    private void line(Instant at, String what, BigDecimal net) {
        if (net.signum() != 0) {
            lines.add(new Line(at, what, net, rounded(net.multiply(taxRate))));
        }
    }
}
