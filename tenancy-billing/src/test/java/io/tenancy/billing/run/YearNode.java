package io.tenancy.billing.run;

import io.tenancy.IsolationLevel;
import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.Money;
import io.tenancy.billing.MovedClock;
import io.tenancy.billing.catalogue.PlanPrices;
import io.tenancy.billing.coupon.Coupon;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.payment.ManualPayments;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.period.Proration;
import io.tenancy.billing.run.YearScript.Command;
import io.tenancy.billing.run.YearScript.Kind;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.billing.subscription.Prices;
import io.tenancy.billing.subscription.SubscriptionChange;
import io.tenancy.billing.subscription.SubscriptionItem;
import io.tenancy.billing.subscription.SubscriptionPeriods;
import io.tenancy.entitlement.AddOn;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.usage.UsageBounds;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node on which a year passes. Many of them can work on one database: the one that drives does what the script says and
 * changes the day, the others run billing beside it, and when it dies another one drives on.
 */
final class YearNode implements AutoCloseable {

    private static final Duration ANY_TIME = Duration.ofDays(3_000);
    private static final Duration REST = Duration.ofMillis(40);
    private static final List<ZoneId> ZONES = List.of(
            ZoneId.of("UTC"), ZoneId.of("Europe/Berlin"), ZoneId.of("America/New_York"), ZoneId.of("Asia/Kolkata"));

    private final YearScript script;
    private final YearDatabase world;
    private final TenancyInstallation installation;
    private final MovedClock clock = new MovedClock(BillingFixture.START);
    private final Consumer<YearKillPoint> reached;
    final TenancyBilling billing;
    private volatile int today;
    private Consumer<Boolean> planChanges = changes -> {};
    private boolean fresh = true;

    YearNode(DatabaseServer server, YearScript script, Consumer<YearKillPoint> reached) throws SQLException {
        this.script = script;
        this.reached = reached;
        world = new YearDatabase(server);
        SubscriptionPeriods periods = new SubscriptionPeriods(clock);
        installation = TenancyInstallation.builder()
                .server(server)
                .migrations("classpath:notes")
                .secretKeys(SecretKeys.fromJson(SecretKeys.createJson()))
                .clock(clock)
                .billingPeriods(periods)
                .usageBounds(new UsageBounds(ANY_TIME, ANY_TIME, ANY_TIME.plusDays(31)))
                .usageMetric(UsageMetric.sum("storage_gb", "GB"))
                .usageMetric(UsageMetric.sum("plugin_sales", "USD"))
                .build()
                .start();
        billing = TenancyBilling.builder(installation)
                .seller(BillingFixture.SELLER)
                .clock(clock)
                .periods(periods)
                .taxes(asked -> Tax.onTop("VAT", new BigDecimal("0.19")))
                .draftFor(script.hasDrafts() ? Duration.ofDays(1) : Duration.ZERO)
                .provider(new ScriptedProvider(
                        world, script, () -> today, () -> reached.accept(YearKillPoint.PROVIDER_ANSWERED)))
                .notifier(notice -> {
                    world.update("insert into world.told values (?)", notice.key());
                    reached.accept(YearKillPoint.NOTICE_TOLD);
                })
                .build()
                .start();
    }

    static ZoneId zoneOf(int tenant) {
        return ZONES.get(tenant % ZONES.size());
    }

