package io.tenancy.jpa.usage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.jpa.outbox.OutboxRelay;
import io.tenancy.jpa.outbox.TenantOutbox;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.buffer.BufferedUsageMeter;
import io.tenancy.usage.buffer.WatchedDisk;
import io.tenancy.usage.spi.BillingPeriods;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/*
 * A node in a JVM of its own. It first records again, under the same keys, what an earlier node over the same directory
 * set out to record and did not see acknowledged. It says on its standard output when it has reached the point at which
 * it is to be killed, and stands still there. Without a point it ends by itself, when all of its events are counted.
 */
/** A node that records usage, on its disk or with its tenants' rows, until it is killed. */
final class UsageKillChild {

    static final UsageMetric CALLS = UsageMetric.count("calls", "call");
    static final UsageMetric BYTES = UsageMetric.sum("bytes", "byte");
    static final UsageMetric PEAK = UsageMetric.max("peak", "session");
    static final UsageMetric USERS = UsageMetric.unique("users", "user", "user");
    static final List<UsageMetric> METRICS = List.of(CALLS, BYTES, PEAK, USERS);
    static final String NO_POINT = "-";

    private static final int THREADS = 2;
    private static final int LAST_LISTS = 10;

    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final DatabaseServer server;
    private final String source;
    private final Path folder;
    private final String point;
    private final int warmUp;
    private final TenantId repaired;
    private final List<TenantId> tenants;

    private UsageKillChild(DatabaseServer server, List<String> arguments) {
        this.server = server;
        this.folder = Path.of(arguments.get(0));
        this.source = folder.getFileName().toString();
        this.point = arguments.get(1);
        this.warmUp = Integer.parseInt(arguments.get(2));
        this.repaired = TenantId.of(arguments.get(3));
        this.tenants = arguments.subList(4, arguments.size()).stream()
                .map(TenantId::of)
                .toList();
    }

    static List<String> arguments(DatabaseServer server) {
        return List.of(
                server.jdbcUrl(),
                server.owner().user(),
                server.owner().password(),
                server.runtime().user(),
                server.runtime().password(),
                server.platform().user(),
                server.platform().password());
    }

    /** The server's address and logins; folder, point or "-", acknowledgements before it; the tenants' ids. */
    public static void main(String[] arguments) throws Exception {
        DatabaseServer server = new DatabaseServer(
                Placement.PRIMARY_SERVER,
                arguments[0],
                new Login(arguments[1], arguments[2]),
                new Login(arguments[3], arguments[4]),
                new Login(arguments[5], arguments[6]));
        UsageKillChild child = new UsageKillChild(server, List.of(arguments).subList(7, arguments.length));
        if (child.source.startsWith("rows")) {
            child.recordWithRows();
        } else {
            child.recordOnDisk();
        }
        child.out.println("DONE");
    }

    private boolean endsByItself() {
        return point.equals(NO_POINT);
    }

