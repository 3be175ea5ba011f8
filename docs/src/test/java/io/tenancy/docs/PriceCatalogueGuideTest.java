package io.tenancy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.billing.catalogue.ChargeTerms;
import io.tenancy.billing.catalogue.PriceBook;
import io.tenancy.billing.catalogue.PriceBookReader;
import io.tenancy.billing.catalogue.PriceTerms;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.entitlement.CatalogueReader;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The documents with prices that are shown to readers can be imported. */
class PriceCatalogueGuideTest {

    private static ChargeTerms.Recurring base(PriceBook book, String plan) {
        PriceTerms terms = book.plan(plan).orElseThrow().terms(1).orElseThrow();
        return (ChargeTerms.Recurring) terms.charges().get(0);
    }

    @Test
    void theDocumentOfTheGuideIsReadByBothReadersAndCostsWhatItSays() {
        List<String> documents = Markdown.read(Reactor.find().root().resolve("docs/guide/catalogue-of-prices.md"))
                .blocks("yaml");

        assertThat(documents).hasSize(1);
        PriceBook book = PriceBookReader.read(documents.get(0));
        assertThat(CatalogueReader.read(documents.get(0)).plans()).hasSize(3);
        assertThat(base(book, "pro").of(BillingInterval.YEARLY, "USD", 1)).hasToString("USD 3229.20");
        assertThat(base(book, "pro").of(BillingInterval.QUARTERLY, "USD", 1)).hasToString("USD 897.00");
    }

    @Test
    void theCatalogueOfTheHealthcareSampleHasPrices() throws IOException {
        String document =
                Files.readString(Reactor.find().root().resolve("samples/healthcare-cms/src/main/resources/plans.yaml"));

        PriceBook book = PriceBookReader.read(document);
        assertThat(CatalogueReader.read(document).plans())
                .allSatisfy(plan -> assertThat(base(book, plan.code()).of(BillingInterval.YEARLY, "USD", 1))
                        .isEqualTo(base(book, plan.code())
                                .of(BillingInterval.MONTHLY, "USD", 1)
                                .times(10)));
    }
}
