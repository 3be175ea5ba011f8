package io.tenancy.plugins.engine.spi;

/**
 * What a module can call of its host.
 *
 * @param module in which it is
 * @param name of it
 * @param parameters the types of what it takes, each a letter: {@code i} i32, {@code j} i64, {@code f} f32, {@code d} f64
 * @param result the type of what it gives, as a letter, or empty
 * @param body what it does
 */
public record HostFunction(String module, String name, String parameters, String result, Body body) {

    /** What a function of the host does. */
    @FunctionalInterface
    public interface Body {

        /**
         * Does it.
         *
         * @param caller the instance that calls
         * @param arguments as bits
         * @return what it gives, as bits; anything where it gives nothing
         */
        long call(WasmInstance caller, long[] arguments);
    }
}
