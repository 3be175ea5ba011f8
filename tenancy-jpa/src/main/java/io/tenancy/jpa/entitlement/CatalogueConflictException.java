package io.tenancy.jpa.entitlement;

import io.tenancy.TenancyException;
import java.util.List;

/** A document changes what tenants may have already. Nothing of it was taken over. */
public final class CatalogueConflictException extends TenancyException {

    private static final long serialVersionUID = 1L;

    private final List<String> differences;

    /**
     * Creates the refusal.
     *
     * @param differences each with its path, what was imported before, and what the document says
     */
    public CatalogueConflictException(List<String> differences) {
        super(
                "The catalogue was not imported, since it changes what was imported before:\n  "
                        + String.join("\n  ", differences)
                        + "\nAdd a new version of the plan, a new add-on or a new entitlement instead, and keep the old one as it is.");
        this.differences = List.copyOf(differences);
    }

    /**
     * Every difference.
     *
     * @return each with its path, what was imported before, and what the document says
     */
    public List<String> differences() {
        return differences;
    }
}
