package io.tenancy.billing.run;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.notice.BillingNotice;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** With the scheduler, in real time. */
class BillingJobsTest {

    private static void charge(TenancyBilling billing, TenantId tenant) {
        var unused = billing.invoices().charge(tenant, List.of(Charge.of("Setup", usd("1.00"), Tax.NONE)), NOTE);
    }

    @Test
    void oneOfTwoNodesRunsAndTheOtherTakesOverWhenItIsClosed() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        try (BillingFixture fixture = new BillingFixture(
                "",
                settings -> settings.interval(Duration.ofMillis(50)).notifier(notice -> {
                    held.countDown();
                    letGo.await();
                    told.add("first " + notice.kind());
                }))) {
            TenancyBilling other = fixture.another(settings ->
                    settings.interval(Duration.ofMillis(50)).notifier(notice -> told.add("second " + notice.kind())));
            try (other) {
                TenantId tenant = fixture.tenant();
                charge(fixture.billing, tenant);
                fixture.billing.jobs().start();
                assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
                // The first node is within its run; the second one has something to tell and does not.
                charge(fixture.billing, tenant);
                other.jobs().start();
                assertThat(told.poll(1, TimeUnit.SECONDS)).isNull();
                letGo.countDown();
                assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("first " + BillingNotice.Kind.INVOICE_ISSUED);
                assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("first " + BillingNotice.Kind.INVOICE_ISSUED);

                fixture.billing.close();
                charge(other, tenant);

                assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("second " + BillingNotice.Kind.INVOICE_ISSUED);
            }
        }
    }

    @Test
    void aRunThatFailsIsTriedAgain() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        try (BillingFixture fixture = new BillingFixture(
                "",
                settings -> settings.interval(Duration.ofMillis(50))
                        .notifier(notice -> told.add(notice.kind().name())))) {
            fixture.sql("alter table billing_notice rename to billing_notice_away");
            fixture.billing.jobs().start();
            assertThat(told.poll(500, TimeUnit.MILLISECONDS)).isNull();
            fixture.sql("alter table billing_notice_away rename to billing_notice");

            charge(fixture.billing, fixture.tenant());

            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("INVOICE_ISSUED");
        }
    }
}
