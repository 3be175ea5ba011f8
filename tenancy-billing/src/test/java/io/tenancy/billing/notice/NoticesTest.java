package io.tenancy.billing.notice;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.billing.AtOnce;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.Tax;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real control database, with a notifier that fails when it is told to. */
class NoticesTest {

    private static final List<BillingNotice> TOLD = new CopyOnWriteArrayList<>();
    private static final ConcurrentLinkedDeque<Throwable> FAILURES = new ConcurrentLinkedDeque<>();

    static BillingFixture fixture;
    static TenancyBilling billing;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture(
                "", settings -> settings.notifier(NoticesTest::tell).connections(8));
        billing = fixture.billing;
    }

    private static void tell(BillingNotice notice) throws Exception {
        TOLD.add(notice);
        Throwable failure = FAILURES.poll();
        if (failure instanceof Exception exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void nothingIsTold() {
        fixture.clock.moveTo(BillingFixture.START);
        fixture.forgetAll();
        TOLD.clear();
        FAILURES.clear();
    }

    private static Invoice charge(TenantId tenant) {
        return billing.invoices().charge(tenant, List.of(Charge.of("Setup", usd("1.00"), Tax.NONE)), NOTE);
    }

    @Test
    void aNoticeSaysWhatItIsAboutAndIsToldOnce() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant);

        assertThat(billing.notices().tellDue()).isEqualTo(1);
        assertThat(billing.notices().tellDue()).isZero();

        assertThat(TOLD).singleElement().satisfies(notice -> {
            assertThat(notice.key()).isEqualTo("invoice:" + invoice.id());
            assertThat(notice.kind()).isEqualTo(BillingNotice.Kind.INVOICE_ISSUED);
            assertThat(notice.tenant()).isEqualTo(tenant);
            assertThat(notice.buyer()).isEqualTo(invoice.buyer());
            assertThat(notice.seller()).isEqualTo(invoice.seller());
            assertThat(notice.invoiceNumber()).isEqualTo(invoice.number());
            assertThat(notice.amount()).isEqualTo(invoice.due());
            assertThat(notice.date()).isEqualTo(invoice.dueAt());
        });
        assertThat(billing.notices().of(tenant)).isEqualTo(TOLD);
    }

    @Test
    void whatCouldNotBeToldIsToldAgainLaterAndLaterWithTheSameKey() {
        charge(fixture.tenant());
        for (int i = 0; i < 5; i++) {
            FAILURES.add(new IllegalStateException("The mail server is away"));
        }
        List<Long> waited = new ArrayList<>();
        long seconds = 0;
        long last = 0;
        while (TOLD.size() < 6) {
            int before = TOLD.size();
            billing.notices().tellDue();
            if (TOLD.size() > before) {
                waited.add(seconds - last);
                last = seconds;
            }
            fixture.clock.move(Duration.ofSeconds(30));
            seconds += 30;
        }

        assertThat(waited).containsExactly(0L, 30L, 60L, 120L, 240L, 480L);
        assertThat(TOLD).extracting(BillingNotice::key).containsOnly(TOLD.get(0).key());
        assertThat(fixture.rows("select fault from billing_notice")).containsExactly((String) null);
        assertThat(fixture.rows("select attempts from billing_notice")).containsExactly("6");
    }

    @Test
    void itIsNeverWaitedForLongerThanSixHours() {
        charge(fixture.tenant());
        fixture.sql("update billing_notice set attempts = 60");
        FAILURES.add(new IllegalStateException("still away"));
        billing.notices().tellDue();

        assertThat(
                        fixture.rows(
                                "select extract(epoch from next_at - timestamptz '2026-01-10T09:00:00Z')::int from billing_notice"))
                .containsExactly("21600");
        assertThat(fixture.rows("select fault from billing_notice")).containsExactly("still away");
    }

    @Test
    void oneThatFailsHoldsUpNoOther() {
        charge(fixture.tenant());
        charge(fixture.tenant());
        FAILURES.add(new IllegalStateException("no such address"));

        assertThat(billing.notices().tellDue()).isEqualTo(1);
        assertThat(TOLD).hasSize(2);
    }

    @Test
    void aCrashWhileItIsToldLosesNothing() {
        charge(fixture.tenant());
        // As if the process had died.
        FAILURES.add(new Error("The process dies"));
        assertThatThrownBy(() -> billing.notices().tellDue()).isInstanceOf(Error.class);
        assertThat(billing.notices().tellDue()).isZero();

        fixture.clock.move(Duration.ofMinutes(5));

        assertThat(billing.notices().tellDue()).isEqualTo(1);
        assertThat(TOLD)
                .hasSize(2)
                .extracting(BillingNotice::key)
                .containsOnly(TOLD.get(0).key());
    }

    @Test
    void whatWasUndoneIsNotTold() {
        TenantId tenant = fixture.tenant();
        fixture.sql("create function fail_always() returns trigger language plpgsql as"
                + " $$ begin raise exception 'planted'; end $$;"
                + " create constraint trigger planted after insert on invoice deferrable initially deferred"
                + " for each row execute function fail_always()");
        try {
            assertThatThrownBy(() -> charge(tenant)).hasMessageContaining("planted");
        } finally {
            fixture.sql("drop trigger planted on invoice; drop function fail_always()");
        }

        assertThat(billing.notices().tellDue()).isZero();
        assertThat(billing.notices().of(tenant)).isEmpty();
    }

    @Test
    void manyNodesTellEachNoticeOnce() throws Exception {
        for (int i = 0; i < 20; i++) {
            charge(fixture.tenant());
        }

        AtOnce.Outcomes<Integer> outcomes =
                AtOnce.run(4, number -> () -> billing.notices().tellDue());

        assertThat(outcomes.failures()).isEmpty();
        assertThat(TOLD).hasSize(20).extracting(BillingNotice::key).doesNotHaveDuplicates();
    }

    @Test
    void withoutANotifierNoticesAreKeptAndNeverTold() {
        TenancyBilling silent = fixture.another(settings -> settings);
        TenantId tenant = fixture.tenant();
        var unused = silent.invoices().charge(tenant, List.of(Charge.of("Setup", usd("1.00"), Tax.NONE)), NOTE);

        assertThat(billing.notices().tellDue()).isZero();
        assertThat(billing.notices().of(tenant)).hasSize(1);
    }
}
