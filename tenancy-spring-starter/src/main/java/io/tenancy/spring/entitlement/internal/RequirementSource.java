package io.tenancy.spring.entitlement.internal;

import java.lang.reflect.Method;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.core.MethodClassKey;

/** Remembers what calls require; bounded by the methods of the application. Safe for many threads. */
public final class RequirementSource {

    private final ConcurrentMap<MethodClassKey, Requirements> known = new ConcurrentHashMap<>();

    /** Creates a source that remembers nothing yet. */
    public RequirementSource() {}

    Requirements of(Method method, Class<?> target) {
        return known.computeIfAbsent(new MethodClassKey(method, target), key -> Requirements.of(method, target));
    }
}
