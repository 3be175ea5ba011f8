package io.tenancy.billing.document;

import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.InvoiceLine;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is levied under one name at one rate.
 *
 * @param name of the tax
 * @param rate a share
 * @param base what it is levied on, without it
 * @param tax how much it is
 */
record TaxRow(String name, BigDecimal rate, Money base, Money tax) {

    /** One row for each name and rate, in the order in which lines have them. */
    static List<TaxRow> of(List<InvoiceLine> lines) {
        record Key(String name, BigDecimal rate) {}
        Map<Key, TaxRow> rows = new LinkedHashMap<>();
        for (InvoiceLine line : lines) {
            String name = line.tax().name();
            // 0.19 and 0.190 are one rate, but not equal.
            BigDecimal rate = line.tax().rate().stripTrailingZeros();
            Money base = line.total().minus(line.taxAmount());
            rows.merge(new Key(name, rate), new TaxRow(name, rate, base, line.taxAmount()), TaxRow::plus);
        }
        return List.copyOf(rows.values());
    }

    private TaxRow plus(TaxRow other) {
        return new TaxRow(name, rate, base.plus(other.base), tax.plus(other.tax));
    }
}
