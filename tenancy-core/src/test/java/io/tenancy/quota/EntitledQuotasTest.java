package io.tenancy.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.TenantId;
import io.tenancy.entitlement.PlannedTenants;
import io.tenancy.entitlement.QuotaNotEntitledException;
import io.tenancy.quota.spi.QuotaPolicies;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntitledQuotasTest {

    private static final String CATALOGUE = """
            format: 1
            definitions:
              stock_take: {kind: module}
              users: {kind: limit}
              rows: {kind: limit}
              calls: {kind: allowance, period: day}
              mails: {kind: allowance, period: month, soft_limit_percent: 80}
              jobs: {kind: allowance, period: billing}
            plans:
              starter:
                versions:
                  - version: 1
                    entitlements:
                      stock_take: true
                      users: 5
                      calls: {limit: 1000, soft_limit: 900, overage: true}
                      mails: 1000
                      jobs: 7
              free:
                versions:
                  - version: 1
                    entitlements: {users: -1, calls: {limit: -1, soft_limit: 100}, mails: 0}
              endless:
                versions:
                  - version: 1
                    entitlements:
                      users: 1125899906842624
                      rows: 1125899906842625
                      calls: {limit: 9223372036854775807, soft_limit: 1125899906842625}
            """;

    private final PlannedTenants tenants = new PlannedTenants(CATALOGUE);
    private final EntitledQuotas quotas = new EntitledQuotas(tenants.entitlements());
    private final TenantId starter = tenants.with("starter");

    private Optional<QuotaPolicy> policy(String plan, String resource) {
        return quotas.policyOf(tenants.with(plan), resource);
    }

    @Test
    void aLimitIsAHardLimitWithoutPeriod() {
        assertThat(policy("starter", "users")).contains(QuotaPolicy.of("users", 5));
    }

    @ParameterizedTest
    @CsvSource({"calls,DAY", "mails,MONTH", "jobs,BILLING"})
    void anAllowanceBeginsAnewWithItsPeriod(String resource, QuotaPeriod period) {
        assertThat(quotas.policyOf(starter, resource).orElseThrow().period()).isEqualTo(period);
    }

    @Test
    void softLimitAndOverageAreThePlans() {
        assertThat(policy("starter", "calls"))
                .contains(QuotaPolicy.per(QuotaPeriod.DAY, "calls", 1000)
                        .withSoftLimit(900)
                        .withOverage());
    }

    @Test
    void aSoftLimitInPercentIsItsShareOfTheLimit() {
        assertThat(policy("starter", "mails"))
                .contains(QuotaPolicy.per(QuotaPeriod.MONTH, "mails", 1000).withSoftLimit(800));
    }

    @Test
    void unlimitedIsUnlimitedAndNothingIsNothing() {
        assertThat(policy("free", "users")).contains(QuotaPolicy.of("users", QuotaPolicy.UNLIMITED));
        assertThat(policy("free", "calls").orElseThrow())
                .isEqualTo(QuotaPolicy.per(QuotaPeriod.DAY, "calls", QuotaPolicy.UNLIMITED)
                        .withSoftLimit(100));
        assertThat(policy("free", "mails").orElseThrow().hardLimit()).isZero();
    }

    @Test
    void moreThanAQuotaCanCountIsUnlimited() {
        assertThat(policy("endless", "users")).contains(QuotaPolicy.of("users", QuotaPolicy.MAXIMUM));
        assertThat(policy("endless", "rows")).contains(QuotaPolicy.of("rows", QuotaPolicy.UNLIMITED));
        assertThat(policy("endless", "calls"))
                .contains(QuotaPolicy.per(QuotaPeriod.DAY, "calls", QuotaPolicy.UNLIMITED));
    }

    @Test
    void whatThePlanGivesIsRequired() {
        assertThat(quotas.require(starter, "users")).isEqualTo(QuotaPolicy.of("users", 5));
    }

    @Test
    void whatThePlanDoesNotGiveIsRefusedToWhoeverRequiresIt() {
        assertThatExceptionOfType(QuotaNotEntitledException.class)
                .isThrownBy(() -> quotas.require(starter, "rows"))
                .satisfies(refusal -> {
                    assertThat(refusal.status()).isEqualTo(403);
                    assertThat(refusal.resource()).isEqualTo("rows");
                    assertThat(refusal.plan()).contains("starter");
                    assertThat(refusal.plans()).containsExactly("endless");
                });
    }

    @Test
    void whatTheCatalogueDoesNotDefineIsAFaultOfTheApplication() {
        assertThatExceptionOfType(UnknownQuotaException.class)
                .isThrownBy(() -> quotas.require(starter, "unheard_of"))
                .withMessageContaining("'unheard_of'")
                .havingCause()
                .withMessageContaining("Of this kind exist: [users]");
        assertThatExceptionOfType(UnknownQuotaException.class)
                .isThrownBy(() -> quotas.require(starter, "stock_take"))
                .havingCause()
                .withMessageContaining("The catalogue defines it as a MODULE");
    }

    @Test
    void policiesThatKnowNoCatalogueRefuseByName() {
        assertThatExceptionOfType(UnknownQuotaException.class)
                .isThrownBy(() -> QuotaPolicies.none().require(starter, "users"));
    }

    @Test
    void whatIsNoQuantityOfThePlanIsNoQuota() {
        assertThat(policy("starter", "stock_take")).isEmpty();
        assertThat(policy("starter", "rows")).isEmpty();
        assertThat(policy("starter", "unheard_of")).isEmpty();
    }
}
