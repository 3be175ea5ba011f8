package io.tenancy.billing.stripe.customer;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnershipTest {

    private final Ownership ownership = new Ownership("shop", false);

    @Test
    void whatIsWrittenIsReadAgain() {
        TenantId tenant = TenantId.next(InstantSource.system());

        Map<String, String> written = ownership.of(tenant, Map.of(Ownership.PART, 2));

        assertThat(ownership.tenant(written)).contains(tenant);
        assertThat(written).containsEntry(Ownership.PART, "2");
    }

    @Test
    void whatAnotherInstallationWroteNamesNobodyHere() {
        TenantId tenant = TenantId.next(InstantSource.system());

        Map<String, String> written = new Ownership("staging", false).of(tenant, Map.of());

        assertThat(ownership.tenant(written)).isEmpty();
        assertThat(ownership.isOfAnother(written)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "somebody", "00000000-0000-0000-0000-000000000000", "8c5b3c5e-5a7f-4c3f-9c1d-0a1b2c3d4e5f"})
    void whatNamesNoTenantNamesNobody(String written) {
        assertThat(ownership.tenant(Map.of(Ownership.INSTALLATION, "shop", Ownership.TENANT, written)))
                .isEmpty();
    }
}
