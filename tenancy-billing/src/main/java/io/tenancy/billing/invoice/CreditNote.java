package io.tenancy.billing.invoice;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Instant;
import java.util.UUID;

/**
 * Takes back an invoice, or a part of it. It never changes.
 *
 * @param id its id
 * @param tenant whose it is
 * @param number the number of the series of credit notes
 * @param invoice the invoice that it corrects
 * @param invoiceNumber the number of that invoice
 * @param note who and why
 * @param net what is taken back, before tax
 * @param tax the tax that is taken back
 * @param total both together, more than 0
 * @param issuedAt when
 */
public record CreditNote(
        UUID id,
        TenantId tenant,
        String number,
        UUID invoice,
        String invoiceNumber,
        ChangeNote note,
        Money net,
        Money tax,
        Money total,
        Instant issuedAt) {

    /**
     * Why, as the document says it.
     *
     * @return that of the note
     */
    public String reason() {
        return note.reason();
    }
}
