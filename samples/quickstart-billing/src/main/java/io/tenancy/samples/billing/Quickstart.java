package io.tenancy.samples.billing;

import io.tenancy.IsolationLevel;
import io.tenancy.billing.document.InvoiceHtml;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.billing.subscription.SubscriptionChange;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.embedded.EmbeddedInstallation;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Locale;
import java.util.UUID;

/** A tenant subscribes, upgrades and pays. */
public final class Quickstart {

    private static final ChangeNote NOTE = new ChangeNote("quickstart", "shows how it is done");

    /** Runs it; the argument is the data directory, a folder under the user's home otherwise. */
    public static void main(String[] arguments) throws IOException {
        var directory = arguments.length > 0
                ? Path.of(arguments[0])
                : Path.of(System.getProperty("user.home"), ".tenancy", "quickstart-billing");
        try (var server = EmbeddedInstallation.at(directory);
                var tenancy = server.builder()
                        .migrations("classpath:db/billing")
                        .build()
                        .start();
                var billing = TenancyBilling.builder(tenancy)
                        .seller(Seller.of("me", "My Ltd", "DE"))
                        .build()
                        .start();
                var plans = Quickstart.class.getResourceAsStream("/plans.yaml")) {
            billing.catalogue().importCatalogue(new String(plans.readAllBytes(), StandardCharsets.UTF_8), NOTE);
            var slug = "studio-" + UUID.randomUUID();
            var tenant = tenancy.provisioner()
                    .provision(NewTenant.of(slug, "A studio", IsolationLevel.SHARED))
                    .id();
            billing.accounts().put(tenant, Buyer.of("A studio", "DE", ZoneId.of("Europe/Berlin")));
            billing.subscriptions().start(tenant, NewSubscription.of("team").withTrial(0), NOTE);
            var preview = billing.subscriptions().preview(tenant, new SubscriptionChange.ToPlan("studio"));
            System.out.println("An upgrade costs " + preview.total() + " now");
            billing.subscriptions().change(preview, NOTE);
            for (var invoice : billing.invoices().of(tenant)) {
                var file = directory.resolve(invoice.number() + ".html");
                Files.writeString(file, new InvoiceHtml(Locale.ENGLISH).render(invoice));
                billing.payments().markPaid(tenant, invoice.id(), "transfer-" + invoice.id(), NOTE);
                System.out.println("Invoice " + invoice.number() + " of " + invoice.total() + " is paid: " + file);
            }
        }
    }
}
