package io.tenancy.billing.stripe.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.tenancy.TenantId;
import io.tenancy.billing.AtOnce;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.finding.StripeFinding;
import io.tenancy.billing.stripe.object.Taken;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StripeInboxTest {

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
    void fiftyEventsOfOnePaymentNeedOneLookUp() {
        IntStream.range(0, 50).forEach(i -> intent("evt_" + i, "pi_1"));

        assertThat(fixture.inbox(1).run()).isEqualTo(50);

        assertThat(fixture.objects.lookedUp).containsExactly("INTENT pi_1");
        assertThat(fixture.event("evt_49").state()).isEqualTo(EventState.DONE);
        assertThat(fixture.event("evt_49").note()).isEqualTo("taken in");
    }

    @Test
    void whatWasTakenInSaysWhoseItIs() {
        TenantId tenant = fixture.billing.tenant();
        fixture.objects.answer("pi_1", () -> new Taken(Taken.Outcome.TAKEN, tenant, "paid"));
        intent("evt_1", "pi_1");

        fixture.inbox(1).run();

        assertThat(fixture.event("evt_1").tenant()).isEqualTo(tenant);
    }

    @Test
    void anEventOfAnUnknownCustomerIsParkedAndVisible() {
        fixture.objects.answer(
                "pi_1", () -> new Taken(Taken.Outcome.NOT_OURS, null, "Customer cus_1 is nobody whom we made."));
        intent("evt_1", "pi_1");

        fixture.inbox(1).run();

        assertThat(fixture.events.parked(null, 10)).singleElement().satisfies(event -> {
            assertThat(event.id()).isEqualTo("evt_1");
            assertThat(event.note()).contains("cus_1");
        });
    }

    @Test
    void whatAnotherInstallationOnTheSameAccountMadeIsDoneAndNobodysWork() {
        fixture.objects.answer(
                "pi_1", () -> new Taken(Taken.Outcome.ELSEWHERE, null, "Payment pi_1 is another installation's."));
        intent("evt_1", "pi_1");

        fixture.inbox(1).run();

        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.DONE);
        assertThat(fixture.event("evt_1").note()).contains("another installation");
    }

    @Test
    void whatIsGoneOrOlderIsDone() {
        fixture.objects.answer("pi_1", () -> new Taken(Taken.Outcome.GONE, null, "gone"));
        fixture.objects.answer("pi_2", () -> new Taken(Taken.Outcome.OLDER, null, "older"));
        intent("evt_1", "pi_1");
        intent("evt_2", "pi_2");

        fixture.inbox(2).run();

        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.DONE);
        assertThat(fixture.event("evt_2").state()).isEqualTo(EventState.DONE);
    }

    @Test
    void anEventThatComesWhileItsObjectIsLookedUpIsLookedUpOnceMore() {
        intent("evt_1", "pi_1");
        AtomicInteger lookedUp = new AtomicInteger();
        fixture.objects.answer("pi_1", () -> {
            if (lookedUp.incrementAndGet() == 1) {
                intent("evt_2", "pi_1");
            }
            return new Taken(Taken.Outcome.TAKEN, null, "look-up " + lookedUp);
        });

        assertThat(fixture.inbox(1).run()).isEqualTo(2);

        assertThat(fixture.event("evt_1").note()).isEqualTo("look-up 1");
        assertThat(fixture.event("evt_2").note()).isEqualTo("look-up 2");
    }

    @Test
    void whatFailsWaitsTwiceAsLongEachTimeAndAtMostAnHour() {
        intent("evt_1", "pi_1");
        fixture.objects.answer("pi_1", () -> {
            throw busy();
        });
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            fixture.inbox(1).run();
            StripeEvent event = fixture.event("evt_1");
            assertThat(event.note()).contains("StripeCallException");
            waits.add(Duration.between(now(), next(event)).toSeconds());
            fixture.clock.moveTo(next(event));
        }

        assertThat(waits).containsExactly(10L, 20L, 40L, 80L, 160L, 320L, 640L, 1_280L, 2_560L, 3_600L, 3_600L, 3_600L);
    }

    @Test
    void whatIsNotDueIsLeftAlone() {
        intent("evt_1", "pi_1");
        fixture.objects.answer("pi_1", () -> {
            throw busy();
        });
        fixture.inbox(1).run();

        fixture.clock.move(Duration.ofSeconds(9));
        fixture.inbox(1).run();

        assertThat(fixture.objects.lookedUp).hasSize(1);
        assertThat(fixture.events.backlog().failing()).isEqualTo(1);
    }

    @Test
    void whatFailsForThreeDaysIsParkedWithTheReasonAndCanBePlayedAgain() {
        intent("evt_1", "pi_1");
        fixture.objects.answer("pi_1", () -> {
            throw new BillingException("it cannot be read");
        });
        fixture.clock.move(Duration.ofDays(3).minusSeconds(1));
        fixture.inbox(1).run();
        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.WAITING);

        fixture.clock.move(Duration.ofHours(1));
        assertThat(fixture.inbox(1).run()).isEqualTo(1);

        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.PARKED);
        assertThat(fixture.event("evt_1").note()).contains("3 days", "it cannot be read");
        fixture.events.replay("evt_1", BillingFixture.NOTE);
        fixture.inbox(1).run();
        assertThat(fixture.event("evt_1").state()).as("it has three days anew").isEqualTo(EventState.WAITING);
        fixture.objects.forget();
        fixture.clock.move(StripeInbox.FIRST_WAIT);
        fixture.inbox(1).run();
        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.DONE);
    }

    @Test
    void onePoisonedObjectHoldsUpNoOther() {
        intent("evt_0", "pi_poison");
        IntStream.range(1, 20).forEach(i -> intent("evt_" + i, "pi_" + i));
        fixture.objects.answer("pi_poison", () -> {
            throw new IllegalStateException("with a zero\0 in its message");
        });

        assertThat(fixture.inbox(2).run()).isEqualTo(19);

        assertThat(fixture.event("evt_0").state()).isEqualTo(EventState.WAITING);
        assertThat(fixture.event("evt_0").note()).contains("zero");
    }

    @Test
    void whatTheDatabaseRefusesOfOneObjectHoldsUpNoOther() {
        intent("evt_0", "pi_poison");
        intent("evt_1", "pi_1");
        fixture.objects.answer("pi_poison", () -> {
            throw new BillingUnavailableException("it violates a constraint", new SQLException("23514"));
        });

        assertThat(fixture.inbox(1).run()).isEqualTo(1);

        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.DONE);
    }

    @Test
    void aStripeThatDoesNotAnswerIsNotAskedForEverything() {
        IntStream.range(0, 40).forEach(i -> {
            intent("evt_" + i, "pi_" + i);
            fixture.objects.answer("pi_" + i, () -> {
                throw busy();
            });
        });

        fixture.inbox(1).run();
        assertThat(fixture.objects.lookedUp).hasSize(5);

        fixture.objects.forget();
        fixture.clock.move(Duration.ofSeconds(10));
        assertThat(fixture.inbox(1).run()).isEqualTo(40);
    }

    @Test
    void whatANodeHeldThatDiedIsDueOnceItsLeaseIsOver() {
        intent("evt_1", "pi_1");
        fixture.objects.answer("pi_1", () -> {
            throw new LinkageError("killed");
        });
        assertThatThrownBy(() -> fixture.inbox(1).run()).isInstanceOf(LinkageError.class);
        fixture.objects.forget();

        assertThat(fixture.inbox(1).run()).isZero();
        fixture.clock.move(StripeInbox.LEASE);
        assertThat(fixture.inbox(1).run()).isEqualTo(1);
    }

    @Test
    void whatSomebodyElseHoldsByNowIsTheirs() {
        intent("evt_1", "pi_1");
        fixture.objects.answer("pi_1", () -> {
            fixture.billing.sql("update stripe_event set lease = gen_random_uuid()");
            return new Taken(Taken.Outcome.TAKEN, null, "too late");
        });

        assertThat(fixture.inbox(1).run()).isZero();

        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.WAITING);
    }

    @Test
    void ofManyNodesEachObjectIsLookedUpByOne() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            intent("evt_" + i, "pi_" + random.nextInt(40));
        }

        AtOnce.Outcomes<Integer> outcomes =
                AtOnce.run(4, node -> () -> fixture.inbox(2).run());

        assertThat(outcomes.failures()).isEmpty();
        assertThat(outcomes.results().stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(300);
        assertThat(fixture.events.backlog().waiting()).isZero();
        // Nodes may share the events of one object when they claim at the same moment; nothing is lost by that.
        assertThat(fixture.objects.lookedUp).hasSizeBetween(40, 300);
    }

    @Test
    void aWorkerThatHangsHoldsUpNoOther() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(19);
        intent("evt_0", "pi_slow");
        fixture.objects.answer("pi_slow", () -> {
            stuck.countDown();
            await(others);
            return new Taken(Taken.Outcome.TAKEN, null, "at last");
        });
        IntStream.range(1, 20).forEach(i -> {
            intent("evt_" + i, "pi_" + i);
            fixture.objects.answer("pi_" + i, () -> {
                others.countDown();
                return new Taken(Taken.Outcome.TAKEN, null, "soon");
            });
        });

        assertThat(fixture.inbox(2).run()).isEqualTo(20);

        assertThat(stuck.getCount()).isZero();
    }

    @Test
    void aSubscriptionAtStripeOfACustomerOfOursIsForSomebodyToLookAt() {
        TenantId tenant = TenantId.next(fixture.clock);
        customer(tenant, "cus_1");
        foreign("evt_1", "customer.subscription.created", "subscription", "sub_1", "cus_1");
        foreign("evt_2", "customer.subscription.updated", "subscription", "sub_1", "cus_1");
        foreign("evt_3", "invoice.created", "invoice", "in_1", "cus_1");
        foreign("evt_4", "credit_note.created", "credit_note", "cn_1", "cus_1");
        foreign("evt_5", "subscription_schedule.created", "subscription_schedule", "sub_sched_1", "cus_1");

        fixture.inbox(1).run();

        assertThat(fixture.objects.lookedUp).isEmpty();
        assertThat(fixture.findings.open()).allSatisfy(finding -> {
            assertThat(finding.kind()).isEqualTo(FindingKind.FOREIGN_OBJECT);
            assertThat(finding.tenant()).isEqualTo(tenant);
        });
        assertThat(fixture.findings.open())
                .extracting(StripeFinding::subject)
                .containsExactlyInAnyOrder("sub_1", "in_1", "cn_1", "sub_sched_1");
        assertThat(fixture.event("evt_1").tenant()).isEqualTo(tenant);
    }

    @Test
    void anInvoiceThatIsOnlyUpcomingIsNotedUnderItsCustomer() {
        customer(TenantId.next(fixture.clock), "cus_1");
        fixture.send(Signed.event("evt_1", "invoice.upcoming", "invoice", "x", ", \"customer\": \"cus_1\"")
                .replace("\"id\": \"x\"", "\"id\": null"));

        fixture.inbox(1).run();

        assertThat(fixture.findings.open()).extracting(StripeFinding::subject).containsExactly("cus_1");
    }

    @Test
    void aSubscriptionOfSomebodyElsesCustomerIsNoneOfOurs() {
        foreign("evt_1", "customer.subscription.created", "subscription", "sub_1", "cus_other");

        fixture.inbox(1).run();

        assertThat(fixture.findings.open()).isEmpty();
        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.DONE);
        assertThat(fixture.event("evt_1").note()).contains("none of ours");
    }

    @Test
    void refusedUsageIsForSomebodyToLookAt() {
        fixture.send(Signed.thin(
                "evt_1",
                "v1.billing.meter.error_report_triggered",
                "{\"id\": \"mtr_1\", \"type\": \"billing.meter\", \"url\": \"/v1/billing/meters/mtr_1\"}"));
        fixture.send(Signed.thin("evt_2", "v1.billing.meter.no_meter_found", "null"));

        fixture.inbox(1).run();

        assertThat(fixture.findings.open())
                .extracting(StripeFinding::kind, StripeFinding::subject)
                .containsExactlyInAnyOrder(
                        tuple(FindingKind.USAGE_REFUSED, "mtr_1"),
                        tuple(FindingKind.USAGE_REFUSED, "v1.billing.meter.no_meter_found"));
    }

    @Test
    void anEventInAnotherVersionIsReportedAndWorkedThroughAllTheSame() {
        fixture.send(Signed.event("evt_1", "payment_intent.succeeded", "payment_intent", "pi_1")
                .replace(StripeCalls.API_VERSION, "2019-02-19"));
        fixture.send(Signed.event("evt_2", "payment_intent.succeeded", "payment_intent", "pi_2")
                .replace(StripeCalls.API_VERSION, "2019-02-19"));

        fixture.inbox(1).run();

        assertThat(fixture.findings.open()).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(FindingKind.API_VERSION);
            assertThat(finding.subject()).isEqualTo("2019-02-19");
            assertThat(finding.detail()).contains(StripeCalls.API_VERSION);
        });
        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.DONE);
    }

    @Test
    void anEventOfTheVersionThatIsSpokenIsNotReported() {
        intent("evt_1", "pi_1");

        fixture.inbox(1).run();

        assertThat(fixture.findings.open()).isEmpty();
    }

    @Test
    void anEventOfAnAccountIsParkedWhileTheKeysAccountIsNotKnown() {
        fixture.send(Signed.event("evt_1", "payment_intent.succeeded", "payment_intent", "pi_1")
                .replace("\"livemode\"", "\"account\": \"acct_theirs\", \"livemode\""));

        fixture.inbox(1).run();

        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.PARKED);
        assertThat(fixture.event("evt_1").note()).contains("acct_theirs", "not known");
        assertThat(fixture.objects.lookedUp).isEmpty();
    }

    @Test
    void anErrorOfOneEventDoesNotEndTheThreadThatWorksThroughThem() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        fixture.objects.answer("pi_1", () -> {
            failed.countDown();
            throw new LinkageError("a class that is not there");
        });
        fixture.objects.answer("pi_2", () -> {
            done.countDown();
            return new Taken(Taken.Outcome.TAKEN, null, "taken in");
        });
        try (StripeInboxThread thread = new StripeInboxThread(fixture.inbox(1), Duration.ofMillis(5), () -> {
            throw new LinkageError("before the first one");
        })) {
            thread.start();
            intent("evt_1", "pi_1");
            assertThat(failed.await(1, TimeUnit.MINUTES)).isTrue();
            intent("evt_2", "pi_2");

            assertThat(done.await(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    @Test
    void anEventOfTheOtherModeThatIsPlayedAgainIsParkedAgain() {
        fixture.send(Signed.event("evt_1", "payment_intent.succeeded", "payment_intent", "pi_1")
                .replace("\"livemode\": false", "\"livemode\": true"));
        fixture.events.replay("evt_1", BillingFixture.NOTE);

        fixture.inbox(1).run();

        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.PARKED);
        assertThat(fixture.objects.lookedUp).isEmpty();
    }

    @Test
    void whatIsAboutNothingThatIsTakenInIsDone() {
        fixture.send(Signed.event("evt_1", "setup_intent.succeeded", "setup_intent", "seti_1"));
        fixture.send(Signed.event("evt_2", "charge.succeeded", "charge", "x").replace("\"id\": \"x\"", "\"id\": 7"));

        fixture.inbox(1).run();

        assertThat(fixture.objects.lookedUp).isEmpty();
        assertThat(fixture.events.backlog().waiting()).isZero();
    }

    @Test
    void aRunOfAnInterruptedThreadEndsAndLosesNothing() {
        IntStream.range(0, 20).forEach(i -> intent("evt_" + i, "pi_" + i));
        fixture.objects.answer("pi_0", () -> {
            Thread.currentThread().interrupt();
            return new Taken(Taken.Outcome.TAKEN, null, "taken in");
        });

        int done = fixture.inbox(1).run();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(done).isLessThan(20);
        fixture.objects.forget();
        assertThat(fixture.inbox(1).run()).isEqualTo(20 - done);
    }

    @Test
    void anEventIsWorkedThroughAsSoonAsItCameIn() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        fixture.objects.answer("pi_1", () -> {
            done.countDown();
            return new Taken(Taken.Outcome.TAKEN, null, "taken in");
        });
        try (StripeInboxThread thread = new StripeInboxThread(fixture.inbox(1), Duration.ofDays(1), () -> {})) {
            thread.start();
            StripeWebhook webhook = new StripeWebhook(fixture.database, fixture.settings, fixture.clock, thread::wake);
            webhook.receive(Signed.request(
                    now(), Signed.event("evt_1", "payment_intent.succeeded", "payment_intent", "pi_1"), Signed.SECRET));

            assertThat(done.await(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.DONE);
    }

    @Test
    void whatAnotherNodeTookInIsFoundWithoutBeingWoken() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        AtomicInteger tries = new AtomicInteger();
        fixture.objects.answer("pi_1", () -> {
            if (tries.incrementAndGet() == 1) {
                throw new IllegalStateException("once");
            }
            done.countDown();
            return new Taken(Taken.Outcome.TAKEN, null, "taken in");
        });
        try (StripeInboxThread thread = new StripeInboxThread(fixture.inbox(1), Duration.ofMillis(5), () -> {})) {
            thread.start();
            intent("evt_1", "pi_1");
            while (fixture.events.backlog().failing() == 0) {
                Thread.onSpinWait();
            }
            fixture.clock.move(StripeInbox.FIRST_WAIT.plusSeconds(1));

            assertThat(done.await(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    private static void intent(String id, String intent) {
        assertThat(fixture.send(Signed.event(id, "payment_intent.succeeded", "payment_intent", intent))
                        .taken())
                .isTrue();
    }

    private static void foreign(String id, String type, String kind, String object, String customer) {
        fixture.send(Signed.event(id, type, kind, object, ", \"customer\": \"" + customer + "\""));
    }

    private static void customer(TenantId tenant, String customer) {
        fixture.billing.sql("insert into stripe_customer (tenant_id, livemode, customer, created_at) values ('"
                + UUID.fromString(tenant.toString()) + "', false, '" + customer + "', now())");
    }

    private static Instant now() {
        return fixture.clock.instant();
    }

    private static Instant next(StripeEvent event) {
        Instant next = event.nextAt();
        assertThat(next).isNotNull();
        return next;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a Stripe comes to that nobody reaches: made by a real call, since nobody else can make one. */
    private static StripeCallException busy() {
        StripeCalls calls = new StripeCalls(StripeSettings.of("sk_test_1", "main")
                .at(URI.create("http://localhost:1"), URI.create("http://localhost:1"))
                .waiting(Duration.ofSeconds(1), Duration.ofSeconds(1), 0));
        try {
            calls.customer("cus_1");
        } catch (StripeCallException failure) {
            return failure;
        }
        throw new AssertionError("Somebody answers on port 1");
    }
}
