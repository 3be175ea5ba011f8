package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Form;
import org.jspecify.annotations.Nullable;

/**
 * What whoever installs a plugin must be able to show, such as a medical licence in cardiology. Immutable.
 *
 * @param kind such as {@code medical_licence}
 * @param specialty of it, such as {@code cardiology}; null where any will do
 */
public record RequiredCredential(String kind, @Nullable String specialty) {

    /**
     * Requires names.
     *
     * @throws IllegalArgumentException when one is malformed
     */
    public RequiredCredential {
        Form.NAME.require("The kind of a credential", kind);
        if (specialty != null) {
            Form.NAME.require("The specialty of a credential", specialty);
        }
    }
}
