package io.tenancy.jpa.quota;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.context.Tenancy;
import io.tenancy.quota.QuotaExceededException;
import io.tenancy.quota.QuotaPolicy;
import io.tenancy.quota.QuotaReservation;
import io.tenancy.quota.QuotaSettings;
import io.tenancy.quota.Quotas;
import io.tenancy.quota.spi.QuotaCalendar;
import io.tenancy.quota.spi.QuotaStore;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;

/*
 * A node in a JVM of its own. For each unit that it is granted it makes a thing: a line in its file, forced to disk, and
 * only then commits the unit, as a transaction would. It says on its standard output when it has reached the point at
 * which it is to be killed, and waits there.
 */
/** A node that waits to be killed at a given point. */
final class QuotaKillChild {

    static final String RESOURCE = "things";
    static final long LIMIT = 1500;
    static final QuotaPolicy POLICY = QuotaPolicy.of(RESOURCE, LIMIT).withSoftLimit(LIMIT / 2);
    static final Duration ALERT_RETRY = Duration.ofMillis(500);

    private static final int THREADS = 3;

    private final KillPoint point;
    private final Tenant tenant;
    private final Path notes;
    private final int warmUp;
    private final AtomicInteger made = new AtomicInteger();
    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

    private QuotaKillChild(KillPoint point, Tenant tenant, Path notes, int warmUp) {
        this.point = point;
        this.tenant = tenant;
        this.notes = notes;
        this.warmUp = warmUp;
    }

    static QuotaSettings settings(String node) {
        return new QuotaSettings(node, Duration.ofMillis(1500), Duration.ofMillis(300), Duration.ofMillis(1000), 40);
    }

    static Tenant tenant(String id) {
        return new Tenant(
                TenantId.of(id),
                new TenantSlug("killed"),
                "Killed",
                TenantStatus.ACTIVE,
                new Placement(Placement.PRIMARY_SERVER, "app", "killed", IsolationLevel.SHARED, 1),
                1,
                Map.of());
    }

    /** All things of all nodes: whole lines, each with a number of units. */
    static long things(Path folder) throws IOException {
        long sum = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String text = Files.readString(file);
                sum += text.substring(0, text.lastIndexOf('\n') + 1)
                        .lines()
                        .mapToLong(Long::parseLong)
                        .sum();
            }
        }
        return sum;
    }

    public static void main(String[] arguments) throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(arguments[0]);
        config.setUsername(arguments[1]);
        config.setPassword(arguments[2]);
        config.setMaximumPoolSize(4);
        config.addDataSourceProperty("currentSchema", "tenancy_control");
        QuotaKillChild child = new QuotaKillChild(
                KillPoint.valueOf(arguments[4]),
                tenant(arguments[3]),
                Path.of(arguments[5]),
                Integer.parseInt(arguments[6]));
        try (HikariDataSource platform = new HikariDataSource(config)) {
            child.run(platform);
        }
    }

    private void run(DataSource platform) throws Exception {
        Quotas quotas = new Quotas(
                watched(new JdbcQuotaStore(platform)),
                (id, resource) -> Optional.of(POLICY),
                QuotaCalendar.UTC,
                InstantSource.system(),
                settings("child-" + ProcessHandle.current().pid()));
        quotas.start();
        if (point == KillPoint.ALERT_DELIVERED_BUT_UNMARKED) {
            QuotaAlerts alerts = new QuotaAlerts(platform, new JdbcQuotaStore(platform), ALERT_RETRY);
            alerts.onAlert(alert -> reach());
            Thread poller = new Thread(() -> {
                while (true) {
                    alerts.deliverDue();
                    Thread.yield();
                }
            });
            poller.setDaemon(true);
            poller.start();
        }
        Thread[] threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            Path file = notes.resolve(ProcessHandle.current().pid() + "-" + i);
            int number = i;
            threads[i] = new Thread(() -> make(quotas, file, number));
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        out.println("FULL");
        await();
    }

    private void make(Quotas quotas, Path file, int number) {
        Random random = new Random();
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE)) {
            while (true) {
                int units = 1 + random.nextInt(3);
                try (QuotaReservation reservation = Tenancy.callAs(tenant, () -> quotas.reserve(RESOURCE, units))) {
                    channel.write(ByteBuffer.wrap((units + "\n").getBytes(StandardCharsets.US_ASCII)));
                    channel.force(true);
                    if (point == KillPoint.MADE_NOT_COMMITTED && number == 0 && made.get() >= warmUp) {
                        reach();
                    }
                    reservation.commit();
                }
                if (number == 0) {
                    act(quotas, made.incrementAndGet());
                }
            }
        } catch (QuotaExceededException | IllegalStateException ended) {
            // The limit is reached, or the first thread closed the node.
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void act(Quotas quotas, int number) {
        if (number == warmUp && point == KillPoint.ANYWHERE) {
            out.println("AT " + point);
        }
        if (number % 7 == 0) {
            quotas.maintain();
        }
        if (number == warmUp && (point == KillPoint.LEASE_BEING_RETURNED || point == KillPoint.LEASE_RETURNED)) {
            // So that there is something to return.
            Tenancy.runAs(tenant, () -> quotas.reserve(RESOURCE, 1).release());
            quotas.close();
        }
        if (number % 25 == 0 || (number == warmUp && point == KillPoint.RECOUNT_RUNNING)) {
            Tenancy.runAs(
                    tenant,
                    () -> quotas.recount(RESOURCE, (id, span) -> {
                        long counted = things(notes);
                        if (point == KillPoint.RECOUNT_RUNNING && number >= warmUp) {
                            reach();
                        }
                        return counted;
                    }));
        }
    }

    private QuotaStore watched(QuotaStore store) {
        return new ForwardingStore(store) {
            @Override
            public Answer exchange(Request request) {
                boolean returns = request.held() < lastHeld && made.get() >= warmUp;
                if (point == KillPoint.LEASE_BEING_RETURNED && returns) {
                    reach();
                }
                Answer answer = super.exchange(request);
                lastHeld = request.held() + answer.part();
                boolean reached = switch (point) {
                    case LEASE_GRANTED -> answer.part() > 0 && made.get() >= warmUp;
                    case LEASE_PARTLY_REPORTED ->
                        answer.outcome() == Outcome.GRANTED
                                && request.need() == 0
                                && request.used() > 0
                                && request.held() > request.used();
                    case LEASE_RETURNED -> returns;
                    case ALERT_WRITTEN -> answer.alerts() > 0;
                    default -> false;
                };
                if (reached) {
                    reach();
                }
                return answer;
            }

            private volatile long lastHeld;
        };
    }

    private void reach() {
        out.println("AT " + point);
        await();
    }

    private static void await() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
