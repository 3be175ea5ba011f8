package io.tenancy.billing.account;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.ScriptedProvider;
import io.tenancy.billing.account.AccountChange.Kind;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.payment.ManualPayments;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who changed how tenants are billed, against a real control database. */
class AccountChangesTest {

    private static final ChangeNote GRACE = new ChangeNote("grace", "moved to cards");

    static BillingFixture fixture;
    static TenancyBilling billing;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture(
                BillingFixture.TWO_PLANS,
                settings -> settings.provider(new ManualPayments())
                        .provider(new ScriptedProvider())
                        .draftFor(Duration.ofHours(1)));
        billing = fixture.billing;
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @Test
    void whoIsBilledAndHowItPaysIsKeptWithWhoChangedItAndWhy() {
        TenantId tenant = fixture.tenant();

        billing.accounts().put(tenant, Buyer.of("New Ltd", "DE", ZoneId.of("UTC")), NOTE);
        billing.accounts().use(tenant, "acme", ScriptedProvider.NAME, GRACE);

        assertThat(billing.accounts().changes(tenant))
                .extracting(AccountChange::kind, AccountChange::detail, AccountChange::note)
                .startsWith(
                        tuple(Kind.PAYS, "'acme' sells, and it is paid through 'cards'", GRACE),
                        tuple(Kind.BUYER, "New Ltd is billed", NOTE))
                .hasSize(3);
        assertThat(billing.accounts().changes(tenant).get(2).note()).isEqualTo(AccountChange.UNNAMED);
    }

    @Test
    void whatDoesNotChangeIsNotRecorded() {
        TenantId tenant = fixture.tenant();
        Buyer buyer = billing.accounts().find(tenant).orElseThrow().buyer();

        billing.accounts().put(tenant, buyer, NOTE);
        billing.accounts().use(tenant, "acme", ManualPayments.NAME, NOTE);
        assertThatThrownBy(() -> billing.accounts().use(tenant, "acme", "nobody", NOTE))
                .isInstanceOf(BillingException.class);

        assertThat(billing.accounts().changes(tenant)).hasSize(1);
    }

    @Test
    void aDraftThatIsMadeFinalBeforeItsTimeTellsWhoDidItOnce() {
        TenantId tenant = fixture.tenant();
        Invoice draft = billing.invoices().charge(tenant, List.of(Charge.of("Setup", usd("10.00"), Tax.NONE)), NOTE);

        Invoice made = billing.invoices().finalise(tenant, draft.id(), GRACE);
        Invoice again = billing.invoices().finalise(tenant, draft.id(), NOTE);

        assertThat(again).isEqualTo(made);
        assertThat(made.note()).isEqualTo(NOTE);
        assertThat(billing.accounts().changes(tenant))
                .filteredOn(change -> change.kind() == Kind.FINALISE)
                .singleElement()
                .satisfies(change -> {
                    assertThat(change.note()).isEqualTo(GRACE);
                    assertThat(change.detail()).contains(draft.id().toString());
                });
    }

    @Test
    void whatWasAgreedTellsWhoAgreedIt() {
        String charges = "charges: [{code: base, title: Base fee, kind: fixed, price: {month: 77}}]";

        long named = billing.catalogue().negotiate("pro", charges, GRACE);
        long unnamed = billing.catalogue().negotiate("pro", charges);

        assertThat(billing.catalogue().negotiatedBy(named)).contains(GRACE);
        assertThat(billing.catalogue().negotiatedBy(unnamed)).contains(AccountChange.UNNAMED);
        assertThat(billing.catalogue().negotiatedBy(0)).isEmpty();
    }

    @Test
    void whatWasRecordedStays() {
        TenantId tenant = fixture.tenant();

        assertThatThrownBy(() ->
                        fixture.sqlAsPlatform("delete from billing_account_record where tenant_id = '" + tenant + "'"))
                .hasMessageContaining("billing_account_record");
    }
}
