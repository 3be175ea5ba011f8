package io.tenancy.spring.entitlement.internal;

import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.quota.QuotaConsumer;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.aopalliance.aop.Advice;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;

/**
 * Honours the annotations on beans, outside of transactions: who is refused begins none, and units are counted as used
 * after the commit and given back after a rollback.
 */
public final class EntitlementAdvisor extends AbstractPointcutAdvisor {

    /** Before transactions, whose advisor has the lowest precedence. */
    public static final int ORDER = Ordered.LOWEST_PRECEDENCE - 1_000;

    private static final long serialVersionUID = 1L;

    private final transient RequirementSource requirements;
    private final transient ObjectProvider<TenantEntitlements> entitlements;
    private final transient ObjectProvider<QuotaConsumer> quotas;

    /**
     * Creates the advisor.
     *
     * @param requirements reads the annotations
     * @param entitlements asked for at the first call, since advisors are made before everything else
     * @param quotas takes units
     */
    public EntitlementAdvisor(
            RequirementSource requirements,
            ObjectProvider<TenantEntitlements> entitlements,
            ObjectProvider<QuotaConsumer> quotas) {
        this.requirements = requirements;
        this.entitlements = entitlements;
        this.quotas = quotas;
        setOrder(ORDER);
    }

    @Override
    public Pointcut getPointcut() {
        return new StaticMethodMatcherPointcut() {
            @Override
            public boolean matches(Method method, Class<?> target) {
                return !requirements.of(method, target).isEmpty();
            }
        };
    }

    @Override
    public Advice getAdvice() {
        return (MethodInterceptor) this::invoke;
    }

    private @Nullable Object invoke(MethodInvocation call) throws Throwable {
        Object target = call.getThis();
        Requirements required = requirements.of(
                call.getMethod(),
                target == null ? call.getMethod().getDeclaringClass() : AopUtils.getTargetClass(target));
        if (required.asksForEntitlements()) {
            required.check(entitlements.getObject().current());
        }
        return required.quotas().isEmpty() ? call.proceed() : proceed(call, required);
    }

    private @Nullable Object proceed(MethodInvocation call, Requirements required) throws Throwable {
        QuotaConsumer consumer = Objects.requireNonNull(quotas.getIfAvailable(), "checked at start");
        Deque<QuotaConsumer.Reservation> taken = new ArrayDeque<>();
        try {
            for (Requirements.Quota quota : required.quotas()) {
                taken.push(consumer.reserve(quota.resource(), quota.units()));
            }
            Object result = call.proceed();
            taken.forEach(QuotaConsumer.Reservation::commit);
            return result;
        } finally {
            taken.forEach(QuotaConsumer.Reservation::close);
        }
    }
}