    /** The tenants, coupons and what was agreed; once per database. */
    void settleIn() throws SQLException {
        billing.catalogue().importCatalogue(script.document(0), BillingFixture.NOTE);
        for (int number = 1; number <= script.tenants(); number++) {
            String name = "tenant-" + number;
            TenantId id = installation
                    .provisioner()
                    .provision(NewTenant.of(name, name, IsolationLevel.SHARED))
                    .id();
            billing.accounts().put(id, Buyer.of(name, "DE", zoneOf(number)));
            if (script.paysByTransfer(number)) {
                billing.accounts().use(id, BillingFixture.SELLER.code(), ManualPayments.NAME);
            }
            world.update("insert into world.tenant values (?, ?)", number, id.value());
        }
        String currency = script.catalogue().equals("chat") ? "BRL" : "USD";
        billing.coupons().offer(Coupon.share("FIFTH", new BigDecimal("0.2"), 3));
        billing.coupons().offer(Coupon.share("LOYAL", new BigDecimal("0.05"), null));
        billing.coupons().offer(Coupon.amount("TENNER", Money.of(BigDecimal.TEN, currency), 2));
        Prices prices = billing.catalogue().prices();
        for (var plan : prices.plans()) {
            boolean onRequest = prices.offer(plan.plan(), clock.instant())
                    .map(terms -> terms.prices().onRequest())
                    .orElse(false);
            if (onRequest) {
                long terms = billing.catalogue().negotiate(plan.plan(), """
                        intervals: [month, year]
                        charges:
                          - {code: base, title: As agreed, kind: fixed, price: {month: 1499, year: 14990}}
                        """);
                world.update("insert into world.agreed values (?, ?)", plan.plan(), terms);
            }
        }
    }

    /** Lets the days pass, until the year is over; other nodes may do so too. */
    void live(IntConsumer seen, IntConsumer driven) throws SQLException {
        boolean drives = false;
        while (today() < script.days()) {
            drives = drives || world.tryToDrive();
            if (drives) {
                seen.accept(today);
                driven.accept(today);
                drive();
            } else {
                world.share();
                if (today() < script.days() && world.scripted()) {
                    seen.accept(today);
                    billing.run().run();
                }
                world.unshare();
                LockSupport.parkNanos(REST.toNanos());
            }
        }
    }

    private int today() throws SQLException {
        today = world.day();
        clock.moveTo(script.endOf(today));
        return today;
    }

    private void drive() throws SQLException {
        world.alone();
        doAsTheScriptSays();
        world.update("update world.clock set scripted = true");
        clock.moveTo(script.endOf(today));
        world.noLongerAlone();
        world.share();
        billing.run().run();
        world.unshare();
        world.alone();
        runUntilNothingIsDue();
        // Time stands still, and with it the minutes for which what a dead node had taken up is left alone.
        int left = world.update("update tenancy_control.payment_attempt set ask_at = ? where ask_at > ?", now(), now())
                + world.update("update tenancy_control.billing_notice set next_at = ? where next_at > ?", now(), now());
        if (left > 0) {
            runUntilNothingIsDue();
        }
        world.update("update world.clock set day = day + 1, next = 0, scripted = false");
        world.noLongerAlone();
    }

