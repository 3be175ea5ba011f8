package io.tenancy.jpa.entitlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import com.zaxxer.hikari.HikariDataSource;
import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.catalog.TenantNotFoundException;
import io.tenancy.entitlement.CatalogueReader;
import io.tenancy.entitlement.EntitlementGrants.OverrideMode;
import io.tenancy.entitlement.EntitlementValue.OfModule;
import io.tenancy.entitlement.EntitlementValue.OfQuantity;
import io.tenancy.entitlement.Entitlements;
import io.tenancy.entitlement.EntitlementsUnavailableException;
import io.tenancy.entitlement.InvalidCatalogueException;
import io.tenancy.entitlement.InvalidGrantException;
import io.tenancy.entitlement.ModuleNotEntitledException;
import io.tenancy.entitlement.Reseller;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.entitlement.Validity;
import io.tenancy.entitlement.spi.EntitlementStore;
import io.tenancy.entitlement.spi.StoredCatalogue;
import io.tenancy.entitlement.spi.StoredGrants;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real control database; each test has a tenant of its own, and those of imports a database of their own. */
class EntitlementAdministrationTest {

    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final ChangeNote NOTE = new ChangeNote("ada", "agreed on the phone");
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final String DOCUMENT = """
            format: 1
            billing: {currency: EUR}
            definitions:
              reports: {kind: module}
              stock_take: {kind: module}
              users: {kind: limit, unit: user}
              calls: {kind: allowance, period: month}
              support: {kind: setting}
            plans:
              starter:
                name: Starter
                versions:
                  - {version: 1, entitlements: {users: 5, calls: 1000, support: email}}
              large:
                name: 'Large "plan"'
                versions:
                  - {version: 1, entitlements: {users: -1, calls: -1, support: phone, reports: true, stock_take: true}}
            add_ons:
              seats: {entitlements: {users: 5}}
              reports: {plans: [starter], entitlements: {reports: true}}
            """;

    private static volatile Instant now = START;
    private static TenancyInstallation installation;
    private static EntitlementAdministration administration;

    private Tenant tenant;

    @BeforeAll
    static void install() {
        installation = start(TestServer.newDatabase());
        administration = installation.entitlementAdministration();
        administration.importCatalogue(DOCUMENT, NOTE);
    }

    @AfterAll
    static void close() {
        installation.close();
    }

    private static TenancyInstallation start(DatabaseServer server) {
        return TestServer.installation(server, "classpath:clinic")
                .clock(() -> now)
                .upgradeLink("/upgrade?module={module}")
                .build()
                .start();
    }

    @BeforeEach
    void newTenant() {
        now = START;
        tenant = newTenant(installation);
    }

    private static Tenant newTenant(TenancyInstallation at) {
        String slug = "clinic-" + COUNT.incrementAndGet();
        return at.provisioner().provision(NewTenant.of(slug, "Clinic", IsolationLevel.SHARED));
    }

    private Entitlements has() {
        return installation.entitlements().of(tenant.id());
    }

    private long assign(String plan) {
        return administration.assignPlan(tenant.id(), plan, Validity.from(now), NOTE);
    }

    @Test
    void planShowsAtOnceOnThisNode() {
        assertThat(has().plan()).isEmpty();
        assign("starter");
        assertThat(has().limit("users")).isEqualTo(5);
        now = START.plusSeconds(1);
        assign("large");

        assertThat(has().limit("users")).isEqualTo(-1);
        assertThat(has().setting("support")).isEqualTo("phone");
    }

    @Test
    void whatJoinsATransactionCountsOnceItCommits() throws SQLException {
        assertThat(has().plan()).isEmpty();
        List<Runnable> afterCommit = new ArrayList<>();
        try (Connection connection = installation.control().platform().getConnection()) {
            connection.setAutoCommit(false);
            administration
                    .joining(connection, afterCommit::add)
                    .assignPlan(tenant.id(), "starter", Validity.from(now), NOTE);
            assertThat(has().plan()).isEmpty();
            connection.commit();
        }
        afterCommit.forEach(Runnable::run);

        assertThat(has().limit("users")).isEqualTo(5);
    }

