package io.tenancy.plugins.pack;

import java.io.Serializable;

/**
 * One thing that is wrong in a manifest.
 *
 * @param pointer where, as a JSON pointer (RFC 6901) such as {@code /functions/validate/fuel}; empty for the whole
 * @param found what was found there
 * @param advice what to do
 */
public record ManifestProblem(String pointer, String found, String advice) implements Serializable {

    @Override
    public String toString() {
        return (pointer.isEmpty() ? "the manifest" : pointer) + ": " + found + "; " + advice;
    }
}
