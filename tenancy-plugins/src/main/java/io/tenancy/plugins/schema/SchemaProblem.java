package io.tenancy.plugins.schema;

/**
 * Something in a value that is not as its schema has it.
 *
 * @param path where, as a JSON pointer; empty for the whole value
 * @param what what was expected there
 */
public record SchemaProblem(String path, String what) {

    @Override
    public String toString() {
        return (path.isEmpty() ? "" : path + ": ") + what;
    }
}