    @Test
    void whatJoinsATransactionIsUndoneWithIt() throws SQLException {
        try (Connection connection = installation.control().platform().getConnection()) {
            connection.setAutoCommit(false);
            EntitlementAdministration joined = administration.joining(connection, afterCommit -> {});
            joined.assignPlan(tenant.id(), "starter", Validity.from(now), NOTE);
            joined.importCatalogue(DOCUMENT.replace("name: Starter", "name: Another"), NOTE);
            connection.rollback();
        }
        installation.entitlements().invalidate(tenant.id());

        assertThat(has().plan()).isEmpty();
        assertThat(administration.changes(tenant.id())).isEmpty();
        assertThat(administration.importCatalogue(DOCUMENT, NOTE).changed()).isFalse();
    }

    @Test
    void refusalCarriesTheInstallationsUpgradeLink() {
        assign("starter");

        assertThatExceptionOfType(ModuleNotEntitledException.class)
                .isThrownBy(() -> has().require("reports"))
                .satisfies(refusal -> {
                    assertThat(refusal.plans()).containsExactly("large");
                    assertThat(refusal.addOns()).containsExactly("reports");
                    assertThat(refusal.upgradeLink()).contains("/upgrade?module=reports");
                });
    }

    @Test
    void everySortOfGrantIsStoredAndCounts() {
        assign("starter");
        administration.addAddOn(tenant.id(), "seats", 3, Validity.from(now), NOTE);
        administration.grantTrial(
                tenant.id(), "stock_take", Validity.between(now, now.plus(Duration.ofDays(14))), NOTE);
        administration.override(tenant.id(), "users", OverrideMode.ADD, OfQuantity.of(2), Validity.from(now), NOTE);
        administration.override(
                tenant.id(), "calls", OverrideMode.SET, new OfQuantity(7, 6L, true), Validity.from(now), NOTE);
        assertThat(has().limit("users")).isEqualTo(22);
        Reseller partner = Reseller.ofCode("partner");
        administration.setReseller(tenant.id(), partner, Validity.from(now), NOTE);
        long cap = administration.capReseller(partner, "users", OfQuantity.of(20), Validity.from(now), NOTE);

        assertThat(has().limit("users")).isEqualTo(20);
        assertThat(has().allows("stock_take")).isTrue();
        assertThat(has().quantity("calls").orElseThrow().softLimit()).isEqualTo(6);
        assertThat(has().quantity("calls").orElseThrow().overageAllowed()).isTrue();
        assertThat(has().explain("users").steps()).hasSize(4);
        assertThat(administration.revokeCap(cap, NOTE)).isTrue();
        assertThat(administration.revokeCap(cap, NOTE)).isFalse();
        assertThat(has().limit("users")).isEqualTo(22);
    }

    @Test
    void trialEndsAtItsInstantWhileTheDatabaseIsNotAsked() {
        Instant end = START.plusSeconds(3).plusNanos(1_000);
        administration.grantTrial(tenant.id(), "reports", Validity.between(START, end), NOTE);
        now = end.minusNanos(1);
        assertThat(has().allows("reports")).isTrue();
        now = end;

        assertThat(has().allows("reports")).isFalse();
    }

    @Test
    void revokedGrantEndsNow() {
        long grant = assign("starter");
        now = START.plusSeconds(10);

        assertThat(administration.revoke(grant, NOTE)).isTrue();
        assertThat(has().plan()).isEmpty();
        assertThat(administration.revoke(grant, NOTE)).isFalse();
        assertThat(administration.revoke(Long.MAX_VALUE, NOTE)).isFalse();
    }

    @Test
    void grantThatHasNotBegunNeverCountsOnceItIsRevoked() {
        long grant = administration.assignPlan(tenant.id(), "starter", Validity.from(START.plusSeconds(60)), NOTE);
        assertThat(administration.revoke(grant, NOTE)).isTrue();
        now = START.plusSeconds(61);

        assertThat(has().plan()).isEmpty();
    }

    @Test
    void anotherNodeSeesAChangeAfterTheTimeToLive() {
        TenantEntitlements other = TenantEntitlements.builder(
                        new JdbcEntitlementStore(installation.control().platform(), () -> now))
                .clock(() -> now)
                .build();
        assertThat(other.of(tenant.id()).plan()).isEmpty();
        assign("starter");
        assertThat(other.of(tenant.id()).plan()).isEmpty();
        now = START.plus(TenantEntitlements.DEFAULT_TIME_TO_LIVE);

        assertThat(other.of(tenant.id()).plan()).contains("starter");
    }

