package io.tenancy.jpa.entitlement;

import java.util.List;

/**
 * What an import did.
 *
 * @param revision the revision of the catalogue afterwards
 * @param changed false when the same document was the last one that was imported
 * @param changes what is new or different, in words; empty also when only prices or comments differ
 */
public record CatalogueImport(long revision, boolean changed, List<String> changes) {

    /** Keeps the list from changing. */
    public CatalogueImport {
        changes = List.copyOf(changes);
    }
}
