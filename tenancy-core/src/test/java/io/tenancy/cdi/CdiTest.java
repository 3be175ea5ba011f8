package io.tenancy.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.Tenants;
import io.tenancy.context.NoTenantException;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.CatalogueReader;
import io.tenancy.entitlement.ConsumesQuota;
import io.tenancy.entitlement.EntitlementGrants;
import io.tenancy.entitlement.EntitlementGrants.PlanGrant;
import io.tenancy.entitlement.Entitlements;
import io.tenancy.entitlement.ModuleNotEntitledException;
import io.tenancy.entitlement.PlanCatalogue;
import io.tenancy.entitlement.RequiresFeature;
import io.tenancy.entitlement.RequiresModule;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.entitlement.Validity;
import io.tenancy.entitlement.spi.EntitlementStore;
import io.tenancy.entitlement.spi.StoredCatalogue;
import io.tenancy.entitlement.spi.StoredGrants;
import io.tenancy.quota.QuotaConsumer;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On Weld, from the service file and the beans.xml of the jar. */
class CdiTest {

    private static final Tenant SMALL = Tenants.named("small");
    private static final Tenant LARGE = Tenants.named("large");
    private static final PlanCatalogue CATALOGUE = CatalogueReader.read("""
            format: 1
            definitions:
              stock_take: {kind: module}
              reports: {kind: module}
              beta: {kind: setting}
              users: {kind: limit}
            plans:
              starter: {versions: [{version: 1, entitlements: {users: 5, reports: true}}]}
              professional: {versions: [{version: 1, entitlements: {users: 50, stock_take: true, reports: true, beta: true}}]}
              special: {versions: [{version: 1, entitlements: {users: 50, stock_take: true}}]}
            """);

    private static SeContainer container;

    @BeforeAll
    static void start() {
        container = containerOf(
                Catalogue.class,
                Ledger.class,
                Basket.class,
                Cupboard.class,
                StockTake.class,
                Reports.class,
                Articles.class);
    }

    @AfterAll
    static void stop() {
        container.close();
    }

    @BeforeEach
    void forget() {
        Basket.EVENTS.clear();
        Ledger.EVENTS.clear();
    }

    private static SeContainer containerOf(Class<?>... beans) {
        return SeContainerInitializer.newInstance().addBeanClasses(beans).initialize();
    }

    private static <T> T bean(Class<T> type) {
        return container.select(type).get();
    }

    @Test
    void theInjectedTenantIsTheBoundOne() {
        Reports reports = bean(Reports.class);

        assertThat(Tenancy.callAs(SMALL, reports::whose)).isEqualTo("small 5");
        assertThat(Tenancy.callAs(LARGE, reports::whose)).isEqualTo("large 50");
    }

    @Test
    void withoutATenantNothingIsInjected() {
        assertThatExceptionOfType(NoTenantException.class)
                .isThrownBy(() -> bean(Reports.class).whose());
        assertThatExceptionOfType(NoTenantException.class).isThrownBy(() -> bean(Tenant.class));
        assertThatExceptionOfType(NoTenantException.class).isThrownBy(() -> bean(Entitlements.class));
    }

    @Test
    void eachTenantHasItsOwnInstance() {
        Basket basket = bean(Basket.class);

        Tenancy.runAs(SMALL, () -> basket.put("apple"));
        Tenancy.runAs(LARGE, () -> basket.put("pear"));

        assertThat(Tenancy.callAs(SMALL, basket::content))
                .contains("small", "apple")
                .doesNotContain("pear");
        assertThat(Tenancy.callAs(LARGE, basket::content))
                .contains("large", "pear")
                .doesNotContain("apple");
    }

    @Test
    void aTenantScopedBeanThatNeedsAnotherOneIsMade() {
        assertThat(Tenancy.callAs(SMALL, bean(Cupboard.class)::owner)).isEqualTo("cupboard of small");
    }

    @Test
    void withoutATenantATenantScopedBeanCannotBeUsed() {
        assertThatExceptionOfType(ContextNotActiveException.class)
                .isThrownBy(() -> bean(Basket.class).content());
        assertThatExceptionOfType(ContextNotActiveException.class)
                .isThrownBy(() ->
                        Tenancy.runAsPlatform("test", () -> bean(Basket.class).content()));
    }

