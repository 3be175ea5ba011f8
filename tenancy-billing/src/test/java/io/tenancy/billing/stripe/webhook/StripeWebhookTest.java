package io.tenancy.billing.stripe.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.billing.AtOnce;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StripeWebhookTest {

    private static final String BODY = Signed.event("evt_1", "payment_intent.succeeded", "payment_intent", "pi_1");

    private static WebhookFixture fixture;

    @BeforeAll
    static void install() {
        fixture = new WebhookFixture();
    }

    @AfterAll
    static void remove() {
        fixture.close();
    }

    @BeforeEach
    void forget() {
        fixture.forgetAll();
    }

    @Test
    void anEventIsStoredWithItsBodyAsItCameAndWhoWorksIsWoken() {
        WebhookAnswer answer = fixture.send(BODY);

        assertThat(answer).isEqualTo(new WebhookAnswer(200, "stored"));
        assertThat(fixture.events.body("evt_1")).contains(BODY);
        assertThat(fixture.woken).hasValue(1);
        StripeEvent event = fixture.event("evt_1");
        assertThat(event.state()).isEqualTo(EventState.WAITING);
        assertThat(event.kind()).isEqualTo("payment_intent");
        assertThat(event.object()).isEqualTo("pi_1");
        assertThat(event.apiVersion()).isEqualTo("2026-07-29.dahlia");
        assertThat(event.createdAt()).isEqualTo("2026-01-10T09:00:00Z");
        assertThat(event.receivedAt()).isEqualTo(fixture.clock.instant());
    }

    @Test
    void theSameEventTwiceIsStoredOnceAndAnsweredTheSameWay() {
        StripeWebhook webhook = fixture.webhook();
        webhook.receive(Signed.request(now(), BODY, Signed.SECRET));
        fixture.clock.move(Duration.ofHours(1));

        WebhookAnswer again = webhook.receive(Signed.request(now(), BODY, Signed.SECRET));

        assertThat(again).isEqualTo(new WebhookAnswer(200, "known already"));
        assertThat(stored()).isEqualTo(1);
        assertThat(fixture.woken).hasValue(1);
        assertThat(webhook.tally()).isEqualTo(new StripeWebhook.Tally(1, 1, 0, 0));
    }

    @Test
    void twoNodesThatReceiveTheSameEventAtOnceStoreItOnce() throws Exception {
        StripeWebhook one = fixture.webhook();
        StripeWebhook other = fixture.webhook();

        for (int turn = 0; turn < 20; turn++) {
            String body = Signed.event("evt_turn" + turn, "customer.updated", "customer", "cus_1");
            AtOnce.Outcomes<WebhookAnswer> answers = AtOnce.run(
                    4,
                    number ->
                            () -> (number % 2 == 0 ? one : other).receive(Signed.request(now(), body, Signed.SECRET)));
            assertThat(answers.failures()).isEmpty();
            assertThat(answers.results()).allMatch(WebhookAnswer::taken);
        }

        assertThat(stored()).isEqualTo(20);
        assertThat(one.tally().stored() + other.tally().stored()).isEqualTo(20);
    }

    @Test
    void aForgedEventIsRefused() {
        assertThat(refused(Signed.request(now(), BODY, "whsec_of_somebody_else")))
                .isEqualTo(400);
    }

    @Test
    void anEventWithoutSignatureIsRefused() {
        assertThat(refused(Signed.request(null, BODY))).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"t=x,v1=y", "nonsense", "t=99999999999999999999,v1=00", ",,,=,=", "t=1"})
    void aMalformedSignatureIsRefusedInWords(String header) {
        WebhookAnswer answer = fixture.webhook().receive(Signed.request(header, BODY));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("Stripe-Signature").doesNotContain(header);
        assertThat(stored()).isZero();
    }

    @Test
    void anEventThatIsSentASecondTimeAfterFiveMinutesIsRefused() {
        WebhookRequest request = Signed.request(now(), BODY, Signed.SECRET);
        fixture.clock.move(Duration.ofSeconds(301));

        assertThat(refused(request)).isEqualTo(400);
    }

    @Test
    void anEventFromTheFutureIsRefused() {
        assertThat(refused(Signed.request(now().plusSeconds(301), BODY, Signed.SECRET)))
                .isEqualTo(400);
    }

    @Test
    void aClockThatIsAFewMinutesOffDoesNoHarm() {
        StripeWebhook webhook = fixture.webhook();

        assertThat(webhook.receive(Signed.request(now().plusSeconds(300), BODY, Signed.SECRET))
                        .taken())
                .isTrue();
        assertThat(webhook.receive(Signed.request(now().minusSeconds(300), BODY, Signed.SECRET))
                        .taken())
                .isTrue();
    }

    @Test
    void aTruncatedEventIsRefused() {
        String header = Signed.header(now(), BODY, Signed.SECRET);

        assertThat(refused(Signed.request(header, BODY.substring(0, BODY.length() - 1))))
                .isEqualTo(400);
        assertThat(refused(Signed.request(header, ""))).isEqualTo(400);
    }

    @Test
    void aBodyThatBreaksOffIsRefused() {
        InputStream cut = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }
        };

        assertThat(refused(new WebhookRequest(
                        Signed.JSON, null, Signed.header(now(), BODY, Signed.SECRET), BODY.length(), cut)))
                .isEqualTo(400);
    }

    @Test
    void fiveMegabytesAreRefusedUnreadWhenTheyAreAnnounced() {
        Endless body = new Endless();

        assertThat(refused(new WebhookRequest(
                        Signed.JSON, null, Signed.header(now(), BODY, Signed.SECRET), 5 << 20, body)))
                .isEqualTo(413);
        assertThat(body.read).hasValue(0);
    }

    @Test
    void anEndlessBodyIsReadToItsBoundAndRefused() {
        Endless body = new Endless();

        assertThat(refused(new WebhookRequest(Signed.JSON, null, Signed.header(now(), BODY, Signed.SECRET), -1, body)))
                .isEqualTo(413);
        assertThat(body.read.get()).isBetween(1L << 20, (1L << 20) + 65_536);
    }

    @Test
    void aBodyThatIsAsLongAsItMayBeIsTaken() {
        String filler = "x".repeat(StripeWebhook.LONGEST_BODY - BODY.length() - 17);
        String longest = BODY.substring(0, BODY.length() - 1) + ", \"filler\": \"" + filler + "\"} ";

        assertThat(longest).hasSizeBetween(StripeWebhook.LONGEST_BODY - 4, StripeWebhook.LONGEST_BODY);
        assertThat(fixture.send(longest).taken()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", "deflate", "br", "identity, gzip", "x"})
    void whatIsPackedIsRefusedWithoutBeingUnpacked(String encoding) throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            gzip.write(new byte[50 << 20]);
        }
        String header = "t=" + now().getEpochSecond() + ",v1=" + "ab".repeat(32);

        assertThat(refused(WebhookRequest.of(Signed.JSON, encoding, header, bomb.toByteArray())))
                .isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/json; charset=utf-16",
                "application/jsonp",
                "application/json, text/html",
                ""
            })
    void anotherContentTypeIsRefused(String type) {
        byte[] body = BODY.getBytes(StandardCharsets.UTF_8);

        assertThat(refused(WebhookRequest.of(type, null, Signed.header(now(), BODY, Signed.SECRET), body)))
                .isEqualTo(415);
        assertThat(refused(WebhookRequest.of(null, null, Signed.header(now(), BODY, Signed.SECRET), body)))
                .isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/json", "application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""})
    void jsonIsTakenHoweverItIsCalled(String type) {
        byte[] body = BODY.getBytes(StandardCharsets.UTF_8);

        assertThat(fixture.webhook()
                        .receive(WebhookRequest.of(type, "identity", Signed.header(now(), BODY, Signed.SECRET), body))
                        .taken())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "7",
                "{",
                "{}",
                "{\"object\": \"event\"}",
                "{\"id\": \"pi_1\", \"object\": \"event\", \"type\": \"a.b\", \"created\": 1, \"livemode\": false}",
                "{\"id\": \"evt_1\", \"object\": \"list\", \"type\": \"a.b\", \"created\": 1, \"livemode\": false}",
                "{\"id\": \"evt_1\", \"object\": \"event\", \"type\": \"a b\", \"created\": 1, \"livemode\": false}",
                "{\"id\": \"evt_1\", \"object\": \"event\", \"type\": \"a.b\", \"created\": \"x\", \"livemode\": false}",
                "{\"id\": \"evt_1\", \"object\": \"event\", \"type\": \"a.b\", \"created\": -1, \"livemode\": false}",
                "{\"id\": \"evt_1\", \"object\": \"event\", \"type\": \"a.b\", \"created\": 1e300, \"livemode\": false}",
                "{\"id\": \"evt_1\", \"object\": \"event\", \"type\": \"a.b\", \"created\": 1, \"livemode\": \"no\"}",
                "{\"id\": \"evt_1\", \"object\": \"event\", \"type\": \"a.b\", \"created\": 1}",
                "{\"id\": \"evt_1\", \"id\": \"evt_2\", \"object\": \"event\", \"type\": \"a.b\", \"created\": 1, \"livemode\": false}",
                "{\"id\": \"evt_\\u0000\", \"object\": \"event\", \"type\": \"a.b\", \"created\": 1, \"livemode\": false}"
            })
    void whatIsSignedButNoEventIsRefused(String body) {
        assertThat(refused(Signed.request(now(), body, Signed.SECRET))).isEqualTo(400);
    }

    @Test
    void jsonThatIsNestedWithoutEndIsRefused() {
        String deep =
                BODY.substring(0, BODY.length() - 1) + ", \"x\": " + "[".repeat(200_000) + "]".repeat(200_000) + "}";

        assertThat(refused(Signed.request(now(), deep, Signed.SECRET))).isEqualTo(400);
    }

    @Test
    void whatIsNoUtf8IsRefused() {
        byte[] body = "{\"id\": \"evt_1\"}".getBytes(StandardCharsets.UTF_16LE);
        String asStripeWouldReadIt = new String(body, StandardCharsets.ISO_8859_1);

        // Only what is ASCII can be signed like that.
        assertThat(refused(WebhookRequest.of(
                        Signed.JSON, null, Signed.header(now(), asStripeWouldReadIt, Signed.SECRET), body)))
                .isEqualTo(400);
        assertThat(ReceivedEvent.read(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}))
                .isNull();
    }

    @Test
    void aSecretIsRotatedWithoutLosingAnEventAndWithoutARestart() {
        StripeWebhook webhook = fixture.webhook(fixture.settings.withWebhookSecrets(List.of(Signed.OLD_SECRET)));
        List<Integer> statuses = new ArrayList<>();

        statuses.add(status(webhook, "evt_before", Signed.OLD_SECRET));
        // Stripe signs with both until the old one expires, and the application learns the new one in between.
        statuses.add(status(webhook, "evt_rolled", Signed.OLD_SECRET, Signed.SECRET));
        webhook.useSecrets(List.of(Signed.SECRET, Signed.OLD_SECRET));
        statuses.add(status(webhook, "evt_both", Signed.OLD_SECRET, Signed.SECRET));
        statuses.add(status(webhook, "evt_new", Signed.SECRET));
        webhook.useSecrets(List.of(Signed.SECRET));
        // The old one is forgotten here before Stripe stops to sign with it.
        statuses.add(status(webhook, "evt_last", Signed.OLD_SECRET, Signed.SECRET));
        statuses.add(status(webhook, "evt_after", Signed.SECRET));

        assertThat(statuses).containsOnly(200);
        assertThat(stored()).isEqualTo(6);
        assertThat(status(webhook, "evt_stolen", Signed.OLD_SECRET)).isEqualTo(400);
    }

    @Test
    void aSecretThatIsNoneIsRefusedAndTheOldOneStays() {
        StripeWebhook webhook = fixture.webhook();

        assertThatThrownBy(() -> webhook.useSecrets(List.of("sk_test_1"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(status(webhook, "evt_1", Signed.SECRET)).isEqualTo(200);
    }

    @Test
    void withoutAnySecretStripeIsToldToComeBack() {
        StripeWebhook webhook = fixture.webhook(fixture.settings.withWebhookSecrets(List.of()));

        assertThat(status(webhook, "evt_1", Signed.SECRET)).isEqualTo(503);
        assertThat(webhook.tally().failed()).isEqualTo(1);
        assertThat(stored()).isZero();
    }

    @Test
    void anEventOfLiveModeIsParkedInTestModeAndTheOtherWayRound() {
        fixture.send(BODY.replace("\"livemode\": false", "\"livemode\": true"));
        fixture.webhook(StripeSettings.of("sk_live_1", "main").withWebhookSecrets(List.of(Signed.SECRET)))
                .receive(Signed.request(now(), BODY.replace("evt_1", "evt_2"), Signed.SECRET));

        assertThat(fixture.events.parked(null, 10))
                .extracting(StripeEvent::note)
                .anySatisfy(note -> assertThat(note).contains("it is of live mode"))
                .anySatisfy(note -> assertThat(note).contains("it is of test mode"));
        assertThat(fixture.woken).hasValue(0);
    }

    @Test
    void anEventOfAnotherAccountIsParkedWithItsReason() {
        StripeWebhook webhook = fixture.webhook(fixture.settings.ofAccount("acct_ours"));
        String other = BODY.replace("\"livemode\"", "\"account\": \"acct_theirs\", \"livemode\"");
        String ours =
                BODY.replace("evt_1", "evt_2").replace("\"livemode\"", "\"account\": \"acct_ours\", \"livemode\"");

        assertThat(webhook.receive(Signed.request(now(), other, Signed.SECRET)).taken())
                .isTrue();
        assertThat(webhook.receive(Signed.request(now(), ours, Signed.SECRET)).taken())
                .isTrue();

        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.PARKED);
        assertThat(fixture.event("evt_1").note()).contains("acct_theirs", "acct_ours");
        assertThat(fixture.event("evt_2").state()).isEqualTo(EventState.WAITING);
    }

    @Test
    void anEventOfAnotherAccountThanTheTenantsAreCustomersOfIsParkedWithWhatToSet() {
        ofAccount("acct_ours");
        fixture.send(BODY.replace("\"livemode\"", "\"account\": \"acct_theirs\", \"livemode\""));
        fixture.send(
                BODY.replace("evt_1", "evt_2").replace("\"livemode\"", "\"account\": \"acct_ours\", \"livemode\""));

        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.PARKED);
        assertThat(fixture.event("evt_1").note())
                .contains("acct_theirs", "acct_ours", "tenancy.billing.stripe.account", "ofAccount");
        assertThat(fixture.event("evt_2").state()).isEqualTo(EventState.WAITING);
    }

    @Test
    void anEventOfAnAccountIsNotParkedAtOnceWhileTheKeysAccountIsNotKnown() {
        fixture.send(BODY.replace("\"livemode\"", "\"account\": \"acct_theirs\", \"livemode\""));

        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.WAITING);
    }

    private static void ofAccount(String account) {
        fixture.billing.sql(
                "insert into stripe_account (livemode, account, since) values (false, '" + account + "', now())");
    }

    @Test
    void aThinEventWhoseTypeHasBracketsIsTakenIn() {
        WebhookAnswer answer =
                fixture.send(Signed.thin("evt_1", "v2.core.account[configuration.recipient].updated", "null"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(fixture.event("evt_1").type()).isEqualTo("v2.core.account[configuration.recipient].updated");
        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.DONE);
    }

    @Test
    void anEventOfNoInterestIsDoneAtOnce() {
        fixture.send(Signed.event("evt_1", "payout.paid", "payout", "po_1"));

        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.DONE);
        assertThat(fixture.event("evt_1").note()).isEqualTo("it is of no interest");
        assertThat(fixture.woken).hasValue(0);
    }

    @Test
    void aThinEventNamesItsObjectAndTheAccountOfAnOrganisation() {
        String thin = Signed.thin(
                        "evt_test_1",
                        "v1.billing.meter.error_report_triggered",
                        "{\"id\": \"mtr_1\", \"type\": \"billing.meter\", \"url\": \"/v1/billing/meters/mtr_1\"}")
                .replace("\"context\": null", "\"context\": \"org_1/acct_1\"");
        fixture.send(thin);

        StripeEvent event = fixture.event("evt_test_1");
        assertThat(event.kind()).isEqualTo("billing.meter");
        assertThat(event.object()).isEqualTo("mtr_1");
        assertThat(event.account()).isEqualTo("acct_1");
        assertThat(event.apiVersion()).isNull();
        assertThat(event.createdAt()).isEqualTo("2026-01-10T08:59:59.123Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "payment_method.attached",
                "payment_method.updated",
                "payment_method.automatically_updated",
                "setup_intent.succeeded"
            })
    void whatIsOfACustomerHasTheCustomerLookedUp(String type) {
        fixture.send(Signed.event("evt_1", type, "payment_method", "pm_1", ", \"customer\": \"cus_1\""));

        assertThat(fixture.event("evt_1").kind()).isEqualTo("customer");
        assertThat(fixture.event("evt_1").object()).isEqualTo("cus_1");
    }

    @Test
    void aCardThatWasTakenOffHasItsFormerCustomerLookedUp() {
        fixture.send(Signed.event("evt_1", "payment_method.detached", "payment_method", "pm_1", ", \"customer\": null")
                .replace("}}}", "}, \"previous_attributes\": {\"customer\": \"cus_9\"}}}"));

        assertThat(fixture.event("evt_1").object()).isEqualTo("cus_9");
    }

    @Test
    void whenTheDatabaseIsAwayStripeIsToldToComeBack() {
        ControlTransactions away =
                new ControlTransactions(unreachable(), fixture.clock, BillingUnavailableException::new);
        StripeWebhook webhook = new StripeWebhook(away, fixture.settings, fixture.clock, () -> {});

        assertThat(status(webhook, "evt_1", Signed.SECRET)).isEqualTo(503);
        assertThat(webhook.tally().failed()).isEqualTo(1);
    }

    @Test
    void whoCannotBeWokenDoesNotMakeAnEventUnstored() {
        StripeWebhook webhook = new StripeWebhook(fixture.database, fixture.settings, fixture.clock, () -> {
            throw new IllegalStateException("asleep");
        });

        assertThat(status(webhook, "evt_1", Signed.SECRET)).isEqualTo(200);
    }

    private static int status(StripeWebhook webhook, String id, String... secrets) {
        return webhook.receive(Signed.request(now(), BODY.replace("evt_1", id), secrets))
                .status();
    }

    /** The status, having seen that nothing was stored. */
    private static int refused(WebhookRequest request) {
        StripeWebhook webhook = fixture.webhook();
        WebhookAnswer answer = webhook.receive(request);
        assertThat(stored()).isZero();
        assertThat(webhook.tally().refused()).isEqualTo(1);
        assertThat(answer.text()).isNotBlank().isASCII();
        return answer.status();
    }

    private static Instant now() {
        return fixture.clock.instant();
    }

    private static int stored() {
        return Integer.parseInt(
                fixture.billing.rows("select count(*) from stripe_event").get(0));
    }

    /** As long as one likes. */
    private static final class Endless extends InputStream {
        private final AtomicLong read = new AtomicLong();

        @Override
        public int read() {
            read.incrementAndGet();
            return 'x';
        }

        @Override
        public int read(byte[] into, int from, int length) {
            read.addAndGet(length);
            return length;
        }
    }

    /** A database that nobody answers for. */
    private static DataSource unreachable() {
        return (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    throw new SQLException("connection refused", "08001");
                });
    }
}
