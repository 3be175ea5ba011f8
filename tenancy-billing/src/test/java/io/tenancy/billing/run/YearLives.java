package io.tenancy.billing.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.billing.independent.Event;
import io.tenancy.billing.independent.IndependentBill;
import io.tenancy.billing.independent.IndependentBill.Beginning;
import io.tenancy.billing.independent.IndependentBill.Usage;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceLine;
import io.tenancy.billing.run.YearScript.Command;
import io.tenancy.billing.run.YearScript.Kind;
import io.tenancy.billing.subscription.DraftCharge;
import io.tenancy.billing.subscription.Subscription;
import io.tenancy.billing.subscription.SubscriptionRecord;
import io.tenancy.billing.subscription.SubscriptionStatus;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the independent calculator makes of a year. From the code under test comes only which commands were accepted, and
 * when somebody was given up who had not paid; what was wanted comes from the script, what it costs from {@link YearOffers}.
 */
final class YearLives {

    /** The edition of a plan at terms that were agreed. */
    static final String AGREED = "@agreed";

    private static final BigDecimal TAX = new BigDecimal("0.19");
    private static final String TAXES = "tax";
    private static final Duration LATE = Duration.ofDays(35);
    private static final int TRIAL_DAYS = 14;
    private static final int MOST_RECORDS = 1_000;

    private final YearScript script;
    private final YearDatabase world;
    private final TenancyBilling billing;
    private final Map<String, Command> commands = new HashMap<>();

    YearLives(YearScript script, YearDatabase world, TenancyBilling billing) {
        this.script = script;
        this.world = world;
        this.billing = billing;
        for (int day = 0; day < script.days(); day++) {
            script.commandsOf(day).forEach(command -> commands.put(command.name(), command));
        }
    }

    /** A subscription as the calculator is told of it. */
    private static final class Told {
        @Nullable Beginning beginning;

        final List<Event> events = new ArrayList<>();
    }

    /**
     * Each charge of each subscription came to what the calculator says, and so did the taxes.
     *
     * @return what all of them came to, with taxes
     */
    BigDecimal requireEqual() throws SQLException {
        BigDecimal total = BigDecimal.ZERO;
        for (int number = 1; number <= script.tenants(); number++) {
            TenantId tenant = world.tenants().get(number - 1);
            Map<UUID, Map<String, BigDecimal>> charged = charged(tenant);
            for (Map.Entry<UUID, Told> each : told(tenant, number).entrySet()) {
                Map<String, BigDecimal> expected = calculated(each.getValue(), number);
                assertThat(charged.getOrDefault(each.getKey(), Map.of()))
                        .as(
                                "what tenant %s of %s was charged, seed %s, with %s, %s",
                                number,
                                script.catalogue(),
                                script.seed(),
                                each.getValue().beginning,
                                each.getValue().events)
                        .isEqualTo(expected);
                total = expected.values().stream().reduce(total, BigDecimal::add);
            }
        }
        return total;
    }

    // ---- What was charged ----

    private Map<UUID, Map<String, BigDecimal>> charged(TenantId tenant) throws SQLException {
        Map<UUID, Map<String, BigDecimal>> sums = new HashMap<>();
        for (Invoice invoice : billing.invoices().of(tenant)) {
            UUID subscription =
                    (UUID) world.rows("select subscription_id from tenancy_control.invoice where id = ?", invoice.id())
                            .get(0)
                            .get(0);
            for (InvoiceLine line : invoice.lines()) {
                add(
                        sums,
                        subscription,
                        line.item() + "/" + line.charge(),
                        line.amount().amount().subtract(line.discount().amount()),
                        line.taxAmount().amount());
            }
        }
        Subscription last = billing.subscriptions().find(tenant).orElseThrow();
        for (DraftCharge charge : last.pending()) {
            BigDecimal net = charge.amount().amount();
            BigDecimal tax = net.multiply(TAX).setScale(2, RoundingMode.HALF_UP);
            add(sums, last.id(), charge.item() + "/" + charge.charge(), net, tax);
        }
        sums.values().forEach(each -> each.values().removeIf(sum -> sum.signum() == 0));
        return sums;
    }

    private static void add(
            Map<UUID, Map<String, BigDecimal>> sums, UUID subscription, String what, BigDecimal net, BigDecimal tax) {
        Map<String, BigDecimal> own = sums.computeIfAbsent(subscription, id -> new TreeMap<>());
        own.merge(what, net, BigDecimal::add);
        own.merge(TAXES, tax, BigDecimal::add);
    }

    // ---- What it should have been ----

