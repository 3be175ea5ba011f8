package io.tenancy.plugins.capability;

/**
 * A function that the host offers.
 *
 * @param name in the module {@code tp}
 * @param parameters types of what it takes, each a letter: {@code i} i32, {@code j} i64, {@code f} f32, {@code d} f64
 * @param result type of what it gives, or empty
 */
public record HostSignature(String name, String parameters, String result) {

    /** From which module plugins import. */
    public static final String MODULE = "tp";
}