    @Test
    void instancesOfATenantAreDestroyedWhenToldAndThoseOfOthersStay() {
        Tenant here = Tenants.named("here");
        Tenant there = Tenants.named("there");
        Basket basket = bean(Basket.class);
        Tenancy.runAs(here, () -> basket.put("apple"));
        Tenancy.runAs(there, () -> basket.put("pear"));

        assertThat(bean(TenantScopedInstances.class).destroy(here.id())).isEqualTo(1);

        assertThat(Basket.EVENTS).containsExactly("made for here", "made for there", "destroyed for here");
        assertThat(Tenancy.callAs(here, basket::content)).doesNotContain("apple");
        assertThat(Tenancy.callAs(there, basket::content)).contains("pear");
        assertThat(bean(TenantScopedInstances.class)
                        .destroy(Tenants.named("never").id()))
                .isZero();
    }

    @Test
    void theEndOfTheContainerDestroysEveryInstance() {
        SeContainer other = containerOf(Basket.class);
        Tenancy.runAs(SMALL, () -> other.select(Basket.class).get().put("apple"));

        other.close();

        assertThat(Basket.EVENTS).containsExactly("made for small", "destroyed for small");
    }

    @Test
    void manyThreadsOfManyTenantsMakeOneInstanceEach() throws Exception {
        List<Tenant> tenants = List.of(Tenants.named("t1"), Tenants.named("t2"), Tenants.named("t3"));
        Basket basket = bean(Basket.class);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        Set<String> seen = new HashSet<>();
        try {
            List<Future<String>> answers = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 300; i++) {
                Tenant tenant = tenants.get(i % 3);
                answers.add(threads.submit(() -> Tenancy.callAs(tenant, () -> tenant.slug() + " " + basket.number())));
            }
            for (Future<String> answer : answers) {
                seen.add(answer.get());
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(seen).hasSize(3);
        assertThat(Basket.EVENTS).containsExactlyInAnyOrder("made for t1", "made for t2", "made for t3");
    }

    @Test
    void aModuleThatThePlanDoesNotHaveIsRefused() {
        StockTake stock = bean(StockTake.class);

        assertThat(Tenancy.callAs(LARGE, stock::count)).isEqualTo("counted");
        assertThatExceptionOfType(ModuleNotEntitledException.class)
                .isThrownBy(() -> Tenancy.callAs(SMALL, stock::count))
                .satisfies(refusal -> {
                    assertThat(refusal.status()).isEqualTo(403);
                    assertThat(refusal.module()).isEqualTo("stock_take");
                    assertThat(refusal.plans()).containsExactly("professional", "special");
                });
    }

    @Test
    void theAnnotationOfAMethodDoesNotReplaceThatOfItsClass() {
        StockTake stock = bean(StockTake.class);

        assertThat(Tenancy.callAs(LARGE, stock::report)).isEqualTo("reported");
        assertThatExceptionOfType(ModuleNotEntitledException.class)
                .isThrownBy(() -> Tenancy.callAs(SMALL, stock::report))
                .satisfies(refusal -> assertThat(refusal.module()).isEqualTo("stock_take"));
        assertThatExceptionOfType(ModuleNotEntitledException.class)
                .isThrownBy(() -> Tenancy.callAs(Tenants.named("special"), stock::report))
                .satisfies(refusal -> assertThat(refusal.module()).isEqualTo("reports"));
    }

    @Test
    void aFeatureIsAModuleOrASettingThatIsTrue() {
        Reports reports = bean(Reports.class);

        assertThat(Tenancy.callAs(LARGE, reports::beta)).isEqualTo("beta");
        assertThatExceptionOfType(ModuleNotEntitledException.class)
                .isThrownBy(() -> Tenancy.callAs(SMALL, reports::beta))
                .satisfies(refusal -> assertThat(refusal.module()).isEqualTo("beta"));
    }

    @Test
    void withoutATenantAMethodThatRequiresAModuleDoesNotRun() {
        assertThatExceptionOfType(NoTenantException.class)
                .isThrownBy(() -> bean(StockTake.class).count());
    }

    @Test
    void unitsAreCommittedWhenTheMethodReturnsAndGivenBackWhenItThrows() {
        Articles articles = bean(Articles.class);

        Tenancy.runAs(SMALL, () -> articles.add(true));
        assertThatIllegalStateException().isThrownBy(() -> Tenancy.runAs(SMALL, () -> articles.add(false)));

        assertThat(Ledger.EVENTS)
                .containsExactly(
                        "reserve 3 articles",
                        "add",
                        "commit articles",
                        "close articles",
                        "reserve 3 articles",
                        "add",
                        "close articles");
    }

    @Test
    void aBeanThatWouldKeepOneTenantForAllIsRefused() {
        assertThatThrownBy(() -> containerOf(Catalogue.class, Keeps.class).close())
                .hasMessageContaining("Tenant is injected into a bean that may outlive the tenant's work")
                .hasMessageContaining("Instance<Tenant>");
    }

    @Test
    void aRequirementThatNothingCouldCheckIsRefused() {
        assertThatThrownBy(() -> containerOf(StockTake.class).close())
                .hasMessageContaining("@RequiresModule on " + StockTake.class.getName())
                .hasMessageContaining("TenantEntitlements");
    }

    @Test
    void aQuotaThatNothingCouldTakeIsRefused() {
        assertThatThrownBy(() -> containerOf(Articles.class).close())
                .hasMessageContaining("@ConsumesQuota on " + Articles.class.getName())
                .hasMessageContaining("QuotaConsumer");
    }

    @ApplicationScoped
    static class Catalogue {

        @Produces
        @Singleton
        TenantEntitlements entitlements() {
            return TenantEntitlements.builder(new EntitlementStore() {
                        @Override
                        public StoredGrants grants(TenantId tenant) {
                            String plan = Tenancy.require().slug().value();
                            String code = plan.equals("large")
                                    ? "professional"
                                    : plan.equals("special") ? "special" : "starter";
                            return new StoredGrants(
                                    new EntitlementGrants(
                                            tenant,
                                            List.of(new PlanGrant(1, code, null, Validity.from(Instant.EPOCH))),
                                            List.of(),
                                            List.of(),
                                            List.of(),
                                            List.of()),
                                    1);
                        }

                        @Override
                        public StoredCatalogue catalogue() {
                            return new StoredCatalogue(1, CATALOGUE);
                        }
                    })
                    .build();
        }
    }

    @TenantScoped
    static class Basket {
        static final List<String> EVENTS = new CopyOnWriteArrayList<>();
        static final AtomicInteger MADE = new AtomicInteger();

        private final int number = MADE.incrementAndGet();
        private final Set<String> content = new HashSet<>();

        @Inject
        Tenant tenant;

        @PostConstruct
        void made() {
            EVENTS.add("made for " + tenant.slug());
        }

        @PreDestroy
        void destroyed() {
            EVENTS.add("destroyed for " + tenant.slug());
        }

        void put(String thing) {
            content.add(thing);
        }

        String content() {
            return tenant.slug() + " " + content;
        }

        int number() {
            return number;
        }
    }

    @TenantScoped
    static class Cupboard {
        private String owner = "";

        @Inject
        Basket basket;

        @PostConstruct
        void look() {
            owner = "cupboard of " + basket.content().split(" ")[0];
        }

        String owner() {
            return owner;
        }
    }

    @ApplicationScoped
    @RequiresModule("stock_take")
    static class StockTake {

        String count() {
            return "counted";
        }

        @RequiresModule("reports")
        String report() {
            return "reported";
        }
    }

    @ApplicationScoped
    static class Reports {

        @Inject
        Instance<Tenant> tenant;

        @Inject
        Instance<Entitlements> entitlements;

        String whose() {
            return tenant.get().slug() + " " + entitlements.get().limit("users");
        }

        @RequiresFeature("beta")
        String beta() {
            return "beta";
        }
    }

    @ApplicationScoped
    static class Articles {

        @ConsumesQuota(value = "articles", units = 3)
        void add(boolean well) {
            Ledger.EVENTS.add("add");
            if (!well) {
                throw new IllegalStateException("planned");
            }
        }
    }

    @ApplicationScoped
    static class Keeps {

        @Inject
        Tenant tenant;
    }

    @Dependent
    static class Ledger implements QuotaConsumer {
        static final List<String> EVENTS = new CopyOnWriteArrayList<>();

        @Override
        public Reservation reserve(String resource, long units) {
            EVENTS.add("reserve " + units + " " + resource);
            return new Reservation() {
                @Override
                public void commit() {
                    EVENTS.add("commit " + resource);
                }

                @Override
                public void close() {
                    EVENTS.add("close " + resource);
                }
            };
        }
    }
}
