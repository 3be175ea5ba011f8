package io.tenancy.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.Tenant;
import io.tenancy.TenantStatus;
import io.tenancy.Tenants;
import io.tenancy.catalog.TenantKey;
import io.tenancy.catalog.TenantNotFoundException;
import io.tenancy.context.Tenancy;
import io.tenancy.context.TenantMismatchException;
import io.tenancy.lifecycle.StatusGate;
import io.tenancy.lifecycle.TenantInactiveException;
import io.tenancy.resolution.HeaderResolver;
import io.tenancy.resolution.ResolverChain;
import io.tenancy.resolution.SubdomainResolver;
import io.tenancy.resolution.TenantRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TenantPipelineTest {

    private final Map<TenantKey, Tenant> catalog = new HashMap<>();
    private final TenantPipeline pipeline = new TenantPipeline(
            new ResolverChain(
                    List.of(new SubdomainResolver(List.of("example.com")), new HeaderResolver("X-Tenant-ID"))),
            key -> Optional.ofNullable(catalog.get(key)),
            List.of(new StatusGate()));

    private Tenant enlist(String slug, TenantStatus status) {
        Tenant tenant = Tenants.withStatus(slug, status);
        catalog.put(new TenantKey.BySlug(tenant.slug()), tenant);
        catalog.put(new TenantKey.ById(tenant.id()), tenant);
        return tenant;
    }

    private static TenantRequest request(String host, String... header) {
        return new TenantRequest(host, "/", name -> List.of(header));
    }

    @Test
    void workRunsInTheScopeOfTheTenantWhoseRequestItIs() {
        Tenant acme = enlist("acme", TenantStatus.ACTIVE);

        assertThat(pipeline.call(request("acme.example.com"), Tenancy::require)).isEqualTo(acme);
        assertThat(Tenancy.scope()).isEmpty();
    }

    @Test
    void unknownTenantIsRefusedWith404AndTheMessageNamesTheTrace() {
        assertThatExceptionOfType(TenantNotFoundException.class)
                .isThrownBy(() -> pipeline.admit(request("nobody.example.com")))
                .withMessageContaining("slug 'nobody'")
                .withMessageContaining("header resolver found no header")
                .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(404))
                .satisfies(refusal -> assertThat(refusal.publicDetail()).doesNotContain("nobody"));
    }

    @ParameterizedTest
    @CsvSource({"SUSPENDED, 402", "PROVISIONING, 503", "MAINTENANCE, 503", "DELETED, 404"})
    void tenantThatMayNotWorkIsRefused(TenantStatus status, int expected) {
        enlist("acme", status);

        assertThatExceptionOfType(TenantInactiveException.class)
                .isThrownBy(() -> pipeline.admit(request("acme.example.com")))
                .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(expected))
                .satisfies(refusal -> assertThat(refusal.tenantStatus()).isEqualTo(status));
    }

    @ParameterizedTest
    @EnumSource(names = {"TRIAL", "ACTIVE", "PAST_DUE", "RESTRICTED", "CANCELLED"})
    void tenantThatMayWorkPasses(TenantStatus status) {
        Tenant acme = enlist("acme", status);

        assertThat(pipeline.admit(request("acme.example.com")).tenant()).isEqualTo(acme);
    }

    @Test
    void suspendedTenantReachesWhereItPaysAndNothingElse() {
        Tenant acme = enlist("acme", TenantStatus.SUSPENDED);
        TenantPipeline paying = new TenantPipeline(
                new ResolverChain(List.of(new SubdomainResolver(List.of("example.com")))),
                key -> Optional.ofNullable(catalog.get(key)),
                List.of(new StatusGate(request -> request.path().equals("/bill"))));
        TenantRequest bill = new TenantRequest("acme.example.com", "/bill", TenantRequest.Headers.NONE);

        assertThat(paying.admit(bill).tenant()).isEqualTo(acme);
        assertThatExceptionOfType(TenantInactiveException.class)
                .isThrownBy(() -> paying.admit(request("acme.example.com")));
        enlist("acme", TenantStatus.DELETED);
        assertThatExceptionOfType(TenantInactiveException.class).isThrownBy(() -> paying.admit(bill));
    }

    @Test
    void requestThatNamesTwoTenantsIsRefused() {
        enlist("acme", TenantStatus.ACTIVE);
        enlist("zeta", TenantStatus.ACTIVE);

        assertThatExceptionOfType(TenantMismatchException.class)
                .isThrownBy(() -> pipeline.admit(request("acme.example.com", "zeta")))
                .withMessageContaining("names two tenants");
    }

    @Test
    void requestThatNamesOneTenantTwiceIsAdmitted() {
        Tenant acme = enlist("acme", TenantStatus.ACTIVE);

        AdmittedRequest admitted =
                pipeline.admit(request("acme.example.com", acme.id().toString()));

        assertThat(admitted.tenant()).isEqualTo(acme);
        assertThat(admitted.resolver()).isEqualTo("subdomain");
    }

    @Test
    void explainTellsWhatEachResolverSaidWithoutBindingAnything() {
        assertThat(pipeline.explain(request("acme.example.com")))
                .hasToString("subdomain resolver found slug 'acme'; header resolver found no header 'X-Tenant-ID'");
        assertThat(Tenancy.scope()).isEmpty();
    }
}
