package io.tenancy.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.context.Tenancy;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WithTenantTest {

    private static String slug() {
        return Tenancy.require().slug().value();
    }

    @Test
    void tenantIsBoundFromConstructionToTheLastCallback() {
        FixtureRun.of(Everywhere.class).allPass(1);
    }

    @WithTenant("cardio")
    static class Everywhere {
        Everywhere() {
            assertThat(slug()).isEqualTo("cardio");
        }

        @BeforeAll
        static void beforeAll() {
            assertThat(slug()).isEqualTo("cardio");
        }

        @BeforeEach
        void before() {
            assertThat(slug()).isEqualTo("cardio");
        }

        @Test
        void test() {
            assertThat(slug()).isEqualTo("cardio");
        }

        @AfterEach
        void after() {
            assertThat(slug()).isEqualTo("cardio");
        }

        @AfterAll
        static void afterAll() {
            assertThat(slug()).isEqualTo("cardio");
        }
    }

    @Test
    void transactionOfAnExtensionDeclaredEarlierBelongsToTheTenant() {
        FixtureRun.of(TransactionOutside.class).allPass(2);
    }

    static final class TransactionLike implements TestInstancePostProcessor, BeforeEachCallback, AfterEachCallback {
        @Override
        public void postProcessTestInstance(Object instance, ExtensionContext context) {
            assertThat(Tenancy.current()).isPresent();
        }

        @Override
        public void beforeEach(ExtensionContext context) {
            assertThat(Tenancy.current()).isPresent();
        }

        @Override
        public void afterEach(ExtensionContext context) {
            assertThat(Tenancy.current()).isPresent();
        }
    }

    @ExtendWith(TransactionLike.class)
    @WithTenant("cardio")
    static class TransactionOutside {
        @Test
        void ofTheClass() {
            assertThat(slug()).isEqualTo("cardio");
        }

        @Test
        @WithTenant("derma")
        void ofTheMethod() {
            assertThat(slug()).isEqualTo("derma");
        }
    }

    @Test
    void methodAndInnerClassTakePrecedence() {
        FixtureRun.of(Precedence.class).allPass(4);
    }

    @WithTenant("cardio")
    static class Precedence {
        @Test
        void outer() {
            assertThat(slug()).isEqualTo("cardio");
        }

        @Nested
        class Inherits {
            @Test
            void inherited() {
                assertThat(slug()).isEqualTo("cardio");
            }
        }

        @Nested
        @WithTenant("derma")
        class Own {
            @Test
            void own() {
                assertThat(slug()).isEqualTo("derma");
            }

            @Test
            @WithTenant("psych")
            void ofMethod() {
                assertThat(slug()).isEqualTo("psych");
            }
        }
    }

    @Test
    void otherTestsOfTheClassHaveNoTenant() {
        FixtureRun.of(OneMethod.class).allPass(2);
    }

    static class OneMethod {
        @Test
        @WithTenant("cardio")
        void with() {
            assertThat(slug()).isEqualTo("cardio");
        }

        @Test
        void without() {
            assertThat(Tenancy.scope()).isEmpty();
        }
    }

    @Test
    void oneInstancePerClassAndParametersWorkToo() {
        FixtureRun.of(PerClass.class).allPass(3);
    }

    @WithTenant("cardio")
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @Execution(ExecutionMode.SAME_THREAD)
    static class PerClass {
        @BeforeEach
        void before(TestInfo test) {
            assertThat(slug()).isEqualTo(test.getDisplayName().equals("other()") ? "derma" : "cardio");
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void parameters(int ignored) {
            assertThat(slug()).isEqualTo("cardio");
        }

        @Test
        @WithTenant("derma")
        void other() {
            assertThat(slug()).isEqualTo("derma");
        }
    }

    @Test
    void testThatRunsOnAThreadOfItsOwnHasTheTenantThere() {
        FixtureRun.of(OwnThread.class).allPass(1);
    }

    static class OwnThread {
        @Test
        @WithTenant("cardio")
        @Timeout(value = 10, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
        void elsewhere() {
            assertThat(slug()).isEqualTo("cardio");
        }
    }

    @Test
    void registeredTenantsAnswerFirst() {
        FixtureRun.of(Registered.class).allPass(2);
    }

    static final class Catalog implements BeforeAllCallback, TestTenants {
        @Override
        public void beforeAll(ExtensionContext context) {
            TestTenants.register(context, this);
        }

        @Override
        public Optional<Tenant> find(String slug, ExtensionContext context) {
            if (!slug.equals("known")) {
                return Optional.empty();
            }
            return Optional.of(new Tenant(
                    TenantId.next(InstantSource.system()),
                    new TenantSlug(slug),
                    "Known Clinic",
                    TenantStatus.SUSPENDED,
                    new Placement(Placement.PRIMARY_SERVER, "app", "t_known", IsolationLevel.SCHEMA, 1),
                    1,
                    Map.of()));
        }
    }

    @ExtendWith(Catalog.class)
    static class Registered {
        @Test
        @WithTenant("known")
        void known() {
            assertThat(Tenancy.require().status()).isEqualTo(TenantStatus.SUSPENDED);
        }

        @Test
        @WithTenant("unknown")
        void madeUp() {
            assertThat(Tenancy.require().status()).isEqualTo(TenantStatus.ACTIVE);
            assertThat(slug()).isEqualTo("unknown");
        }
    }

    @Test
    @WithTenant("cardio")
    void madeUpTenantIsTheSameInEachRun() {
        assertThat(Tenancy.require().id()).hasToString("6296827a-5963-72ad-b9de-1f92ddf4bf12");
    }

    @Test
    void invalidSlugIsSaid() {
        assertThat(FixtureRun.of(Invalid.class).onlyFailure()).contains("Not A Slug");
    }

    static class Invalid {
        @Test
        @WithTenant("Not A Slug")
        void test() {}
    }
}
