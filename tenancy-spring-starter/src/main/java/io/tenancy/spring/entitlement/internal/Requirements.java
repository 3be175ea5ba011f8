package io.tenancy.spring.entitlement.internal;

import io.tenancy.entitlement.ConsumesQuota;
import io.tenancy.entitlement.Entitlements;
import io.tenancy.entitlement.RequiresFeature;
import io.tenancy.entitlement.RequiresModule;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ReflectionUtils;

/**
 * What a call requires: everything that the method, the methods it overrides, its class, and that class's superclasses
 * and interfaces say, also through annotations that carry these. Of quotas, what stands nearest to the method counts alone,
 * since taking the same units twice would be wrong where requiring the same module twice is not.
 *
 * @param modules keys of modules
 * @param features keys of modules or settings
 * @param quotas units to take
 */
record Requirements(Set<String> modules, Set<String> features, List<Quota> quotas) {

    /** The annotations that are read. */
    static final List<Class<? extends Annotation>> ANNOTATIONS =
            List.of(RequiresModule.class, RequiresFeature.class, ConsumesQuota.class);

    private static final Requirements NONE = new Requirements(Set.of(), Set.of(), List.of());

    /**
     * Units to take.
     *
     * @param resource key of the limit or the allowance
     * @param units how many
     */
    record Quota(String resource, long units) {}

    static Requirements of(Method method, Class<?> target) {
        if (ReflectionUtils.isObjectMethod(method)) {
            return NONE;
        }
        Method specific = AopUtils.getMostSpecificMethod(method, target);
        List<MergedAnnotations> places = Stream.of(specific, method, target)
                .distinct()
                .map(each -> MergedAnnotations.from(each, SearchStrategy.TYPE_HIERARCHY))
                .toList();
        Requirements found = new Requirements(
                values(places, RequiresModule.class), values(places, RequiresFeature.class), quotas(places));
        return found.isEmpty() ? NONE : found;
    }

    private static Set<String> values(List<MergedAnnotations> places, Class<? extends Annotation> type) {
        Set<String> values = new LinkedHashSet<>();
        places.stream()
                .flatMap(place -> place.stream(type))
                .map(annotation -> annotation.getString(MergedAnnotation.VALUE))
                .forEach(values::add);
        return values;
    }

    private static List<Quota> quotas(List<MergedAnnotations> places) {
        for (MergedAnnotations place : places) {
            MergedAnnotation<ConsumesQuota> nearest = place.get(ConsumesQuota.class);
            if (nearest.isPresent()) {
                return place.stream(ConsumesQuota.class)
                        .filter(each -> each.getAggregateIndex() == nearest.getAggregateIndex())
                        .map(each -> new Quota(each.getString(MergedAnnotation.VALUE), each.getLong("units")))
                        .toList();
            }
        }
        return List.of();
    }

    boolean isEmpty() {
        return modules.isEmpty() && features.isEmpty() && quotas.isEmpty();
    }

    boolean asksForEntitlements() {
        return !modules.isEmpty() || !features.isEmpty();
    }

    /** Refuses unless the entitlements have every module and every feature. */
    void check(Entitlements entitlements) {
        modules.forEach(entitlements::require);
        features.forEach(entitlements::requireFeature);
    }
}
