package io.tenancy.document;

import java.util.Map;

/**
 * A part of a document together with its path.
 *
 * @param path from the root on, such as {@code plans.starter.versions[1]}; empty for the root
 * @param node what stands there
 */
public record At(String path, DocumentNode node) {

    /**
     * A field of this part.
     *
     * @param name name of the field
     * @param child what stands there
     * @return the field with its path
     */
    public At child(String name, DocumentNode child) {
        return new At(path.isEmpty() ? name : path + "." + name, child);
    }

    /**
     * The field that an error belongs to.
     *
     * @param fields fields of this part that were read
     * @param name one of them
     * @return the field, or this part where it has no such field
     */
    public At orField(Map<String, At> fields, String name) {
        At field = fields.get(name);
        return field == null ? this : field;
    }
}
