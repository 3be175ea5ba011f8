package io.tenancy.plugins.market;

import org.jspecify.annotations.Nullable;

/**
 * What to look for in the store. Everything that is given has to fit.
 *
 * @param text in title, description or id, whatever its case; null for any
 * @param specialty null for any
 * @param region country in which it is to be used; null for any
 * @param capability key of a capability that it asks for; null for any
 * @param collection code of a curated collection that it is in; null for any
 */
public record StoreQuery(
        @Nullable String text,
        @Nullable String specialty,
        @Nullable String region,
        @Nullable String capability,
        @Nullable String collection) {

    /** Everything. */
    public static final StoreQuery ALL = new StoreQuery(null, null, null, null, null);

    /**
     * The same with a text.
     *
     * @param value the text
     * @return the query
     */
    public StoreQuery withText(String value) {
        return new StoreQuery(value, specialty, region, capability, collection);
    }

    /**
     * The same with a specialty.
     *
     * @param value such as {@code cardiology}
     * @return the query
     */
    public StoreQuery withSpecialty(String value) {
        return new StoreQuery(text, value, region, capability, collection);
    }

    /**
     * The same with a region.
     *
     * @param value such as {@code BR}
     * @return the query
     */
    public StoreQuery withRegion(String value) {
        return new StoreQuery(text, specialty, value, capability, collection);
    }

    /**
     * The same with a capability.
     *
     * @param value such as {@code http}
     * @return the query
     */
    public StoreQuery withCapability(String value) {
        return new StoreQuery(text, specialty, region, value, collection);
    }

    /**
     * The same with a collection.
     *
     * @param value its code
     * @return the query
     */
    public StoreQuery withCollection(String value) {
        return new StoreQuery(text, specialty, region, capability, value);
    }
}
