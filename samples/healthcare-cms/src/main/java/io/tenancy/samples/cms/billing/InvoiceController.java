package io.tenancy.samples.cms.billing;

import io.tenancy.TenantId;
import io.tenancy.billing.document.Branding;
import io.tenancy.billing.document.InvoiceHtml;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.CreditNote;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.context.Tenancy;
import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.web.ClinicPage;
import java.util.UUID;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.server.ResponseStatusException;

/** The clinic's own invoices and credit notes, in its language and its colour. Those of others are not there. */
@Controller
@ClinicPage
@RequestMapping("/desk/billing")
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class InvoiceController {

    private final TenancyBilling billing;

    InvoiceController(TenancyBilling billing) {
        this.billing = billing;
    }

    @GetMapping("/invoices/{id}")
    ResponseEntity<byte[]> invoice(@PathVariable UUID id, @ModelAttribute("site") Site site) {
        return documents(site).page(invoice(id));
    }

    @GetMapping("/invoices/{id}/pdf")
    ResponseEntity<byte[]> file(@PathVariable UUID id, @ModelAttribute("site") Site site) {
        return documents(site).file(invoice(id));
    }

    @GetMapping("/credit-notes/{id}")
    ResponseEntity<byte[]> creditNote(@PathVariable UUID id, @ModelAttribute("site") Site site) {
        CreditNote note = note(id);
        return documents(site).page(note, invoice(note.invoice()));
    }

    @GetMapping("/credit-notes/{id}/pdf")
    ResponseEntity<byte[]> creditNoteFile(@PathVariable UUID id, @ModelAttribute("site") Site site) {
        CreditNote note = note(id);
        return documents(site).file(note, invoice(note.invoice()));
    }

    private static InvoiceDocuments documents(Site site) {
        return new InvoiceDocuments(new InvoiceHtml(site.getLocale())
                .withBranding(new Branding(null, site.getPrimaryColour().hex())));
    }

    private Invoice invoice(UUID id) {
        return billing.invoices()
                .find(tenant(), id)
                .filter(invoice -> invoice.number() != null)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private CreditNote note(UUID id) {
        return billing.invoices().creditNotes(tenant()).stream()
                .filter(note -> note.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private static TenantId tenant() {
        return Tenancy.require().id();
    }
}
