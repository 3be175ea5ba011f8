package io.tenancy.billing.independent;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
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

    /** What was used, and since when that is known. */
    public record Usage(Instant at, String metric, BigDecimal quantity, Instant known) {}

    /** Who the tenant is and what it began with. */
    public record Beginning(
            Instant at, ZoneId zone, int trialDays, String plan, long seats, String every, boolean perDay) {}

    /** An amount at an instant: what for without its edition, with the discount taken off, and the tax on it. */
    public record Line(Instant at, String what, BigDecimal net, BigDecimal tax) {}

    private static final BigDecimal NOTHING = new BigDecimal("0.00");

    private final Map<String, Offer> offers = new LinkedHashMap<>();
    private final Duration late;
    private final BigDecimal taxRate;
    private final Beginning beginning;
    private final List<Event.Coupon> coupons;
    private final List<Usage> usage;
    private final Instant horizon;

    private final List<Line> lines = new ArrayList<>();
    private final Life life;
    private final List<Life.Cell> cells;

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
        this.coupons = events.stream()
                .filter(Event.Coupon.class::isInstance)
                .map(Event.Coupon.class::cast)
                .sorted(Comparator.comparing(Event.Coupon::at))
                .toList();
        this.life = new Life(beginning, events, this::offer, horizon);
        this.cells = life.cells;
        this.usage = List.copyOf(usage);
        this.horizon = horizon;
    }

    // ---- What that costs ----

    /** Something charged in advance, as long as its price stays. */
    private static final class Advanced {
        final String what;
        final int position;
        final BigDecimal price;
        final Life.Cell first;
        Instant until;
        BigDecimal gross = NOTHING;
        BigDecimal discount = NOTHING;

        Advanced(String what, int position, BigDecimal price, Life.Cell first) {
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
        final Instant rank;
        final Life.Cell first;
        Instant until;
        boolean closed;
        final Map<String, BigDecimal> charged = new LinkedHashMap<>();
        final Map<String, BigDecimal> discounts = new LinkedHashMap<>();

        Used(String code, Instant rank, Life.Cell first) {
            this.code = code;
            this.rank = rank;
            this.first = first;
            this.until = first.until();
        }
    }

    private static final class Redeemed {
        final Event.Coupon coupon;

        @Nullable Integer left;

        Redeemed(Event.Coupon coupon) {
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
        stretch();
        TreeSet<Instant> instants = new TreeSet<>();
        cells.forEach(cell -> {
            instants.add(cell.from());
            instants.add(cell.until());
        });
        if (life.overAt != null) {
            instants.add(life.overAt.plus(late));
        }
        coupons.forEach(coupon -> instants.add(coupon.at()));
        for (Instant at : instants) {
            if (!at.isAfter(horizon)) {
                billAt(at);
            }
        }
        return lines;
    }

    private static String what(String offer, String fee) {
        return Offer.name(offer) + "/" + fee;
    }

    private Offer offer(String code) {
        Offer found = offers.get(code);
        if (found == null) {
            throw new IllegalArgumentException(code);
        }
        return found;
    }

    private void stretch() {
        Map<String, Advanced> open = new LinkedHashMap<>();
        Map<String, Used> metering = new LinkedHashMap<>();
        for (Life.Cell cell : cells) {
            int position = 0;
            for (Life.Had had : cell.state().had()) {
                String id = had.code() + had.since() + cell.periodFrom();
                for (Offer.Fee fee : offer(had.code()).fees()) {
                    position++;
                    if (fee instanceof Offer.Advance advance) {
                        BigDecimal price = price(advance, had, cell.state());
                        String key = id + advance.code();
                        Advanced running = open.get(key);
                        if (running != null
                                && running.until.equals(cell.from())
                                && running.price.compareTo(price) == 0) {
                            running.until = cell.until();
                        } else if (price.signum() != 0) {
                            Advanced begun = new Advanced(what(had.code(), advance.code()), position, price, cell);
                            open.put(key, begun);
                            advanced.add(begun);
                        } else {
                            open.remove(key);
                        }
                    }
                }
                if (offer(had.code()).fees().stream()
                        .anyMatch(fee -> !(fee instanceof Offer.Advance) && !(fee instanceof Offer.Once))) {
                    Used running = metering.get(id);
                    if (running != null && running.until.equals(cell.from())) {
                        running.until = cell.until();
                    } else {
                        // The plan comes first, then what was bought before; fees of an earlier plan do not count.
                        boolean plan = cell.state().had().get(0).equals(had);
                        Used begun = new Used(had.code(), plan ? Instant.MIN : had.since(), cell);
                        metering.put(id, begun);
                        used.add(begun);
                    }
                }
            }
        }
        used.sort(Comparator.comparing((Used each) -> each.until).thenComparing(each -> each.rank));
    }

    private static BigDecimal price(Offer.Advance fee, Life.Had had, Life.State state) {
        BigDecimal price = fee.prices().get(state.every());
        if (price == null) {
            throw new IllegalArgumentException(fee.code() + " by the " + state.every());
        }
        boolean plan = state.had().get(0).equals(had);
        long times = fee.perSeat() ? Math.max(0, had.count() - fee.free()) : plan ? 1 : had.count();
        return price.multiply(BigDecimal.valueOf(times));
    }

    private BigDecimal left(Advanced item, Instant at) {
        Life.Cell cell = item.first;
        if (at.equals(cell.periodFrom())) {
            return item.price;
        }
        if (beginning.perDay()) {
            long days = ChronoUnit.DAYS.between(
                    life.local(at).toLocalDate(), life.local(cell.periodUntil()).toLocalDate());
            long all = ChronoUnit.DAYS.between(
                    life.local(cell.periodFrom()).toLocalDate(),
                    life.local(cell.periodUntil()).toLocalDate());
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
        for (Event.Coupon coupon : coupons) {
            if (coupon.at().equals(at)) {
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
        return life.overAt != null && life.overAt.plus(late).equals(at);
    }

    private boolean isResumedInAnotherPeriod(Instant at) {
        for (int i = 1; i < cells.size(); i++) {
            Life.Cell cell = cells.get(i);
            Life.Cell before = cells.get(i - 1);
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
                    .map(Offer.Fee::code)
                    .filter(worth::containsKey)
                    .toList();
        }
        for (String code : codes) {
            BigDecimal was = stretch.charged.getOrDefault(code, NOTHING);
            BigDecimal more = worth.getOrDefault(code, NOTHING).subtract(was);
            BigDecimal taken = stretch.discounts.getOrDefault(code, NOTHING);
            String what = what(stretch.code, code);
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
        for (Offer.Fee fee : offer(stretch.code).fees()) {
            BigDecimal amount = null;
            if (fee instanceof Offer.Metered metered) {
                BigDecimal free = metered.free().multiply(length).divide(whole, 9, RoundingMode.HALF_UP);
                BigDecimal beyond = total(metered.metric(), stretch, known).subtract(free);
                amount = rounded(graduated(metered, beyond.max(BigDecimal.ZERO)));
            } else if (fee instanceof Offer.Commission commission) {
                amount = rounded(total(commission.metric(), stretch, known).multiply(commission.rate()));
            }
            if (amount != null) {
                worth.put(fee.code(), amount);
                sum = sum.add(amount);
            }
        }
        for (Offer.Fee fee : offer(stretch.code).fees()) {
            if (fee instanceof Offer.Least least) {
                BigDecimal price =
                        least.prices().getOrDefault(stretch.first.state().every(), NOTHING);
                worth.put(fee.code(), part(price, length, whole).subtract(sum).max(NOTHING));
            }
        }
        return worth;
    }

    private static BigDecimal graduated(Offer.Metered metered, BigDecimal units) {
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal below = BigDecimal.ZERO;
        for (Offer.Step step : metered.steps()) {
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
        boolean kept = at.equals(life.overAt) && !life.creditAtEnd;
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
        for (Life.Cell cell : cells) {
            if (cell.from().equals(at)) {
                int position = 0;
                for (Life.Had had : cell.state().had()) {
                    for (Offer.Fee fee : offer(had.code()).fees()) {
                        position++;
                        if (fee instanceof Offer.Once setUp && once.add(what(had.code(), fee.code()))) {
                            String what = what(had.code(), fee.code());
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

    private static void takeOff(Event.Coupon coupon, List<Lowered> lowered) {
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
