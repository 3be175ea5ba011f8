package io.tenancy.billing.independent;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a tenant had and when, laid out as stretches in which nothing changed. */
final class Life {

    private static final Instant WHEN_RESUMED = Instant.MAX;

    enum Mode {
        TRIAL,
        PAID,
        PAUSED,
        OVER
    }

    /** An offer that is had. */
    record Had(
            String code,
            long count,
            Instant since,
            @Nullable Instant until) {}

    /** Had from an instant on; the plan is the first of what is had. */
    record State(Instant from, Mode mode, LocalDateTime anchor, Instant eraFrom, String every, List<Had> had) {}

    /** A stretch in which nothing changed, within one period. */
    record Cell(Instant from, Instant until, Instant periodFrom, Instant periodUntil, boolean begins, State state) {}

    final List<Cell> cells = new ArrayList<>();

    @Nullable Instant overAt;

    boolean creditAtEnd;
    private final IndependentBill.Beginning beginning;
    private final List<Event> events;
    private final Function<String, Offer> offers;
    private final Instant horizon;
    private Instant paidFrom;
    private final List<State> states = new ArrayList<>();
    private @Nullable Instant cancelAt;

    Life(IndependentBill.Beginning beginning, List<Event> events, Function<String, Offer> offers, Instant horizon) {
        this.beginning = beginning;
        this.events = new ArrayList<>(
                events.stream().sorted(Comparator.comparing(Event::at)).toList());
        this.offers = offers;
        this.horizon = horizon;
        Instant start = beginning.at();
        boolean trial = beginning.trialDays() > 0;
        paidFrom = trial ? instant(local(start).plusDays(beginning.trialDays())) : start;
        states.add(new State(
                start,
                trial ? Mode.TRIAL : Mode.PAID,
                local(paidFrom),
                paidFrom,
                beginning.every(),
                List.of(new Had(beginning.plan(), beginning.seats(), start, null))));
        live();
        layOut();
    }

    LocalDateTime local(Instant at) {
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

    private void live() {
        int next = 0;
        for (Instant at = nextInstant(next); !at.isAfter(horizon); at = nextInstant(next)) {
            State state = last();
            if (state.mode() == Mode.TRIAL && at.equals(paidFrom)) {
                state = with(state, at, Mode.PAID, state.had());
            }
            for (; next < events.size() && events.get(next).at().equals(at); next++) {
                state = told(state, events.get(next));
            }
            states.add(grownOld(state, at));
        }
    }

    private State last() {
        return states.get(states.size() - 1);
    }

    /** When something happens next; beyond all horizons when nothing does. */
    private Instant nextInstant(int next) {
        TreeSet<Instant> due = new TreeSet<>(List.of(Instant.MAX));
        State state = last();
        if (state.mode() == Mode.OVER) {
            return Instant.MAX;
        }
        if (next < events.size()) {
            due.add(events.get(next).at());
        }
        if (cancelAt != null) {
            due.add(cancelAt);
        }
        if (state.mode() == Mode.TRIAL) {
            due.add(paidFrom);
        }
        for (Had had : state.had()) {
            if (had.until() != null) {
                due.add(had.until());
            }
        }
        return due.first();
    }

    private State told(State state, Event event) {
        Instant at = event.at();
        if (event instanceof Event.TrialUntil other) {
            paidFrom = other.until();
            cancelAt = cancelAt == null ? null : paidFrom;
            return new State(at, state.mode(), local(paidFrom), paidFrom, state.every(), state.had());
        }
        if (event instanceof Event.ToPlanAtRenewal later) {
            Instant when = state.mode() == Mode.TRIAL ? paidFrom : periodEnd(state, at);
            putOff(new Event.ToPlan(when, later.plan(), later.every(), later.seats()));
            return state;
        }
        if (event instanceof Event.Cancel && state.mode() == Mode.PAUSED) {
            return with(state, at, Mode.OVER, state.had());
        }
        if (event instanceof Event.Cancel) {
            cancelAt = state.mode() == Mode.TRIAL ? paidFrom : periodEnd(state, at);
            return state;
        }
        if (event instanceof Event.Keep) {
            cancelAt = null;
            return state;
        }
        boolean toTheEndOfThePeriod =
                state.mode() == Mode.PAID && periodEnd(state, at).equals(cancelAt);
        State after = after(state, event);
        if (toTheEndOfThePeriod && !after.eraFrom().equals(state.eraFrom())) {
            cancelAt = periodEnd(after, at);
        }
        return after;
    }

    private void putOff(Event.ToPlan change) {
        events.removeIf(each -> each instanceof Event.ToPlan && each.at().equals(change.at()));
        int place = 0;
        while (place < events.size() && !events.get(place).at().isAfter(change.at())) {
            place++;
        }
        events.add(place, change);
    }

    /** Without what has expired, and over if that is due. */
    private State grownOld(State state, Instant at) {
        List<Had> left = state.had().stream()
                .filter(had -> had.until() == null || had.until().isAfter(at))
                .toList();
        State older = with(state, at, at.equals(cancelAt) ? Mode.OVER : state.mode(), left);
        if (older.mode() == Mode.OVER) {
            overAt = at;
        }
        return older;
    }

    private static State with(State state, Instant from, Mode mode, List<Had> had) {
        return new State(from, mode, state.anchor(), state.eraFrom(), state.every(), had);
    }

    private State after(State state, Event event) {
        Instant at = event.at();
        List<Had> had = new ArrayList<>(state.had());
        Mode mode = state.mode();
        if (event instanceof Event.Seats seats) {
            Had plan = had.get(0);
            had.set(0, new Had(plan.code(), seats.seats(), plan.since(), null));
        } else if (event instanceof Event.AddOn bought) {
            addOn(had, bought);
        } else if (event instanceof Event.NoAddOn gone) {
            had.removeIf(each -> Offer.name(each.code()).equals(gone.code()));
        } else if (event instanceof Event.Pause) {
            mode = Mode.PAUSED;
        } else if (event instanceof Event.Resume && state.eraFrom().equals(WHEN_RESUMED)) {
            return new State(at, Mode.PAID, local(at), at, state.every(), had);
        } else if (event instanceof Event.Resume) {
            mode = Mode.PAID;
        } else if (event instanceof Event.End end) {
            mode = Mode.OVER;
            creditAtEnd = end.credit();
        } else if (event instanceof Event.ToPlan to) {
            return toPlan(state, to, had);
        }
        return with(state, at, mode, had);
    }

    private void addOn(List<Had> had, Event.AddOn bought) {
        for (int i = 1; i < had.size(); i++) {
            Had known = had.get(i);
            if (Offer.name(known.code()).equals(Offer.name(bought.code()))) {
                had.set(i, new Had(known.code(), bought.count(), known.since(), known.until()));
                return;
            }
        }
        int days = offers.apply(bought.code()).days();
        Instant until = days == 0 ? null : instant(local(bought.at()).plusDays(days));
        had.add(new Had(bought.code(), bought.count(), bought.at(), until));
    }

    private State toPlan(State state, Event.ToPlan to, List<Had> had) {
        had.removeIf(each -> !each.code().equals(state.had().get(0).code())
                && !offers.apply(each.code()).plans().isEmpty()
                && !offers.apply(each.code()).plans().contains(Offer.name(to.plan())));
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

    private void layOut() {
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
}
