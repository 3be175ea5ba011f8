package io.tenancy.plugins.installation;

import java.util.function.LongSupplier;

/** Lets tests of other packages move the clock that only goes on. */
public final class Nanos {

    private Nanos() {}

    public static TenancyPlugins.Builder of(TenancyPlugins.Builder builder, LongSupplier nanos) {
        return builder.nanos(nanos);
    }
}
