package io.tenancy.billing.stripe;

import io.tenancy.Placement;
import io.tenancy.TenantId;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.MovedClock;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.run.WatchedDriver;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.billing.stripe.webhook.WebhookRequest;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.test.stripe.FakeStripe;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A node in a JVM of its own. It says when it is ready, is told what to do in one line, and says when it has come to the point
 * at which it is to be killed; there it stands still, with whatever it had open.
 */
final class StripeChild {

    static final String READY = "READY";
    static final String BEGUN = "BEGUN";
    static final String AT = "AT";
    static final String DONE = "DONE";

    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private final MovedClock clock = new MovedClock(BillingFixture.START);
    private volatile @Nullable StripeKillPoint point;

    private StripeChild() {}

    static List<String> arguments(DatabaseServer server, FakeStripe fake) {
        return List.of(
                server.jdbcUrl(),
                server.owner().user(),
                server.owner().password(),
                server.runtime().user(),
                server.runtime().password(),
                server.platform().user(),
                server.platform().password(),
                fake.apiKey(),
                fake.apiBase(),
                fake.meterEventsBase());
    }

    /** What {@link #arguments} has; the rest comes in a line. */
    public static void main(String[] arguments) throws Exception {
        DatabaseServer server = new DatabaseServer(
                Placement.PRIMARY_SERVER,
                arguments[0],
                new Login(arguments[1], arguments[2]),
                new Login(arguments[3], arguments[4]),
                new Login(arguments[5], arguments[6]));
        StripeSettings settings = StripeSettings.of(arguments[7], "test")
                .at(URI.create(arguments[8]), URI.create(arguments[9]))
                .withWebhookSecrets(List.of(StripeFixture.SECRET))
                .waiting(Duration.ofSeconds(10), Duration.ofSeconds(30), 0);
        new StripeChild().live(server, settings);
        Runtime.getRuntime().halt(0);
    }

    private void live(DatabaseServer server, StripeSettings settings) throws Exception {
        WatchedDriver.install(new Watcher());
        TenancyInstallation installation = TenancyInstallation.builder()
                .server(server)
                .migrations("classpath:notes")
                .secretKeys(SecretKeys.fromJson(SecretKeys.createJson()))
                .clock(clock)
                .build()
                .start();
        TenancyStripe stripe =
                TenancyStripe.builder(installation, settings).clock(clock).build();
        TenancyBilling billing = TenancyBilling.builder(installation)
                .seller(BillingFixture.SELLER)
                .clock(clock)
                .provider(stripe.provider())
                .build()
                .start();
        stripe.start(billing);
        out.println(READY);
        BufferedReader told = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = told.readLine();
        if (line != null) {
            String[] words = line.split(" ", -1);
            clock.moveTo(Instant.parse(words[1]));
            point = StripeKillPoint.valueOf(words[0]);
            out.println(BEGUN);
            work(StripeKillPoint.valueOf(words[0]), TenantId.of(words[2]), words[3], billing, stripe);
        }
        out.println(DONE);
    }

    private static void work(
            StripeKillPoint wanted, TenantId tenant, String more, TenancyBilling billing, TenancyStripe stripe) {
        switch (wanted.work) {
            case COLLECT, COLLECT_BESIDE_A_PAGE, REFUND -> billing.payments().collectDue(tenant);
            case NEWS -> {
                for (String each : more.split(",", -1)) {
                    String[] event = each.split(";", -1);
                    byte[] body = Base64.getDecoder().decode(event[1]);
                    stripe.webhook()
                            .receive(WebhookRequest.of(
                                    News.JSON,
                                    null,
                                    new String(Base64.getDecoder().decode(event[0]), StandardCharsets.UTF_8),
                                    body));
                }
                stripe.inbox().run();
            }
            case PAGE -> stripe.pages().pay(tenant, UUID.fromString(more), StripeFixture.WAYS);
            case CUSTOMER -> stripe.pages().save(tenant, "USD", StripeFixture.WAYS);
            case COMPARE -> stripe.reconciliation().run();
        }
    }

    private void reach(StripeKillPoint there) {
        out.println(AT);
        if (there.isPassed()) {
            return;
        }
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private final class Watcher implements WatchedDriver.Watcher {

        @Override
        public void executed(List<String> transaction, String statement) {
            StripeKillPoint wanted = point;
            if (wanted != null && wanted.isExecuted(statement)) {
                reach(wanted);
            }
        }

        @Override
        public void committed(List<String> transaction) {
            StripeKillPoint wanted = point;
            if (wanted != null && wanted.isCommitted(transaction)) {
                reach(wanted);
            }
        }
    }
}
