package io.tenancy.entitlement;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Catalogue documents for tests. */
final class Catalogues {

    private Catalogues() {}

    static String document(String product) {
        try (InputStream file = Catalogues.class.getResourceAsStream("catalogues/" + product + ".yaml")) {
            return new String(Objects.requireNonNull(file, product).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    static PlanCatalogue of(String product) {
        return CatalogueReader.read(document(product));
    }
}