    @Test
    void grantsOfWhatIsNotInTheCatalogueAreRefusedInWords() {
        TenantId id = tenant.id();
        Validity since = Validity.from(now);

        assertThatExceptionOfType(InvalidGrantException.class)
                .isThrownBy(() -> administration.assignPlan(id, "gold", since, NOTE))
                .withMessageContaining("no plan 'gold'; it has [starter, large]");
        assertThatExceptionOfType(InvalidGrantException.class)
                .isThrownBy(() -> administration.pinPlan(id, "starter", 3, since, NOTE))
                .withMessageContaining("no version 3; it has [1]");
        assertThatExceptionOfType(InvalidGrantException.class)
                .isThrownBy(() -> administration.addAddOn(id, "gold", 1, since, NOTE));
        assertThatExceptionOfType(InvalidGrantException.class)
                .isThrownBy(
                        () -> administration.grantTrial(id, "users", Validity.between(now, now.plusSeconds(1)), NOTE))
                .withMessageContaining("is a LIMIT");
        assertThatExceptionOfType(InvalidGrantException.class)
                .isThrownBy(
                        () -> administration.override(id, "users", OverrideMode.SET, new OfModule(true), since, NOTE))
                .withMessageContaining("does not fit 'users'");
        assertThatExceptionOfType(InvalidGrantException.class)
                .isThrownBy(() -> administration.setReseller(id, Reseller.ofTenant(id), since, NOTE));
        assertThatIllegalArgumentException().isThrownBy(() -> administration.addAddOn(id, "seats", 0, since, NOTE));
        assertThatExceptionOfType(TenantNotFoundException.class)
                .isThrownBy(
                        () -> administration.assignPlan(TenantId.next(InstantSource.system()), "starter", since, NOTE));
        assertThat(administration.changes(id)).isEmpty();
    }

    @Test
    void tenantBelongsToOneResellerAtATime() {
        Reseller one = Reseller.ofCode("one");
        administration.capReseller(one, "users", OfQuantity.of(1), Validity.from(START), NOTE);
        assign("large");
        administration.setReseller(tenant.id(), one, Validity.from(START), NOTE);
        administration.setReseller(
                tenant.id(),
                Reseller.ofTenant(newTenant(installation).id()),
                Validity.from(START.plusSeconds(60)),
                NOTE);

        assertThat(has().limit("users")).isEqualTo(1);
        now = START.plusSeconds(60);
        assertThat(has().limit("users")).isEqualTo(-1);
        assertThatExceptionOfType(InvalidGrantException.class)
                .isThrownBy(
                        () -> administration.setReseller(tenant.id(), one, Validity.from(START.plusSeconds(30)), NOTE))
                .withMessageContaining("one reseller at a time");
    }

