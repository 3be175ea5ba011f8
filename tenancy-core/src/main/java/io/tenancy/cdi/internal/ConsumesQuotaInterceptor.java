package io.tenancy.cdi.internal;

import io.tenancy.entitlement.ConsumesQuota;
import io.tenancy.quota.QuotaConsumer;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Takes units before a method runs, counts them as used when it returns, and gives them back when it throws. */
@Interceptor
@ConsumesQuota("")
@Priority(Requirements.PRIORITY + 50)
public class ConsumesQuotaInterceptor {

    private final Instance<QuotaConsumer> quotas;

    /**
     * Made by the container.
     *
     * @param quotas the application's
     */
    @Inject
    public ConsumesQuotaInterceptor(Instance<QuotaConsumer> quotas) {
        this.quotas = quotas;
    }

    /**
     * Takes the units around the call.
     *
     * @param call the call
     * @return what the method returned
     * @throws Exception what the method threw, or the refusal
     */
    @AroundInvoke
    @Nullable Object take(InvocationContext call) throws Exception {
        QuotaConsumer consumer = Required.of(quotas, QuotaConsumer.class, "@ConsumesQuota");
        Deque<QuotaConsumer.Reservation> taken = new ArrayDeque<>();
        try {
            for (ConsumesQuota quota : call.getInterceptorBindings(ConsumesQuota.class)) {
                taken.push(consumer.reserve(quota.value(), quota.units()));
            }
            Object result = call.proceed();
            taken.forEach(QuotaConsumer.Reservation::commit);
            return result;
        } finally {
            taken.forEach(QuotaConsumer.Reservation::close);
        }
    }
}