    private Map<String, BigDecimal> calculated(Told told, int number) {
        List<IndependentBill.Line> lines = new IndependentBill(
                        YearOffers.of(script.catalogue(), script.imports(script.days())),
                        LATE,
                        TAX,
                        Objects.requireNonNull(told.beginning, "a subscription that nobody began"),
                        told.events,
                        usage(number),
                        script.endOf(script.days() - 1))
                .lines();
        Map<String, BigDecimal> sums = new TreeMap<>();
        for (IndependentBill.Line line : lines) {
            sums.merge(line.what(), line.net().setScale(2), BigDecimal::add);
            sums.merge(TAXES, line.tax(), BigDecimal::add);
        }
        sums.values().removeIf(sum -> sum.signum() == 0);
        return sums;
    }

    private List<Usage> usage(int number) {
        List<Usage> usage = new ArrayList<>();
        for (int day = 1; day < script.days(); day++) {
            // What is due since the day before is charged after a day's usage has come in.
            Instant known = script.endOf(day - 1).plusSeconds(1);
            for (Command command : script.commandsOf(day)) {
                if (command.kind() == Kind.USE && command.tenant() == number) {
                    YearScript.use(command)
                            .forEach(used -> usage.add(new Usage(used.at(), used.metric(), used.quantity(), known)));
                }
            }
        }
        return usage;
    }

    private Map<UUID, Told> told(TenantId tenant, int number) throws SQLException {
        Map<UUID, Told> all = new LinkedHashMap<>();
        List<SubscriptionRecord> records =
                new ArrayList<>(billing.subscriptions().records(tenant));
        assertThat(records).as("records that were all told").hasSizeLessThan(MOST_RECORDS);
        Collections.reverse(records);
        for (SubscriptionRecord record : records) {
            Told told = all.computeIfAbsent(record.subscription(), id -> new Told());
            Command command = commands.get(record.note().reason());
            if (command != null) {
                tell(told, command, number);
            } else if (record.status() == SubscriptionStatus.ENDED
                    && record.detail().contains("not paid")) {
                told.events.add(new Event.End(record.at(), false));
            }
        }
        return all;
    }

    private void tell(Told told, Command command, int number) throws SQLException {
        Instant at = command.at();
        String[] words = words(command);
        switch (command.kind()) {
            case START -> {
                told.beginning = new Beginning(
                        at,
                        YearNode.zoneOf(number),
                        Boolean.parseBoolean(words[3]) ? TRIAL_DAYS : 0,
                        words[0],
                        Long.parseLong(words[1]),
                        words[2],
                        Boolean.parseBoolean(words[4]));
                if (!words[5].equals("-")) {
                    told.events.add(coupon(at, words[5]));
                }
            }
            case PLAN, INTERVAL -> told.events.add(new Event.ToPlan(at, words[0], every(words[1]), 0));
            case PLAN_AT_RENEWAL -> told.events.add(new Event.ToPlanAtRenewal(at, words[0], every(words[1]), 0));
            case SEATS -> told.events.add(new Event.Seats(at, Long.parseLong(words[0])));
            case ADD_ON -> told.events.add(new Event.AddOn(at, sold(words[0], at), Long.parseLong(words[1])));
            case NO_ADD_ON -> told.events.add(new Event.NoAddOn(at, words[0]));
            case PAUSE -> told.events.add(new Event.Pause(at));
            case RESUME -> told.events.add(new Event.Resume(at));
            case CANCEL -> told.events.add(new Event.Cancel(at));
            case CANCEL_NOW -> told.events.add(new Event.End(at, Boolean.parseBoolean(words[0])));
            case REACTIVATE -> told.events.add(new Event.Keep(at));
            case REDEEM -> told.events.add(coupon(at, words[0]));
            case EXTEND_TRIAL -> told.events.add(new Event.TrialUntil(at, Instant.parse(words[0])));
            case IMPORT, USE, PAY, TOP_UP, GRANT ->
                throw new IllegalStateException(command + " is recorded of a subscription");
        }
    }

    private String[] words(Command command) throws SQLException {
        List<List<Object>> rows = world.rows("select words from world.command where name = ?", command.name());
        return rows.isEmpty() ? new String[0] : ((String) rows.get(0).get(0)).split(" ", -1);
    }

    private static String every(String word) {
        return word.equals("-") ? "" : word;
    }

    /** The edition of an add-on that was sold at an instant. */
    private String sold(String addOn, Instant at) {
        if (!addOn.equals("extra")) {
            return addOn;
        }
        int day = script.days() - 1;
        while (script.timeOf(day).isAfter(at)) {
            day--;
        }
        return YearOffers.edition(script.imports(day));
    }

    private static Event.Coupon coupon(Instant at, String code) {
        return switch (code) {
            case "FIFTH" -> new Event.Coupon(at, new BigDecimal("0.2"), null, 3);
            case "LOYAL" -> new Event.Coupon(at, new BigDecimal("0.05"), null, null);
            case "TENNER" -> new Event.Coupon(at, null, BigDecimal.TEN, 2);
            default -> throw new IllegalArgumentException(code);
        };
    }
}
