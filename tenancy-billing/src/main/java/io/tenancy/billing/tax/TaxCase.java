package io.tenancy.billing.tax;

import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import java.time.Instant;
import java.util.Objects;

/**
 * Something that is sold, as far as tax is concerned.
 *
 * @param seller who sells
 * @param buyer who is billed
 * @param category what kind of thing it is; {@value #STANDARD} unless the catalogue says otherwise
 * @param at when it is charged
 */
public record TaxCase(Seller seller, Buyer buyer, String category, Instant at) {

    /** The category of what the catalogue says nothing about. */
    public static final String STANDARD = "standard";

    /** Requires all of them. */
    public TaxCase {
        Objects.requireNonNull(seller, "seller");
        Objects.requireNonNull(buyer, "buyer");
        Objects.requireNonNull(category, "category");
        Objects.requireNonNull(at, "at");
    }
}
