package io.tenancy.billing.run;

import io.tenancy.billing.BillingFixture;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/**
 * What happens in a year of one catalogue's tenants, drawn from a seed: the same for everybody who asks.
 *
 * @param catalogue name of the catalogue's document
 * @param seed of all that is drawn
 * @param tenants how many
 * @param days how many there are in the year
 * @param stride how many days of the calendar each of them takes
 */
record YearScript(String catalogue, long seed, int tenants, int days, int stride) {

    static final List<String> CATALOGUES =
            List.of("chat", "developer-portal", "healthcare-cms", "hospital", "pharmacy");

    /** No tenant: it is about the catalogue. */
    static final int NOBODY = 0;

    private static final int DAYS_OF_A_CATALOGUE = 30;

    private static final int SECONDS_OF_A_DAY = 9;

    /** What is done, and in which second of its day. */
    enum Kind {
        IMPORT(0),
        USE(0),
        PAY(0),
        TOP_UP(0),
        GRANT(0),
        START(0),
        PLAN(1),
        PLAN_AT_RENEWAL(1),
        INTERVAL(2),
        SEATS(3),
        ADD_ON(4),
        NO_ADD_ON(5),
        PAUSE(6),
        RESUME(7),
        CANCEL(SECONDS_OF_A_DAY - 1),
        CANCEL_NOW(SECONDS_OF_A_DAY - 1),
        REACTIVATE(SECONDS_OF_A_DAY - 1),
        REDEEM(SECONDS_OF_A_DAY - 1),
        EXTEND_TRIAL(SECONDS_OF_A_DAY - 1);

        private final int second;

        Kind(int second) {
            this.second = second;
        }
    }

    /**
     * One of them.
     *
     * @param name the same each time
     * @param tenant number of the tenant, from 1
     * @param at when
     * @param draw seed of its details
     */
    record Command(String name, int tenant, Kind kind, Instant at, long draw) {}

    /** What is used at an instant. */
    record Used(String metric, Instant at, BigDecimal quantity) {}

    /** What a payment provider answers. */
    enum Answer {
        TAKEN,
        DECLINED,
        DECLINED_FOR_EVER,
        PENDING,
        LOST
    }

    private Random random(long... parts) {
        long mixed = seed + catalogue.hashCode();
        for (long part : parts) {
            mixed = (mixed ^ part) * 0x9E3779B97F4A7C15L;
            mixed ^= mixed >>> 32;
        }
        return new Random(mixed);
    }

    /**
     * When a day begins. Nothing of two days takes place in the same second of an hour, so that what began on one day never
     * renews in the very second of something else, in whatever zone: which of them came first is nobody's promise.
     */
    Instant timeOf(int day) {
        return BillingFixture.START
                .plus((long) day * stride, ChronoUnit.DAYS)
                .plus(random(1, day).nextInt(6), ChronoUnit.HOURS)
                .plusSeconds((long) day * SECONDS_OF_A_DAY);
    }

    /** When all that the script says of a day was done. */
    Instant endOf(int day) {
        return timeOf(day).plusSeconds(SECONDS_OF_A_DAY - 1);
    }

    /** How often the catalogue was imported before a day's commands of tenants, after the first time. */
    int imports(int day) {
        return day / DAYS_OF_A_CATALOGUE;
    }

    static List<Used> use(Command command) {
        Random random = new Random(command.draw());
        List<Used> used = new ArrayList<>();
        for (String metric : List.of("storage_gb", "plugin_sales")) {
            Instant at = command.at().minus(random.nextInt(80), ChronoUnit.HOURS);
            used.add(new Used(metric, at, new BigDecimal(random.nextInt(4_000)).movePointLeft(random.nextInt(3))));
        }
        return used;
    }

    List<Command> commandsOf(int day) {
        List<Command> commands = new ArrayList<>();
        if (day % DAYS_OF_A_CATALOGUE == 0) {
            commands.add(new Command("import " + day, NOBODY, Kind.IMPORT, timeOf(day), imports(day)));
        }
        for (int tenant = 1; tenant <= tenants; tenant++) {
            Random random = random(2, day, tenant);
            int first = random(3, tenant).nextInt(20);
            if (day < first) {
                continue;
            }
            for (Kind kind : Kind.values()) {
                if ((day == first && kind == Kind.START) || (day > first && random.nextInt(1_000) < often(kind))) {
                    commands.add(new Command(
                            kind + " of tenant " + tenant + " on day " + day,
                            tenant,
                            kind,
                            timeOf(day).plusSeconds(kind.second),
                            random.nextLong()));
                }
            }
        }
        commands.sort(Comparator.comparing(Command::at));
        return commands;
    }

    /** On how many of a thousand days. */
    private static int often(Kind kind) {
        return switch (kind) {
            case IMPORT -> 0;
            case USE -> 300;
            case PAY -> 70;
            case RESUME -> 50;
            case START -> 25;
            case REACTIVATE -> 10;
            case PLAN -> 15;
            case PLAN_AT_RENEWAL, SEATS, ADD_ON, NO_ADD_ON -> 8;
            case TOP_UP, GRANT, INTERVAL, PAUSE, REDEEM, EXTEND_TRIAL -> 4;
            case CANCEL -> 5;
            case CANCEL_NOW -> 2;
        };
    }

    /** What a tenant's card is worth: spells of some days, and tenants who do not pay for two months. */
    Answer answer(int tenant, int day) {
        if (random(4, tenant, day / 60).nextInt(8) == 0) {
            return Answer.DECLINED;
        }
        int drawn = random(5, tenant, day / 5).nextInt(100);
        if (drawn < 60) {
            return Answer.TAKEN;
        }
        if (drawn < 75) {
            return Answer.DECLINED;
        }
        return drawn < 79 ? Answer.DECLINED_FOR_EVER : drawn < 90 ? Answer.PENDING : Answer.LOST;
    }

    /** For how many days a payment is pending, and whether it comes then. */
    Random pending(int tenant, int day) {
        return random(6, tenant, day);
    }

    boolean paysByTransfer(int tenant) {
        return tenant % 4 == 0;
    }

    /** Whether invoices are drafts for a day. */
    boolean hasDrafts() {
        return CATALOGUES.indexOf(catalogue) % 2 == 1;
    }

    /** The document with one more add-on, whose price changes with each import. */
    String document(long number) {
        String name = "/io/tenancy/billing/catalogues/" + catalogue + ".yaml";
        try (InputStream in = Objects.requireNonNull(YearScript.class.getResourceAsStream(name), name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text
                    + (text.contains("\nadd_ons:") ? "" : "add_ons:\n")
                    + """
                      extra:
                        name: Extra
                        entitlements: {storage_gb: 1}
                        billing:
                          intervals: [month, year]
                          charges:
                            - {code: extra, title: Extra, kind: fixed, price: {month: %s, year: %s}}
                            - {code: set_up, title: Set-up, kind: one_off, price: 15}
                    """.formatted(7 + number, 70 + 10 * number).replace("{storage_gb: 1}", extra());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private String extra() {
        return switch (catalogue) {
            case "pharmacy" -> "{items: 100}";
            default -> "{storage_gb: 1}";
        };
    }
}
