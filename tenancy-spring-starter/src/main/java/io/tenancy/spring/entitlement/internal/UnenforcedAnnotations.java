package io.tenancy.spring.entitlement.internal;

import io.tenancy.TenancyException;
import io.tenancy.entitlement.ConsumesQuota;
import io.tenancy.quota.QuotaConsumer;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** Refuses beans with annotations that no proxy would honour, or that nothing could honour. */
public final class UnenforcedAnnotations implements BeanPostProcessor {

    private static final List<Class<? extends Annotation>> ANY = Requirements.ANNOTATIONS;
    private static final List<Class<? extends Annotation>> QUOTA = List.of(ConsumesQuota.class);

    private final ListableBeanFactory beans;

    /**
     * Creates the check.
     *
     * @param beans knows whether units can be taken
     */
    public UnenforcedAnnotations(ListableBeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        for (Class<?> type : typesOf(bean)) {
            if (!type.getName().startsWith("org.springframework.")) {
                check(type, name);
            }
        }
        return bean;
    }

    // A repository is a proxy without a class of the application: its interfaces carry the annotations.
    private static List<Class<?>> typesOf(Object bean) {
        Class<?> target = ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(bean));
        List<Class<?>> types = new ArrayList<>(List.of(target));
        if (Proxy.isProxyClass(bean.getClass())) {
            types.addAll(List.of(bean.getClass().getInterfaces()));
        }
        return types;
    }

    private void check(Class<?> type, String name) {
        boolean onType = isAnnotated(MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY), ANY);
        boolean quota = isAnnotated(MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY), QUOTA);
        for (Method method : ReflectionUtils.getUniqueDeclaredMethods(
                type, method -> !method.isSynthetic() && !ReflectionUtils.isObjectMethod(method))) {
            if (method.getDeclaringClass() == Object.class) {
                continue;
            }
            MergedAnnotations own = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
            boolean annotated = isAnnotated(own, ANY);
            if (isOutOfReach(method) && (annotated || (onType && isCalledFromOutside(method)))) {
                throw new TenancyException("What " + method + " of bean '" + name
                        + "' requires of the tenant's plan could not be enforced: a proxy does not reach methods that are"
                        + " private, static or final. Make it an overridable method that other beans call, or ask"
                        + " TenantEntitlements.current() inside of it.");
            }
            quota |= isAnnotated(own, QUOTA);
        }
        if (quota && beans.getBeanNamesForType(QuotaConsumer.class, true, false).length == 0) {
            throw new TenancyException("@ConsumesQuota on " + type.getName() + " (bean '" + name
                    + "') needs a bean of type " + QuotaConsumer.class.getName()
                    + ", and the application has none, so that no units would be taken. Declare one that takes them, or"
                    + " remove the annotation.");
        }
    }

    private static boolean isAnnotated(MergedAnnotations place, List<Class<? extends Annotation>> types) {
        return types.stream().anyMatch(place::isPresent);
    }

    private static boolean isOutOfReach(Method method) {
        int modifiers = method.getModifiers();
        return Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers) || Modifier.isFinal(modifiers);
    }

    // The requirement of a type is not meant for its helpers.
    private static boolean isCalledFromOutside(Method method) {
        int modifiers = method.getModifiers();
        return Modifier.isPublic(modifiers) && !Modifier.isStatic(modifiers);
    }
}
