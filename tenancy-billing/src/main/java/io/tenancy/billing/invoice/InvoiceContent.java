package io.tenancy.billing.invoice;

import io.tenancy.billing.internal.BillingJson;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import java.util.List;

/**
 * What an invoice keeps as JSON.
 *
 * @param format the version of this form
 * @param seller as it was
 * @param buyer as it was
 * @param lines in their order
 * @param discounts names of those that counted
 */
record InvoiceContent(int format, Seller seller, Buyer buyer, List<InvoiceLine> lines, List<String> discounts) {

    static final int FORMAT = 1;

    static InvoiceContent read(String json) {
        BillingJson.requireFormat("An invoice", FORMAT, json);
        return BillingJson.read(json, InvoiceContent.class);
    }
}
