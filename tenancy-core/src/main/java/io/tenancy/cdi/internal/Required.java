package io.tenancy.cdi.internal;

import io.tenancy.TenancyException;
import jakarta.enterprise.inject.Instance;

/** A bean that the application has to supply. */
final class Required {

    private Required() {}

    static <T> T of(Instance<T> beans, Class<T> type, String what) {
        if (beans.isUnsatisfied()) {
            throw new TenancyException(missing(type, what));
        }
        return beans.get();
    }

    static String missing(Class<?> type, String what) {
        return what + " needs a bean of type " + type.getName()
                + ", and the application has none. Produce one, such as with '@Produces @Singleton "
                + type.getSimpleName() + " ...'.";
    }
}
