package io.tenancy.spring;

import org.jspecify.annotations.Nullable;

/**
 * One property of the application that cannot stand.
 *
 * @param property name of the property
 * @param value its value, or null where none is set; never a secret
 * @param fault what is wrong with it, as the end of a sentence that begins with the value
 * @param fix what to do, as a sentence
 */
public record ConfigurationFault(String property, @Nullable String value, String fault, String fix) {

    /** One line for a message. */
    @Override
    public String toString() {
        return property + (value == null ? " is not set" : " was '" + value + "'") + ", but " + fault + ". " + fix;
    }
}
