package io.tenancy.cdi.internal;

import io.tenancy.Tenant;
import io.tenancy.cdi.TenantScoped;
import io.tenancy.entitlement.ConsumesQuota;
import io.tenancy.entitlement.Entitlements;
import io.tenancy.entitlement.RequiresFeature;
import io.tenancy.entitlement.RequiresModule;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.quota.QuotaConsumer;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.inject.build.compatible.spi.BeanInfo;
import jakarta.enterprise.inject.build.compatible.spi.BuildCompatibleExtension;
import jakarta.enterprise.inject.build.compatible.spi.Discovery;
import jakarta.enterprise.inject.build.compatible.spi.Messages;
import jakarta.enterprise.inject.build.compatible.spi.MetaAnnotations;
import jakarta.enterprise.inject.build.compatible.spi.Registration;
import jakarta.enterprise.inject.build.compatible.spi.Validation;
import jakarta.enterprise.lang.model.declarations.ClassInfo;
import jakarta.enterprise.lang.model.types.Type;
import jakarta.enterprise.util.Nonbinding;
import java.lang.annotation.Annotation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells a CDI container of the tenant's scope and of the annotations that its interceptors honour, and refuses a
 * deployment that would hold on to a tenant or would not enforce an annotation.
 */
public final class TenancyExtension implements BuildCompatibleExtension {

    private static final List<Class<? extends Annotation>> BINDINGS =
            List.of(RequiresModule.class, RequiresFeature.class, ConsumesQuota.class);

    private static final Set<String> OF_ONE_TENANT = Set.of(Tenant.class.getName(), Entitlements.class.getName());
    private static final Set<String> SHORT_SCOPES = Set.of(TenantScoped.class.getName(), RequestScoped.class.getName());

    // Annotation to the first bean that has it.
    private final Map<Class<? extends Annotation>, String> used = new LinkedHashMap<>();
    private boolean hasEntitlements;
    private boolean hasQuotas;

    /** Made by the container. */
    public TenancyExtension() {}

    /**
     * Registers scope and annotations.
     *
     * @param meta takes them
     */
    @Discovery
    public void discover(MetaAnnotations meta) {
        meta.addContext(TenantScoped.class, TenantScopedContext.class);
        for (Class<? extends Annotation> binding : BINDINGS) {
            // One interceptor for every value.
            meta.addInterceptorBinding(binding).methods().forEach(member -> member.addAnnotation(Nonbinding.class));
        }
    }

    /**
     * Looks at a bean.
     *
     * @param bean any bean
     * @param messages takes objections
     */
    @Registration(types = Object.class)
    public void look(BeanInfo bean, Messages messages) {
        if (bean.isInterceptor() || isOurs(bean)) {
            return;
        }
        bean.types().forEach(this::noteType);
        if (bean.isClassBean()) {
            noteAnnotations(bean.declaringClass());
        }
        requireShortLife(bean, messages);
    }

    private static boolean isOurs(BeanInfo bean) {
        return !bean.isSynthetic()
                && bean.declaringClass().name().startsWith(TenancyExtension.class.getPackageName() + ".");
    }

    private void noteType(Type type) {
        hasEntitlements |= isClass(type, TenantEntitlements.class.getName());
        hasQuotas |= isClass(type, QuotaConsumer.class.getName());
    }

    private void noteAnnotations(ClassInfo type) {
        for (Class<? extends Annotation> binding : BINDINGS) {
            if (type.hasAnnotation(binding)
                    || type.methods().stream().anyMatch(method -> method.hasAnnotation(binding))) {
                used.putIfAbsent(binding, type.name());
            }
        }
    }

    // Injected as it is, it is the tenant of the moment in which the bean was made, for all tenants that come after it.
    private static void requireShortLife(BeanInfo bean, Messages messages) {
        if (SHORT_SCOPES.contains(bean.scope().annotation().name())) {
            return;
        }
        for (var point : bean.injectionPoints()) {
            for (String type : OF_ONE_TENANT) {
                if (isClass(point.type(), type)) {
                    String name = type.substring(type.lastIndexOf('.') + 1);
                    messages.error(
                            name
                                    + " is injected into a bean that may outlive the tenant's work, which would keep one tenant"
                                    + " for all. Inject Instance<" + name
                                    + "> and call get() where it is needed, or make the bean @TenantScoped or"
                                    + " @RequestScoped.",
                            bean);
                }
            }
        }
    }

    private static boolean isClass(Type type, String name) {
        return type.isClass() && type.asClass().declaration().name().equals(name);
    }

    /**
     * Refuses annotations that nothing would enforce.
     *
     * @param messages takes objections
     */
    @Validation
    public void validate(Messages messages) {
        used.forEach((annotation, bean) -> {
            boolean quota = annotation == ConsumesQuota.class;
            if (quota ? !hasQuotas : !hasEntitlements) {
                messages.error(Required.missing(
                        quota ? QuotaConsumer.class : TenantEntitlements.class,
                        "@" + annotation.getSimpleName() + " on " + bean));
            }
        });
    }
}
