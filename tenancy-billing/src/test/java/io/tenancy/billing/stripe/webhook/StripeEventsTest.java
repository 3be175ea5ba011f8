package io.tenancy.billing.stripe.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.stripe.object.Taken;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StripeEventsTest {

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
    void parkedEventsAreListedPageByPage() {
        for (int i = 0; i < 7; i++) {
            park("evt_" + i);
            if (i % 2 == 0) {
                fixture.clock.move(Duration.ofMinutes(1));
            }
        }

        List<String> seen = new ArrayList<>();
        List<StripeEvent> page = fixture.events.parked(null, 3);
        while (!page.isEmpty()) {
            page.forEach(event -> seen.add(event.id()));
            page = fixture.events.parked(page.get(page.size() - 1), 3);
        }

        assertThat(seen).containsExactly("evt_6", "evt_5", "evt_4", "evt_3", "evt_2", "evt_1", "evt_0");
    }

    @Test
    void aPageOfNoneOrOfTooManyIsRefused() {
        assertThatThrownBy(() -> fixture.events.parked(null, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fixture.events.parked(null, 1_001)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anEventIsPlayedAgainByNameAndItIsKnownWhoWantedThat() {
        intent("evt_1");
        fixture.inbox(1).run();

        fixture.events.replay("evt_1", new ChangeNote("ada", "the tenant came back"));
        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.WAITING);
        fixture.inbox(1).run();

        assertThat(fixture.objects.lookedUp).hasSize(2);
        assertThat(fixture.event("evt_1").state()).isEqualTo(EventState.DONE);
        assertThat(fixture.event("evt_1").replayed()).contains("ada: the tenant came back");
    }

    @Test
    void whatWaitsOrNeverCameIsNotPlayedAgain() {
        intent("evt_1");

        assertThatThrownBy(() -> fixture.events.replay("evt_1", BillingFixture.NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("waits");
        assertThatThrownBy(() -> fixture.events.replay("evt_2", BillingFixture.NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("evt_2");
    }

    @Test
    void allOfATimeArePlayedAgain() {
        IntStream.range(0, 3).forEach(i -> intent("evt_early" + i));
        fixture.clock.move(Duration.ofHours(1));
        Instant from = fixture.clock.instant();
        IntStream.range(0, 4).forEach(i -> intent("evt_then" + i));
        park("evt_parked");
        fixture.inbox(1).run();
        fixture.clock.move(Duration.ofHours(1));
        intent("evt_late");
        fixture.inbox(1).run();

        assertThat(fixture.events.replay(from, fixture.clock.instant(), true, BillingFixture.NOTE))
                .isEqualTo(1);
        fixture.inbox(1).run();
        assertThat(fixture.events.replay(from, fixture.clock.instant(), false, new ChangeNote("bob", "all of them")))
                .isEqualTo(5);
        assertThat(fixture.events.backlog().waiting()).isEqualTo(5);
    }

    @Test
    void whatIsDoneWhileATimeIsPlayedAgainIsNotPlayedOverAndOver() {
        IntStream.range(0, 20).forEach(i -> intent("evt_" + i));
        fixture.inbox(1).run();
        Instant begin = BillingFixture.START;

        int first = fixture.events.replay(begin, begin.plusSeconds(1), false, BillingFixture.NOTE);
        fixture.inbox(1).run();
        int same = fixture.events.replay(begin, begin.plusSeconds(1), false, BillingFixture.NOTE);

        // The same call at the same moment is the same wish.
        assertThat(first).isEqualTo(20);
        assertThat(same).isZero();
    }

    @Test
    void theBacklogSaysHowMuchAndSinceWhen() {
        assertThat(fixture.events.backlog()).isEqualTo(new StripeEvents.Backlog(0, 0, 0, null));
        park("evt_3");
        intent("evt_1");
        fixture.clock.move(Duration.ofMinutes(3));
        intent("evt_2");

        StripeEvents.Backlog backlog = fixture.events.backlog();

        assertThat(backlog).isEqualTo(new StripeEvents.Backlog(2, 0, 1, BillingFixture.START));
        assertThat(backlog.age(fixture.clock.instant())).isEqualTo(Duration.ofMinutes(3));
    }

    @Test
    void oldEventsAreForgottenButNeverThoseThatWait() {
        intent("evt_done");
        fixture.inbox(1).run();
        park("evt_parked");
        fixture.objects.answer("pi_evt_waiting", () -> {
            throw new BillingException("not yet");
        });
        intent("evt_waiting");
        fixture.clock.move(Duration.ofDays(31));

        assertThat(prune()).isEqualTo(1);
        assertThat(fixture.events.find("evt_done")).isEmpty();
        assertThat(fixture.events.find("evt_parked")).isPresent();

        fixture.clock.move(Duration.ofDays(60));
        assertThat(prune()).isEqualTo(1);
        assertThat(fixture.events.find("evt_parked")).isEmpty();
        assertThat(fixture.events.find("evt_waiting")).isPresent();
    }

    @Test
    void eventsAreKeptAsLongAsStripeMaySendThemAgain() {
        assertThatThrownBy(() -> fixture.events.prune(Duration.ofDays(3), StripeEvents.DEFAULT_KEEP_PARKED))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fixture.events.prune(StripeEvents.DEFAULT_KEEP_DONE, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static int prune() {
        return fixture.events.prune(StripeEvents.DEFAULT_KEEP_DONE, StripeEvents.DEFAULT_KEEP_PARKED);
    }

    private static void intent(String id) {
        fixture.send(Signed.event(id, "payment_intent.succeeded", "payment_intent", "pi_" + id));
    }

    private static void park(String id) {
        fixture.objects.answer("pi_" + id, () -> new Taken(Taken.Outcome.NOT_OURS, null, "whose?"));
        intent(id);
        fixture.inbox(1).run();
        assertThat(fixture.event(id).state()).isEqualTo(EventState.PARKED);
    }
}
