package io.tenancy.billing.stripe.customer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.stripe.StripeFixture;
import io.tenancy.billing.stripe.TenancyStripe;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.billing.stripe.reconciliation.StripeReconciliation;
import io.tenancy.test.stripe.FakeStripe;
import io.tenancy.test.stripe.StripeFault;
import java.net.URI;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A key of another account of Stripe than the one that the tenants are customers of. */
class KnownAccountTest {

    private static final String LIVE = "sk_live_of_the_test";

    private FakeStripe other;

    @BeforeEach
    void start() {
        other = FakeStripe.builder()
                .accountId("acct_other")
                .clock(() -> BillingFixture.START)
                .start();
    }

    @AfterEach
    void stop() {
        other.close();
    }

    private TenancyStripe again(StripeFixture at, UnaryOperator<StripeSettings> settings) {
        return TenancyStripe.builder(at.fixture.installation, settings.apply(StripeFixture.settings(other)))
                .clock(at.fixture.clock)
                .build()
                .start(at.fixture.billing);
    }

    private static StripeSettings live(StripeSettings settings) {
        return StripeSettings.of(LIVE, "test").at(settings.apiBase(), settings.meterEventsBase());
    }

    @Test
    void nothingIsAskedOfAnotherAccountWhereRealMoneyMoves() {
        try (StripeFixture at = new StripeFixture(KnownAccountTest::live)) {
            TenantId tenant = at.tenant();
            String before = at.stripe.customers().require(tenant);
            Invoice invoice = at.invoice(tenant, "12.00");
            try (TenancyStripe moved = again(at, KnownAccountTest::live)) {
                assertThatThrownBy(() -> moved.pages().pay(tenant, invoice.id(), StripeFixture.WAYS))
                        .isInstanceOfSatisfying(
                                StripeCallException.class,
                                failure -> assertThat(failure.kind()).isEqualTo(StripeCallException.Kind.NOT_ALLOWED))
                        .hasMessageContaining("acct_other")
                        .hasMessageContaining(at.fake.accountId())
                        .hasMessageContaining("ofAccount");
                assertThatThrownBy(() -> moved.objects().refresh(ObjectKind.INTENT, "pi_1"))
                        .isInstanceOf(StripeCallException.class);
                StripeReconciliation.Done done = moved.reconciliation().run();
                assertThat(done.end()).isEqualTo(StripeReconciliation.End.CUT_SHORT);
                assertThat(done.note()).contains("acct_other");
            }

            assertThat(other.requests())
                    .allSatisfy(request -> assertThat(request.path()).isEqualTo("/v1/account"));
            assertThat(at.stripe.findings().open()).isEmpty();
            assertThat(at.stripe.customers().find(tenant).orElseThrow().id()).isEqualTo(before);
            assertThat(at.stripe
                            .pages()
                            .pay(tenant, invoice.id(), StripeFixture.WAYS)
                            .toString())
                    .startsWith(at.fake.apiBase());
        }
    }

    @Test
    void theSettingsNameTheNewAccountAndTenantsLeaveTheirCardsAgain() {
        try (StripeFixture at = new StripeFixture(KnownAccountTest::live)) {
            TenantId tenant = at.tenant();
            String before = at.stripe.customers().require(tenant);
            Invoice invoice = at.invoice(tenant, "12.00");
            try (TenancyStripe moved = again(at, settings -> live(settings).ofAccount("acct_other"))) {
                assertThat(moved.pages()
                                .pay(tenant, invoice.id(), StripeFixture.WAYS)
                                .toString())
                        .startsWith(other.apiBase());
                assertThat(moved.customers().find(tenant).orElseThrow().id()).isNotEqualTo(before);
            }

            assertThat(at.fixture.rows(
                            "select tenant_id::text from stripe_former_customer where customer = '" + before + "'"))
                    .containsExactly(tenant.toString());
        }
    }

    @Test
    void aKeyOfAnotherAccountThanTheSettingsNameIsRefused() {
        try (StripeFixture at = new StripeFixture()) {
            TenantId tenant = at.tenantWith("pm_card_visa");
            try (TenancyStripe moved = again(at, settings -> settings.ofAccount("acct_third"))) {
                assertThatThrownBy(() -> moved.pages().save(tenant, "USD", StripeFixture.WAYS))
                        .isInstanceOf(StripeCallException.class)
                        .hasMessageContaining("acct_other")
                        .hasMessageContaining("acct_third");
            }

            assertThat(at.stripe.customers().find(tenant).orElseThrow().card()).isNotNull();
        }
    }

    @Test
    void inTestModeTenantsAreMovedToTheAccountOfTheKey() {
        try (StripeFixture at = new StripeFixture()) {
            TenantId tenant = at.tenantWith("pm_card_visa");
            try (TenancyStripe moved = again(at, settings -> settings)) {
                URI page = moved.pages().save(tenant, "USD", StripeFixture.WAYS);

                assertThat(moved.customers().find(tenant).orElseThrow().card()).isNull();
                assertThat(other.completeCheckout(StripeFixture.idOf(page), "pm_card_visa"))
                        .isEmpty();
            }
        }
    }

    @Test
    void whileTheAccountIsNotToldNothingIsDoneAndItIsAskedAgain() {
        try (StripeFixture at = new StripeFixture()) {
            TenantId tenant = at.tenant();
            other.inject(StripeFault.error(500).on("GET", "/v1/account"));
            try (TenancyStripe moved = again(at, settings -> settings)) {
                assertThatThrownBy(() -> moved.pages().save(tenant, "USD", StripeFixture.WAYS))
                        .isInstanceOfSatisfying(
                                StripeCallException.class,
                                failure -> assertThat(failure.kind()).isEqualTo(StripeCallException.Kind.BUSY));

                assertThat(moved.pages().save(tenant, "USD", StripeFixture.WAYS))
                        .isNotNull();
            }
        }
    }

    @Test
    void aRestrictedKeyThatMayNotLookAtItsAccountWorksAllTheSame() {
        try (StripeFixture at = new StripeFixture()) {
            TenantId tenant = at.tenant();
            other.inject(StripeFault.error(403).on("GET", "/v1/account"));
            try (TenancyStripe moved = again(at, settings -> settings)) {
                assertThat(moved.pages().save(tenant, "USD", StripeFixture.WAYS))
                        .isNotNull();
            }
        }
    }

    @Test
    void anInstallationThatIsCalledOtherwiseThanBeforeDoesNotStart() {
        try (StripeFixture at = new StripeFixture()) {
            TenancyStripe renamed = TenancyStripe.builder(
                            at.fixture.installation,
                            StripeSettings.of(at.fake.apiKey(), "renamed")
                                    .at(URI.create(at.fake.apiBase()), URI.create(at.fake.meterEventsBase())))
                    .build();

            assertThatThrownBy(() -> renamed.start(at.fixture.billing))
                    .isInstanceOf(BillingException.class)
                    .hasMessageContaining("'renamed'")
                    .hasMessageContaining("'test'");
        }
    }
}
