package io.tenancy.samples.cms.billing;

import io.tenancy.billing.tax.TaxPolicy;
import io.tenancy.billing.tax.TaxRate;
import io.tenancy.billing.tax.TaxTable;
import java.math.BigDecimal;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is levied: the seller sits in Germany, and so does one of the clinics. */
@Configuration(proxyBeanMethods = false)
class SalesTaxes {

    @Bean
    TaxPolicy taxesOnSales() {
        return TaxTable.builder()
                .rate(TaxRate.onTop("DE", "USt. 19 %", new BigDecimal("0.19")))
                .build();
    }
}
