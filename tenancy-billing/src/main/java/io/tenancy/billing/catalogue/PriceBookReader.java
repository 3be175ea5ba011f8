package io.tenancy.billing.catalogue;

/** Stub. */
public final class PriceBookReader {
    private PriceBookReader() {}

    public static PriceBook read(String document) {
        throw new IllegalStateException(document);
    }

    public static PriceTerms readTerms(String json) {
        throw new IllegalStateException(json);
    }

    public static PriceTerms readNegotiated(String document, String currency) {
        throw new IllegalStateException(document + currency);
    }
}
