package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.context.Tenancy;
import io.tenancy.spring.test.SpringTestTenants;
import io.tenancy.test.TestTenants;
import io.tenancy.test.WithTenant;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

/** The service does no harm where there is nothing for it to do. */
class SpringTestTenantsTest {

    private static final String MADE_UP = "test";

    @Test
    void aServiceLoaderFindsIt() {
        assertThat(ServiceLoader.load(TestTenants.class)).hasExactlyElementsOfTypes(SpringTestTenants.class);
    }

    @Test
    @WithTenant("somebody")
    void aTestWithoutSpringKeepsItsMadeUpTenant() {
        assertThat(Tenancy.require().placement().database()).isEqualTo(MADE_UP);
    }

    @Test
    void aContextWithoutInstallationKeepsItsMadeUpTenant() throws Exception {
        TestRun.of(NoInstallation.class).allPass(1);
    }

    @SpringJUnitConfig(Empty.class)
    static class NoInstallation {

        @Test
        @WithTenant("somebody")
        void isMadeUp() {
            assertThat(Tenancy.require().placement().database()).isEqualTo(MADE_UP);
        }
    }

    @Test
    void itLoadsAndAnswersWithoutSpringTest() throws Exception {
        TestRun.of(WithoutSpringTests.class).allPass(1);
    }

    @SpringJUnitConfig(Empty.class)
    static class WithoutSpringTests {

        private ExtensionContext context;

        @RegisterExtension
        BeforeEachCallback capture = each -> context = each;

        @Test
        void answersNothing() throws Exception {
            TestTenants tenants = new HidingSpringTests()
                    .loadClass(SpringTestTenants.class.getName())
                    .asSubclass(TestTenants.class)
                    .getConstructor()
                    .newInstance();

            assertThat(tenants).isNotInstanceOf(SpringTestTenants.class);
            assertThat(tenants.find("somebody", context)).isEmpty();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Empty {}

    /** Makes the service's class itself, in a world that has no spring-test. */
    private static final class HidingSpringTests extends ClassLoader {

        HidingSpringTests() {
            super(SpringTestTenantsTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("org.springframework.test.")) {
                throw new ClassNotFoundException(name);
            }
            return name.equals(SpringTestTenants.class.getName()) ? own(name) : super.loadClass(name, resolve);
        }

        private Class<?> own(String name) throws ClassNotFoundException {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            String file = name.replace('.', '/') + ".class";
            try (InputStream stream = Objects.requireNonNull(getResourceAsStream(file), file)) {
                byte[] code = stream.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }
}
