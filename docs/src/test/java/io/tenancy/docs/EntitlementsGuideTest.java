package io.tenancy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.entitlement.CatalogueReader;
import io.tenancy.entitlement.EntitlementValue;
import io.tenancy.entitlement.Plan;
import io.tenancy.entitlement.PlanCatalogue;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The catalogue in the guide can be imported. */
class EntitlementsGuideTest {

    @Test
    void theCatalogueOfTheGuideIsReadWithoutErrors() {
        List<String> documents = Markdown.read(Reactor.find().root().resolve("docs/guide/entitlements.md"))
                .blocks("yaml");

        assertThat(documents).hasSize(1);
        PlanCatalogue catalogue = CatalogueReader.read(documents.get(0));
        assertThat(catalogue.plans()).extracting(Plan::code).containsExactly("starter", "professional");
        assertThat(catalogue.plan("starter").orElseThrow().versions().get(0).entitlements())
                .containsEntry("articles", new EntitlementValue.OfQuantity(1000, 900L, true));
        assertThat(catalogue.plan("professional").orElseThrow().versions()).hasSize(2);
    }
}
