package io.tenancy.spring;

import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.party.Seller;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of billing, in effect where {@code tenancy-billing} is on the class path and a seller is named.
 *
 * @param seller In whose name invoices are made.
 * @param jobs Whether this application runs what is due.
 * @param interval How long the jobs wait between two runs.
 * @param term How long tenants have to pay.
 * @param draftFor How long invoices can be looked at before they become final.
 * @param lateUsage How much later usage that came in late is looked for.
 * @param connections How many connections to the control database billing has at most.
 * @param workers How many threads run subscriptions when many are due. 2 unless set, or one less than there are connections.
 * @param mail Notices by e-mail.
 */
@ConfigurationProperties("tenancy.billing")
public record TenancyBillingProperties(
        @DefaultValue SellerProperties seller,
        @DefaultValue("true") boolean jobs,
        @DefaultValue("10s") Duration interval,
        @DefaultValue("14d") Duration term,
        @DefaultValue("0s") Duration draftFor,
        @DefaultValue("35d") Duration lateUsage,

        @DefaultValue("" + TenancyBilling.DEFAULT_CONNECTIONS)
        int connections,

        @Nullable Integer workers,
        @DefaultValue MailProperties mail) {

    /**
     * Notices by e-mail, sent by the application's {@code JavaMailSender}.
     *
     * @param from The address that they are from. Nothing is sent unless it is set.
     * @param locale Whose language they are in.
     * @param attachInvoices Whether the invoice that a notice is about goes with it as PDF.
     */
    public record MailProperties(
            @Nullable String from,
            @DefaultValue("en") Locale locale,
            @DefaultValue("false") boolean attachInvoices) {}

    /**
     * In whose name invoices are made.
     *
     * @param code Names the seller in the books. It never changes.
     * @param name As invoices say it.
     * @param address Lines below the name.
     * @param country ISO 3166-1 alpha-2 code.
     * @param vatId Its VAT identification number.
     * @param email Where customers can ask.
     * @param payment How transfers reach it, line by line.
     * @param logo A data URI of an image.
     * @param colour Of headings on invoices.
     */
    public record SellerProperties(
            @DefaultValue("seller") String code,
            @Nullable String name,
            @DefaultValue List<String> address,
            @Nullable String country,
            @Nullable String vatId,
            @Nullable String email,
            @DefaultValue List<String> payment,
            @Nullable String logo,
            @DefaultValue(Seller.DEFAULT_COLOUR) String colour) {}

    /**
     * The seller of the properties.
     *
     * @return the seller
     * @throws TenancyConfigurationException when name or country is missing or malformed
     */
    public Seller namedSeller() {
        if (seller.name() == null || seller.country() == null) {
            String missing = seller.name() == null ? "name" : "country";
            throw new TenancyConfigurationException(List.of(new ConfigurationFault(
                    "tenancy.billing.seller." + missing,
                    null,
                    "an invoice says who sells and from where",
                    "Set it, or declare a bean of type " + Seller.class.getName() + ".")));
        }
        try {
            return new Seller(
                    seller.code(),
                    seller.name(),
                    seller.address(),
                    seller.country(),
                    seller.vatId(),
                    seller.email(),
                    seller.payment(),
                    seller.logo(),
                    seller.colour());
        } catch (IllegalArgumentException malformed) {
            throw new TenancyConfigurationException(List.of(new ConfigurationFault(
                    "tenancy.billing.seller",
                    seller.name(),
                    "it was refused: " + malformed.getMessage(),
                    "Correct it.")));
        }
    }
}
