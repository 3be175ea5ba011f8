package io.tenancy.billing.party;

import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who is billed for a tenant. An invoice keeps the one that it was made for.
 *
 * @param name as invoices say it
 * @param address lines below the name
 * @param country ISO 3166-1 alpha-2 code, such as {@code DE}
 * @param region of the country where tax depends on it, such as {@code US-CA} (ISO 3166-2); null otherwise
 * @param vatId its VAT identification number; null where it has none
 * @param exemption why no tax is levied, as the invoice says it, such as the number of a certificate; null where it is
 * @param email where invoices and reminders go; null for nowhere
 * @param zone whose days begin and end its billing periods
 */
public record Buyer(
        String name,
        List<String> address,
        String country,
        @Nullable String region,
        @Nullable String vatId,
        @Nullable String exemption,
        @Nullable String email,
        ZoneId zone) {

    /**
     * Validates all of them.
     *
     * @throws IllegalArgumentException naming what is malformed
     */
    public Buyer {
        Objects.requireNonNull(zone, "zone");
        if (name.isBlank()) {
            throw new IllegalArgumentException("Who is billed has no name");
        }
        Country.require("The country of " + name, country);
        address = List.copyOf(address);
    }

    /**
     * A buyer without further particulars.
     *
     * @param name as invoices say it
     * @param country ISO 3166-1 alpha-2 code
     * @param zone whose days begin and end its billing periods
     * @return the buyer
     */
    public static Buyer of(String name, String country, ZoneId zone) {
        return new Buyer(name, List.of(), country, null, null, null, null, zone);
    }

    /**
     * The same with an address for mail.
     *
     * @param address where invoices and reminders go
     * @return a buyer
     */
    public Buyer withEmail(String address) {
        return new Buyer(name, this.address, country, region, vatId, exemption, address, zone);
    }

    /**
     * The same with a VAT identification number.
     *
     * @param number the number
     * @return a buyer
     */
    public Buyer withVatId(String number) {
        return new Buyer(name, address, country, region, number, exemption, email, zone);
    }
}