    private OffsetDateTime now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC);
    }

    private void runUntilNothingIsDue() {
        BillingRun.Done done;
        do {
            done = billing.run().run();
        } while (done.subscriptions() + done.finalised() + done.dunned() > 0);
    }

    private void doAsTheScriptSays() throws SQLException {
        List<Command> commands = script.commandsOf(today);
        int next = (int) world.number("select next from world.clock");
        for (int i = next; i < commands.size(); i++) {
            Command command = commands.get(i);
            // A node that died may have done the first one without saying so.
            if (!(fresh && wasDone(command))) {
                execute(command);
            }
            fresh = false;
            world.update("update world.clock set next = ?", i + 1);
        }
        fresh = false;
    }

    private boolean wasDone(Command command) throws SQLException {
        if (command.tenant() == YearScript.NOBODY) {
            return false;
        }
        TenantId tenant = tenant(command);
        return billing.subscriptions().records(tenant).stream()
                        .anyMatch(record -> record.note().reason().equals(command.name()))
                || billing.payments().of(tenant).stream()
                        .anyMatch(payment -> payment.reference().equals(command.name()));
    }

    private TenantId tenant(Command command) throws SQLException {
        return world.tenants().get(command.tenant() - 1);
    }

    /** What the script says and cannot be done is refused, by everybody who tries. */
    private void execute(Command command) throws SQLException {
        clock.moveTo(command.at());
        planChanges.accept(command.kind() == Kind.PLAN || command.kind() == Kind.INTERVAL);
        try {
            take(command, new ChangeNote("the script", command.name()), new Random(command.draw()));
        } catch (BillingException refused) {
            if (refused instanceof BillingUnavailableException) {
                throw refused;
            }
        } finally {
            planChanges.accept(false);
        }
    }

    private void take(Command command, ChangeNote note, Random random) throws SQLException {
        if (command.kind() == Kind.IMPORT) {
            billing.catalogue().importCatalogue(script.document(command.draw()), note);
            return;
        }
        TenantId tenant = tenant(command);
        var subscriptions = billing.subscriptions();
        switch (command.kind()) {
            case USE -> use(tenant, command);
            case PAY -> pay(tenant, note);
            case TOP_UP -> billing.payments().topUp(tenant, amount(random), note.reason(), note);
            case GRANT -> billing.payments().grantCredit(tenant, amount(random), note.reason(), note);
            case START -> subscriptions.start(tenant, wanted(command, random), note);
            case PLAN -> subscriptions.change(tenant, toPlan(command, random, null), note);
            case PLAN_AT_RENEWAL -> subscriptions.changeAtRenewal(tenant, toPlan(command, random, null), note);
            case INTERVAL -> {
                BillingInterval interval = random.nextBoolean() ? BillingInterval.MONTHLY : BillingInterval.YEARLY;
                subscriptions.change(tenant, toPlan(command, random, interval), note);
            }
            case SEATS -> {
                int seats = 1 + random.nextInt(80);
                tell(command, seats);
                subscriptions.change(tenant, new SubscriptionChange.Seats(seats), note);
            }
            case ADD_ON -> {
                String addOn = addOn(random);
                int count = 1 + random.nextInt(3);
                tell(command, addOn, count);
                subscriptions.change(tenant, new SubscriptionChange.AddOn(addOn, count), note);
            }
            case NO_ADD_ON -> {
                String addOn = owned(tenant, random);
                tell(command, addOn);
                subscriptions.change(tenant, new SubscriptionChange.NoAddOn(addOn), note);
            }
            case PAUSE -> subscriptions.change(tenant, new SubscriptionChange.Pause(), note);
            case RESUME -> subscriptions.change(tenant, new SubscriptionChange.Resume(), note);
            case CANCEL -> subscriptions.cancel(tenant, "no need", note);
            case CANCEL_NOW -> {
                boolean credit = random.nextBoolean();
                tell(command, credit);
                subscriptions.change(tenant, new SubscriptionChange.Cancel("at once", credit), note);
            }
            case REACTIVATE -> subscriptions.reactivate(tenant, note);
            case REDEEM -> {
                String coupon = List.of("FIFTH", "LOYAL", "TENNER").get(random.nextInt(3));
                tell(command, coupon);
                subscriptions.redeem(tenant, coupon, note);
            }
            case EXTEND_TRIAL -> {
                Instant until = command.at().plus(random.nextInt(20), ChronoUnit.DAYS);
                tell(command, until);
                subscriptions.extendTrial(tenant, until, note);
            }
            case IMPORT -> throw new IllegalStateException("An import is of no tenant");
        }
    }

    /** Says what is about to be done, for those who count afterwards; whether it was, billing's records say. */
    private void tell(Command command, Object... words) throws SQLException {
        world.update(
                "insert into world.command values (?, ?) on conflict (name) do update set words = excluded.words",
                command.name(),
                Stream.of(words).map(String::valueOf).collect(Collectors.joining(" ")));
    }

    private void use(TenantId tenant, Command command) {
        List<UsageEvent> events = new ArrayList<>();
        for (YearScript.Used used : YearScript.use(command)) {
            String id = used.metric() + " " + command.name();
            events.add(UsageEvent.record(tenant, "script", id, used.metric(), used.quantity(), used.at(), Map.of()));
        }
        installation.usage().store().store(events);
    }

    private void pay(TenantId tenant, ChangeNote note) {
        billing.invoices().of(tenant).stream()
                .filter(invoice -> invoice.status() == InvoiceStatus.OPEN)
                .min(Comparator.comparing(Invoice::dueAt)
                        .thenComparing(invoice -> invoice.lines().toString()))
                .ifPresent(invoice -> billing.payments().markPaid(tenant, invoice.id(), note.reason(), note));
    }

    private Money amount(Random random) {
        String currency = script.catalogue().equals("chat") ? "BRL" : "USD";
        return Money.ofMinor(1 + random.nextInt(20_000), currency);
    }

    private NewSubscription wanted(Command command, Random random) throws SQLException {
        Choice choice = choose(random);
        int seats = 1 + random.nextInt(80);
        boolean daily = !random.nextBoolean();
        boolean yearly = billing.catalogue()
                        .prices()
                        .offer(choice.plan(), clock.instant())
                        .filter(terms -> terms.prices().intervals().contains(BillingInterval.YEARLY))
                        .isPresent()
                && random.nextInt(4) == 0;
        boolean trial = !random.nextBoolean();
        boolean coupon = random.nextInt(5) == 0;
        tell(command, choice.told(), seats, yearly ? "year" : "month", trial, daily, coupon ? "FIFTH" : "-");
        NewSubscription wanted = NewSubscription.of(choice.plan())
                .withTerms(choice.terms())
                .withSeats(seats)
                .prorated(daily ? Proration.PER_DAY : Proration.PER_SECOND);
        wanted = yearly ? wanted.every(BillingInterval.YEARLY) : wanted;
        wanted = trial ? wanted : wanted.withTrial(0);
        return coupon ? wanted.withCoupon("FIFTH") : wanted;
    }

    /** A plan, and the terms that were agreed for it. */
    private record Choice(String plan, long terms) {
        String told() {
            return terms == 0 ? plan : plan + YearLives.AGREED;
        }
    }

    private Choice choose(Random random) throws SQLException {
        List<String> plans = billing.catalogue().prices().plans().stream()
                .map(PlanPrices::plan)
                .sorted()
                .toList();
        String plan = plans.get(random.nextInt(plans.size()));
        List<List<Object>> agreed = world.rows("select terms from world.agreed where plan = ?", plan);
        return new Choice(plan, agreed.isEmpty() ? 0 : (long) agreed.get(0).get(0));
    }

    private SubscriptionChange.ToPlan toPlan(Command command, Random random, @Nullable BillingInterval interval)
            throws SQLException {
        Choice choice = choose(random);
        tell(
                command,
                choice.told(),
                interval == null ? "-" : interval.equals(BillingInterval.YEARLY) ? "year" : "month");
        return new SubscriptionChange.ToPlan(choice.plan(), choice.terms(), interval, 0);
    }

    private String addOn(Random random) {
        Prices prices = billing.catalogue().prices();
        List<String> sold = prices.catalogue().addOns().stream()
                .map(AddOn::code)
                .filter(code -> prices.addOnOffer(code).isPresent())
                .sorted()
                .toList();
        return random.nextBoolean() ? "extra" : sold.get(random.nextInt(sold.size()));
    }

    private String owned(TenantId tenant, Random random) {
        List<String> owned = billing.subscriptions().find(tenant).stream()
                .flatMap(s -> s.items().stream())
                .filter(item -> !item.plan())
                .map(SubscriptionItem::code)
                .toList();
        return owned.isEmpty() ? "none" : owned.get(random.nextInt(owned.size()));
    }

    void onPlanChange(Consumer<Boolean> listener) {
        planChanges = listener;
    }

    @Override
    public void close() {
        billing.close();
        installation.close();
        try {
            world.close();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
