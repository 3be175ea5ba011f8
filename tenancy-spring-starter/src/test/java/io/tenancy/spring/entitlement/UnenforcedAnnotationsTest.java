package io.tenancy.spring.entitlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenancyException;
import io.tenancy.entitlement.ConsumesQuota;
import io.tenancy.entitlement.RequiresModule;
import io.tenancy.quota.QuotaConsumer;
import io.tenancy.spring.entitlement.internal.UnenforcedAnnotations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What could not be enforced ends the start instead of being left out in silence. */
class UnenforcedAnnotationsTest {

    private static void start(Class<?>... beans) {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.register(Check.class);
            context.register(beans);
            context.refresh();
        }
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                OnAPrivateMethod.class,
                OnAFinalMethod.class,
                OnAStaticMethod.class,
                OnATypeWithAFinalMethod.class
            })
    void aMethodThatNoProxyReachesIsRefused(Class<?> bean) {
        assertThatThrownBy(() -> start(bean))
                .hasRootCauseInstanceOf(TenancyException.class)
                .rootCause()
                .hasMessageContaining("count()")
                .hasMessageContaining("a proxy does not reach methods that are private, static or final");
    }

    @Test
    void aQuotaThatNothingTakesIsRefused() {
        assertThatThrownBy(() -> start(OfQuota.class))
                .rootCause()
                .isInstanceOf(TenancyException.class)
                .hasMessageContainingAll("@ConsumesQuota", OfQuota.class.getName(), QuotaConsumer.class.getName());
    }

    @Test
    void aQuotaThatSomethingTakesIsNot() {
        assertThatCode(() -> start(OfQuota.class, Taker.class)).doesNotThrowAnyException();
    }

    @Test
    void beansWithoutAnnotationsMayHaveAnyMethods() {
        assertThatCode(() -> start(Plain.class)).doesNotThrowAnyException();
        assertThat(new Plain().twice()).isEqualTo(2);
    }

    @Configuration(proxyBeanMethods = false)
    static class Check {

        @Bean
        static UnenforcedAnnotations check(ListableBeanFactory beans) {
            return new UnenforcedAnnotations(beans);
        }
    }

    static class OnAPrivateMethod {
        public int open() {
            return count();
        }

        @RequiresModule("stock_take")
        private int count() {
            return 1;
        }
    }

    static class OnAFinalMethod {
        @RequiresModule("stock_take")
        public final int count() {
            return 1;
        }
    }

    static class OnAStaticMethod {
        @RequiresModule("stock_take")
        public static int count() {
            return 1;
        }
    }

    @RequiresModule("stock_take")
    static class OnATypeWithAFinalMethod {
        public final int count() {
            return 1;
        }
    }

    static class OfQuota {
        @ConsumesQuota("articles")
        public void add() {}
    }

    static class Plain {
        public final int twice() {
            return 2 * one();
        }

        private static int one() {
            return 1;
        }
    }

    static class Taker implements QuotaConsumer {
        @Override
        public Reservation reserve(String resource, long units) {
            throw new AssertionError("nothing is called here");
        }
    }
}
