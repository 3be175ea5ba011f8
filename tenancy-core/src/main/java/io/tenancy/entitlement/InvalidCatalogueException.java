package io.tenancy.entitlement;

import io.tenancy.TenancyException;
import java.util.List;
import java.util.stream.Collectors;

/** A catalogue document cannot be right; nothing of it was taken over. Tells every error at once. */
public final class InvalidCatalogueException extends TenancyException {

    private static final long serialVersionUID = 1L;

    private final List<CatalogueError> errors;

    /**
     * Creates the refusal.
     *
     * @param errors everything that is wrong; at least one
     */
    public InvalidCatalogueException(List<CatalogueError> errors) {
        super("The catalogue has " + errors.size() + (errors.size() == 1 ? " error" : " errors")
                + " and was not taken over:"
                + errors.stream().map(error -> "\n  " + error).collect(Collectors.joining()));
        this.errors = List.copyOf(errors);
    }

    /**
     * Everything that is wrong.
     *
     * @return in the order of the document
     */
    public List<CatalogueError> errors() {
        return errors;
    }
}
