package io.tenancy.entitlement;

import java.io.Serializable;

/**
 * One thing that is wrong in a catalogue document.
 *
 * @param path where, such as {@code plans.starter.versions[1].entitlements.users}; empty for the document as a whole
 * @param line line of the document, from 1; 0 where it is not known
 * @param message what is wrong and what is expected
 */
public record CatalogueError(String path, int line, String message) implements Serializable {

    @Override
    public String toString() {
        return (line > 0 ? "line " + line + ", " : "") + (path.isEmpty() ? "document" : path) + ": " + message;
    }
}
