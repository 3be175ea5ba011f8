package io.tenancy.billing.run;

import io.tenancy.Placement;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A node in a JVM of its own. It says on its standard output when a day begins, and when it has come to the point at which
 * it is to be killed; there it stands still, with whatever it had open.
 */
final class YearChild {

    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private final YearKillPoint point;
    private final int armedFrom;
    private final AtomicInteger countdown;
    private volatile int day;
    private volatile boolean changesPlan;

    private YearChild(YearKillPoint point, int armedFrom, int countdown) {
        this.point = point;
        this.armedFrom = armedFrom;
        this.countdown = new AtomicInteger(countdown);
    }

    static List<String> arguments(DatabaseServer server, YearScript script) {
        return List.of(
                server.jdbcUrl(),
                server.owner().user(),
                server.owner().password(),
                server.runtime().user(),
                server.runtime().password(),
                server.platform().user(),
                server.platform().password(),
                script.catalogue(),
                Long.toString(script.seed()),
                Integer.toString(script.tenants()),
                Integer.toString(script.days()),
                Integer.toString(script.stride()));
    }

    /** What {@link #arguments} has; the point, from which day on it counts, and how often it is passed before. */
    public static void main(String[] arguments) throws Exception {
        DatabaseServer server = new DatabaseServer(
                Placement.PRIMARY_SERVER,
                arguments[0],
                new Login(arguments[1], arguments[2]),
                new Login(arguments[3], arguments[4]),
                new Login(arguments[5], arguments[6]));
        YearScript script = new YearScript(
                arguments[7],
                Long.parseLong(arguments[8]),
                Integer.parseInt(arguments[9]),
                Integer.parseInt(arguments[10]),
                Integer.parseInt(arguments[11]));
        new YearChild(
                        YearKillPoint.valueOf(arguments[12]),
                        Integer.parseInt(arguments[13]),
                        Integer.parseInt(arguments[14]))
                .live(server, script);
        Runtime.getRuntime().halt(0);
    }

    private void live(DatabaseServer server, YearScript script) throws Exception {
        WatchedDriver.install(new Watcher());
        YearNode node = new YearNode(server, script, this::reach);
        node.onPlanChange(changes -> changesPlan = changes);
        node.live(begun -> day = begun, begun -> out.println("DAY " + begun));
        out.println("DONE");
    }

    private void reach(YearKillPoint here) {
        if (here == point && day >= armedFrom && countdown.getAndDecrement() == 0) {
            out.println("AT " + here);
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
    }

    /** What is written where, as billing's migrations name it. */
    private final class Watcher implements WatchedDriver.Watcher {

        @Override
        public void executed(List<String> transaction, String statement) {
            if (statement.startsWith("insert into billing_terms")) {
                reach(YearKillPoint.CATALOGUE_IMPORT);
            } else if (statement.startsWith("update subscription set phase") && changesPlan) {
                reach(YearKillPoint.PLAN_CHANGE);
            } else if (statement.startsWith("insert into invoice (")) {
                reach(YearKillPoint.INVOICE_MADE);
            } else if (statement.startsWith("update invoice set status = ?, series")
                    && contains(transaction, "i.status = 'DRAFT'")) {
                reach(YearKillPoint.DRAFT_FINALISED);
            } else if (statement.startsWith("insert into payment (")) {
                reach(YearKillPoint.PAYMENT_BOOKED);
            } else if (statement.startsWith("update dunning set step")) {
                reach(YearKillPoint.DUNNING_STEP);
            }
        }

        @Override
        public void committed(List<String> transaction) {
            if (contains(transaction, "insert into invoice (") && contains(transaction, "s.next_at <= ?")) {
                reach(YearKillPoint.RENEWAL_COMMITTED);
            } else if (contains(transaction, "insert into payment_attempt")) {
                reach(YearKillPoint.ATTEMPT_STORED);
            } else if (contains(transaction, "update billing_notice set next_at = ?, attempts")) {
                reach(YearKillPoint.NOTICE_CLAIMED);
            }
        }

        private static boolean contains(List<String> transaction, String part) {
            return transaction.stream().anyMatch(statement -> statement.contains(part));
        }
    }
}