    @Test
    void manyNodesThatSetTheResellerLeaveOneAtATime() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                Reseller reseller = Reseller.ofCode("partner" + i);
                Validity since = Validity.from(START.plusSeconds(i % 4));
                all.add(pool.submit(() -> {
                    try {
                        administration.setReseller(tenant.id(), reseller, since, NOTE);
                    } catch (InvalidGrantException another) {
                        assertThat(another).hasMessageContaining("one reseller at a time");
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        // Reading refuses two at once.
        assertThat(has().plan()).isEmpty();
    }

    @Test
    void everyChangeIsRecordedWithActorAndReason() {
        assign("starter");
        administration.addAddOn(tenant.id(), "seats", 2, Validity.from(now), new ChangeNote("grace", "order 17"));

        assertThat(administration.changes(tenant.id()))
                .extracting(
                        EntitlementChange::action,
                        EntitlementChange::subject,
                        each -> each.note().actor())
                .containsExactly(tuple("add-add-on", "seats", "grace"), tuple("assign-plan", "starter", "ada"));
        assertThatIllegalArgumentException().isThrownBy(() -> new ChangeNote("ada", " "));
    }

    @Test
    void whatIsRecordedCannotBeChangedByThePlatformLogin() throws SQLException {
        assign("starter");
        for (String table : List.of("entitlement_change", "plan_catalogue_import")) {
            for (String sql : List.of("update " + table + " set actor = 'nobody'", "delete from " + table)) {
                try (Connection connection = installation.control().platform().getConnection();
                        Statement statement = connection.createStatement()) {
                    assertThatExceptionOfType(SQLException.class)
                            .as(sql)
                            .isThrownBy(() -> statement.execute(sql))
                            .withMessageContaining("only takes further rows");
                }
            }
        }
    }

    @Test
    void tenantThatIsRemovedLeavesItsRecord() throws SQLException {
        assign("starter");
        installation.catalog().setStatus(tenant.id(), TenantStatus.DELETED);
        installation.provisioner().undo(tenant.id());

        assertThat(administration.changes(tenant.id())).hasSize(1);
    }

    private static ControlDatabase unreachable() {
        DatabaseServer server = new DatabaseServer(
                "primary",
                "jdbc:postgresql://127.0.0.1:1/app",
                new Login("o", "x"),
                new Login("r", "x"),
                new Login("p", "x"));
        ControlDatabase away = new ControlDatabase(server, 1);
        ((HikariDataSource) away.platform()).setConnectionTimeout(250);
        return away;
    }

    @Test
    void aChangeThatCouldNotBeSentForgetsNothingOfWhatIsRemembered() {
        assign("starter");
        AtomicInteger read = new AtomicInteger();
        JdbcEntitlementStore real =
                new JdbcEntitlementStore(installation.control().platform(), () -> now);
        EntitlementStore counted = new EntitlementStore() {
            @Override
            public StoredGrants grants(TenantId id) {
                if (read.incrementAndGet() > 1) {
                    throw new EntitlementsUnavailableException("planned", null);
                }
                return real.grants(id);
            }

            @Override
            public StoredCatalogue catalogue() {
                return real.catalogue();
            }
        };
        TenantEntitlements service =
                TenantEntitlements.builder(counted).clock(() -> now).build();
        assertThat(service.of(tenant.id()).limit("users")).isEqualTo(5);
        try (ControlDatabase away = unreachable()) {
            EntitlementAdministration offline = new EntitlementAdministration(away.platform(), () -> now, service);

            assertThatExceptionOfType(EntitlementsUnavailableException.class)
                    .isThrownBy(() -> offline.revokeCap(1, NOTE));
            assertThatExceptionOfType(EntitlementsUnavailableException.class)
                    .isThrownBy(() -> offline.assignPlan(tenant.id(), "large", Validity.from(now), NOTE));
        }
        assertThatCode(() -> service.of(tenant.id())).doesNotThrowAnyException();
        assertThat(read).hasValue(1);
    }

    @Test
    void unreachableDatabaseRefusesWhoIsNotKnown() {
        try (ControlDatabase away = unreachable()) {
            TenantEntitlements service = TenantEntitlements.builder(
                            new JdbcEntitlementStore(away.platform(), () -> now))
                    .build();
            assertThatExceptionOfType(EntitlementsUnavailableException.class)
                    .isThrownBy(() -> service.of(tenant.id()))
                    .withMessageContaining("tenancy.database.platform");
        }
    }

    @Test
    void catalogueComesBackAsItWasImported() {
        DatabaseServer server = TestServer.newDatabase();
        try (TenancyInstallation fresh = start(server)) {
            assertThat(new JdbcEntitlementStore(fresh.control().platform(), () -> now)
                            .catalogue()
                            .revision())
                    .isZero();
            fresh.entitlementAdministration().importCatalogue(DOCUMENT, NOTE);

            assertThat(new JdbcEntitlementStore(fresh.control().platform(), () -> now)
                            .catalogue()
                            .catalogue())
                    .isEqualTo(CatalogueReader.read(DOCUMENT));
        }
    }

    @Test
    void sameDocumentAgainChangesNothing() throws SQLException {
        try (TenancyInstallation fresh = start(TestServer.newDatabase())) {
            EntitlementAdministration admin = fresh.entitlementAdministration();

            assertThat(admin.importCatalogue(DOCUMENT, NOTE))
                    .isEqualTo(new CatalogueImport(
                            1,
                            true,
                            List.of(
                                    "new entitlement reports",
                                    "new entitlement stock_take",
                                    "new entitlement users",
                                    "new entitlement calls",
                                    "new entitlement support",
                                    "new version 1 of plan starter",
                                    "new version 1 of plan large",
                                    "new add-on seats",
                                    "new add-on reports")));
            assertThat(admin.importCatalogue(DOCUMENT, NOTE)).isEqualTo(new CatalogueImport(1, false, List.of()));
            assertThat(admin.importCatalogue(DOCUMENT.replace("EUR", "USD"), NOTE))
                    .isEqualTo(new CatalogueImport(2, true, List.of()));
            try (Connection connection = fresh.control().platform().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select count(*) from plan_catalogue_import")) {
                row.next();
                assertThat(row.getInt(1)).isEqualTo(2);
            }
        }
    }

    @Test
    void versionThatWasImportedCannotBeChangedAndTheDifferenceIsTold() {
        try (TenancyInstallation fresh = start(TestServer.newDatabase())) {
            EntitlementAdministration admin = fresh.entitlementAdministration();
            admin.importCatalogue(DOCUMENT, NOTE);
            admin.addAddOn(newTenant(fresh).id(), "seats", 1, Validity.from(now), NOTE);
            String edited = DOCUMENT.replace("{users: 5, calls: 1000, support: email}", "{users: 6, support: email}")
                    .replace("seats: {entitlements: {users: 5}}", "seats: {entitlements: {users: 4}}")
                    .replace("unit: user", "unit: person");

            assertThatExceptionOfType(CatalogueConflictException.class)
                    .isThrownBy(() -> admin.importCatalogue(edited, NOTE))
                    .satisfies(refusal -> assertThat(refusal.differences())
                            .hasSize(4)
                            .contains(
                                    "plans.starter.version 1.entitlements.users: imported before: 5; now: 6",
                                    "plans.starter.version 1.entitlements.calls: imported before: 1000; now: nothing",
                                    "add_ons.seats.entitlements.users: imported before: 5; now: 4"))
                    .withMessageContaining("Add a new version of the plan");
            assertThatExceptionOfType(InvalidCatalogueException.class)
                    .isThrownBy(() -> admin.importCatalogue("format: 1", NOTE));
            assertThat(admin.importCatalogue(DOCUMENT, NOTE).changed()).isFalse();
        }
    }

    @Test
    void newVersionIsAddedAndWhoIsPinnedKeepsTheirs() {
        try (TenancyInstallation fresh = start(TestServer.newDatabase())) {
            EntitlementAdministration admin = fresh.entitlementAdministration();
            admin.importCatalogue(DOCUMENT, NOTE);
            Tenant pinned = newTenant(fresh);
            Tenant following = newTenant(fresh);
            admin.pinPlan(pinned.id(), "starter", 1, Validity.from(now), NOTE);
            admin.assignPlan(following.id(), "starter", Validity.from(now), NOTE);
            String next = DOCUMENT.replace(
                    "- {version: 1, entitlements: {users: 5, calls: 1000, support: email}}",
                    "- {version: 2, effective_from: '2026-11-21T10:00:02Z', entitlements: {users: 8}}");

            assertThat(admin.importCatalogue(next, NOTE).changes()).containsExactly("new version 2 of plan starter");
            assertThat(fresh.entitlements().of(following.id()).limit("users")).isEqualTo(5);
            now = START.plusSeconds(2);
            assertThat(fresh.entitlements().of(following.id()).limit("users")).isEqualTo(8);
            assertThat(fresh.entitlements().of(pinned.id()).limit("users")).isEqualTo(5);
        }
    }

    @Test
    void planThatADocumentLeavesOutStaysWithItsTenantsAndIsNoLongerOffered() {
        try (TenancyInstallation fresh = start(TestServer.newDatabase())) {
            EntitlementAdministration admin = fresh.entitlementAdministration();
            admin.importCatalogue(DOCUMENT, NOTE);
            Tenant large = newTenant(fresh);
            Tenant starter = newTenant(fresh);
            admin.assignPlan(large.id(), "large", Validity.from(now), NOTE);
            admin.assignPlan(starter.id(), "starter", Validity.from(now), NOTE);
            String without = DOCUMENT.substring(0, DOCUMENT.indexOf("  large:"))
                    + DOCUMENT.substring(DOCUMENT.indexOf("add_ons:"));

            assertThat(admin.importCatalogue(without, NOTE).changes())
                    .containsExactly("plan large is no longer offered");
            assertThat(fresh.entitlements().of(large.id()).allows("reports")).isTrue();
            assertThatExceptionOfType(ModuleNotEntitledException.class)
                    .isThrownBy(() -> fresh.entitlements().of(starter.id()).require("reports"))
                    .satisfies(refusal -> assertThat(refusal.plans()).isEmpty());
        }
    }

    @Test
    void manyNodesThatImportAtOnceImportOnce() throws Exception {
        try (TenancyInstallation fresh = start(TestServer.newDatabase())) {
            ExecutorService pool = Executors.newFixedThreadPool(4);
            try {
                List<Future<CatalogueImport>> all = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    all.add(pool.submit(() -> fresh.entitlementAdministration().importCatalogue(DOCUMENT, NOTE)));
                }
                int changed = 0;
                for (Future<CatalogueImport> each : all) {
                    changed += each.get(60, TimeUnit.SECONDS).changed() ? 1 : 0;
                }
                assertThat(changed).isEqualTo(1);
            } finally {
                pool.shutdownNow();
            }
        }
    }
}