    private void reach(UsageKillPoint here) {
        if (here.name().equals(point) && acknowledged.get() >= warmUp) {
            out.println("AT " + here);
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
    }

    private List<UsageEvent> list(Random random) {
        List<UsageEvent> events = new ArrayList<>();
        for (int i = 1 + random.nextInt(20); i > 0; i--) {
            events.add(UsageEvent.record(
                    tenants.get(random.nextInt(tenants.size())),
                    source,
                    Long.toHexString(random.nextLong()),
                    METRICS.get(random.nextInt(METRICS.size())).name(),
                    new BigDecimal(random.nextInt(1_000_000)).movePointLeft(random.nextInt(4)),
                    Instant.now().truncatedTo(ChronoUnit.MICROS).minus(random.nextInt(48 * 60), ChronoUnit.MINUTES),
                    Map.of("user", "u" + random.nextInt(50))));
        }
        return events;
    }

    private void acknowledged(UsageKillNotes notes, List<UsageEvent> events) {
        notes.acknowledge(events);
        acknowledged.addAndGet(events.size());
        reach(UsageKillPoint.ANYWHERE);
    }

    private void recordOnDisk() throws Exception {
        try (HikariDataSource platform = platform()) {
            JdbcUsageStore store = new JdbcUsageStore(
                    WatchedCommits.of(platform, () -> reach(UsageKillPoint.DRAINING), () -> {}),
                    BillingPeriods.MONTHS,
                    UsageBounds.DEFAULT);
            BufferedUsageMeter.Builder builder = BufferedUsageMeter.builder()
                    .directory(folder.resolve("segments"))
                    .source(source)
                    .sink(store)
                    .clock(InstantSource.system())
                    .segmentBytes(8_192)
                    .segmentAge(Duration.ofMillis(40))
                    .offeredEvents(50);
            BufferedUsageMeter meter = WatchedDisk.under(
                            builder,
                            () -> reach(UsageKillPoint.APPENDED),
                            () -> reach(UsageKillPoint.FORCED),
                            () -> reach(UsageKillPoint.DELIVERED))
                    .open();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Path file = folder.resolve("notes-" + i);
                threads.add(new Thread(() -> record(meter, file)));
            }
            threads.forEach(Thread::start);
            if (point.equals(UsageKillPoint.REPAIRING.name())) {
                repairForever(platform);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            if (!meter.awaitDrained(Duration.ofMinutes(1))) {
                throw new IllegalStateException("The backlog did not drain: " + meter.backlog());
            }
            meter.close();
        }
    }

    private void record(BufferedUsageMeter meter, Path file) {
        Random random = new Random();
        try (UsageKillNotes notes = new UsageKillNotes(file)) {
            List<UsageEvent> again = notes.unacknowledged();
            if (!again.isEmpty()) {
                meter.record(again);
                acknowledged(notes, again);
            }
            for (int i = 0; i < LAST_LISTS || !endsByItself(); i++) {
                List<UsageEvent> events = list(random);
                notes.begin(events);
                meter.record(events);
                acknowledged(notes, events);
            }
        } catch (Exception failure) {
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    // Falsified each time, so that there is something to repair.
    private void repairForever(DataSource platform) throws Exception {
        DataSource watched = WatchedCommits.of(platform, () -> reach(UsageKillPoint.REPAIRING), () -> {});
        JdbcUsageStore store = new JdbcUsageStore(platform, BillingPeriods.MONTHS, UsageBounds.DEFAULT);
        UsageRecount recount = new UsageRecount(watched, store, BillingPeriods.MONTHS);
        while (true) {
            try (Connection connection = platform.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("update tenancy_control.usage_rollup set events = events + 1 where tenant_id = '"
                        + repaired + "'");
            }
            Instant now = Instant.now().truncatedTo(ChronoUnit.HOURS);
            recount.repair(repaired, BYTES.name(), now.minus(Duration.ofDays(5)), now.plus(Duration.ofHours(1)));
        }
    }

    private HikariDataSource platform() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.jdbcUrl());
        config.setUsername(server.platform().user());
        config.setPassword(server.platform().password());
        config.setMaximumPoolSize(4);
        config.addDataSourceProperty("currentSchema", "tenancy_control");
        return new HikariDataSource(config);
    }

    private void recordWithRows() throws Exception {
        Path file = folder.resolve("notes-0");
        Random random = new Random();
        try (TenancyInstallation installation = TenancyInstallation.builder()
                        .server(server)
                        .migrations("classpath:clinic")
                        .secretKeys(SecretKeys.fromJson(SecretKeys.createJson()))
                        .build();
                UsageKillNotes notes = new UsageKillNotes(file)) {
            List<Tenant> all = installation.catalog().all();
            DataSource control = WatchedCommits.of(
                    installation.control().platform(),
                    () -> reach(UsageKillPoint.OUTBOX_RECEIVING),
                    () -> reach(UsageKillPoint.OUTBOX_RECEIVED));
            TenantOutbox outbox = new TenantOutbox(InstantSource.system(), tenant -> {});
            OutboxUsageMeter meter = new OutboxUsageMeter(outbox, source);
            JdbcUsageStore store = new JdbcUsageStore(control, BillingPeriods.MONTHS, UsageBounds.DEFAULT);
            OutboxRelay relay = new OutboxRelay(
                    installation.dataSource(),
                    control,
                    () -> all,
                    List.of(new OutboxUsageReceiver(store)),
                    InstantSource.system());
            send(installation, meter, all, notes, notes.unacknowledged());
            for (int i = 0; i < LAST_LISTS || !endsByItself(); i++) {
                List<UsageEvent> events = list(random);
                notes.begin(events);
                send(installation, meter, all, notes, events);
                if (random.nextInt(3) == 0) {
                    reach(UsageKillPoint.OUTBOX_SENT);
                    for (Tenant tenant : all) {
                        relay.deliver(tenant);
                    }
                }
            }
            for (Tenant tenant : all) {
                relay.deliver(tenant);
            }
        }
    }

    private void send(
            TenancyInstallation installation,
            OutboxUsageMeter meter,
            List<Tenant> all,
            UsageKillNotes notes,
            List<UsageEvent> events)
            throws Exception {
        for (Tenant tenant : all) {
            List<UsageEvent> own = events.stream()
                    .filter(event -> event.tenant().equals(tenant.id()))
                    .toList();
            if (own.isEmpty()) {
                continue;
            }
            List<UsageEvent> takenBack = own.stream()
                    .map(event -> UsageEvent.record(
                            event.tenant(),
                            event.source(),
                            event.key() + "-taken-back",
                            event.metric(),
                            event.quantity(),
                            event.occurredAt(),
                            event.properties()))
                    .toList();
            notes.takeBack(takenBack);
            inTransaction(installation, tenant, meter, takenBack, false);
            inTransaction(installation, tenant, meter, own, true);
            acknowledged(notes, own);
        }
    }

    private static void inTransaction(
            TenancyInstallation installation,
            Tenant tenant,
            OutboxUsageMeter meter,
            List<UsageEvent> events,
            boolean commit)
            throws Exception {
        Tenancy.callAs(tenant, () -> {
            try (Connection rows = installation.dataSource().getConnection()) {
                rows.setAutoCommit(false);
                for (UsageEvent event : events) {
                    meter.recordIn(rows, event);
                }
                if (commit) {
                    rows.commit();
                } else {
                    rows.rollback();
                }
                return true;
            }
        });
    }
}
