package io.tenancy.cdi.internal;

import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.lang.annotation.Annotation;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what a call requires. */
final class Requirements {

    /** Before transactions begin, which is at 200 after the same point. */
    static final int PRIORITY = Interceptor.Priority.PLATFORM_BEFORE + 100;

    private Requirements() {}

    /**
     * What the method requires, and what its class requires: CDI lets the annotation of a method stand for that of its
     * class, which would let a method loosen what its class says.
     */
    static <A extends Annotation> Set<String> of(InvocationContext call, Class<A> type, Function<A, String> value) {
        Set<String> required = new LinkedHashSet<>();
        Stream.of(
                        onType(call.getMethod().getDeclaringClass(), type),
                        onType(call.getTarget().getClass(), type))
                .filter(annotation -> annotation != null)
                .map(value)
                .forEach(required::add);
        call.getInterceptorBindings(type).stream().map(value).forEach(required::add);
        return required;
    }

    private static <A extends Annotation> @Nullable A onType(Class<?> bean, Class<A> type) {
        return bean.getAnnotation(type);
    }
}
