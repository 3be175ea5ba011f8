package io.tenancy.plugins.install;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.TestPlugin;
import io.tenancy.plugins.Wat;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.control.AuditEntry;
import io.tenancy.plugins.market.StoredPackage;
import io.tenancy.plugins.pack.ExtensionPoint;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Plugins that are not pinned are upgraded by themselves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpgradesTest {

    private static final String STRICT =
            "{\"config\": {\"schema\": {\"type\": \"object\", \"required\": [\"level\"]}}}";
    private static final String LENIENT = "{\"config\": {\"schema\": {\"type\": \"object\"}}}";

    private final List<PluginNotice> notices = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private PluginFixture fixture;

    @BeforeAll
    void begin() {
        fixture = new PluginFixture(builder -> builder.notices(notices::add));
    }

    @AfterAll
    void end() {
        fixture.close();
    }

    private Installations installations() {
        return fixture.plugins.installations();
    }

    /** The jobs run, a while later. */
    private void later() {
        fixture.clock.move(Duration.ofMinutes(2));
        fixture.plugins.run().run();
    }

    private String active(TenantId tenant, String plugin) {
        return installations()
                .find(tenant, plugin)
                .flatMap(PluginInstallation::active)
                .map(digest -> fixture.plugins.market().stored(digest).version())
                .orElseThrow();
    }

    private List<String> actions(TenantId tenant, String plugin) {
        return installations().history(tenant, plugin).stream()
                .map(AuditEntry::action)
                .toList();
    }

    private TenantId having(TestPlugin plugin) {
        fixture.listed(plugin);
        TenantId tenant = fixture.tenant();
        assertThat(fixture.installed(tenant, plugin.id()).isEnabled()).isTrue();
        return tenant;
    }

    @Test
    void aPluginIsUpgradedToItsHighestVersionThatAsksForNothingMore() {
        TestPlugin plugin = TestPlugin.validator("test.fresh");
        TenantId tenant = having(plugin);
        later();
        fixture.listed(plugin.version("1.1.0"));
        fixture.listed(plugin.version("1.2.0"));
        fixture.listed(plugin.version("1.3.0-rc.1"));

        later();

        assertThat(active(tenant, "test.fresh")).isEqualTo("1.2.0");
        assertThat(installations().history(tenant, "test.fresh"))
                .filteredOn(entry -> entry.action().equals("upgrade"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.actor()).isEqualTo("upgrades"));
    }

    @Test
    void aPluginThatIsPinnedStaysUntilItIsNot() {
        TestPlugin plugin = TestPlugin.validator("test.pinned_down");
        TenantId tenant = having(plugin);
        installations().pin(tenant, "test.pinned_down", true, PluginFixture.NOTE);
        fixture.listed(plugin.version("1.1.0"));
        later();
        assertThat(active(tenant, "test.pinned_down")).isEqualTo("1.0.0");

        installations().pin(tenant, "test.pinned_down", false, PluginFixture.NOTE);
        later();

        assertThat(active(tenant, "test.pinned_down")).isEqualTo("1.1.0");
    }

    @Test
    void whatNeedsConsentIsToldOncePerVersionAndALowerOneThatNeedsNoneIsInstalled() {
        TestPlugin plugin = TestPlugin.validator("test.asking");
        TenantId tenant = having(plugin);
        fixture.listed(plugin.version("1.1.0"));
        StoredPackage asking = fixture.listed(plugin.version("2.0.0").asking("{\"log\": {}}"));

        later();
        fixture.clock.move(Upgrades.AGAIN_AFTER);
        later();

        assertThat(active(tenant, "test.asking")).isEqualTo("1.1.0");
        assertThat(installations().find(tenant, "test.asking").orElseThrow().pending())
                .isEmpty();
        assertThat(installations().history(tenant, "test.asking"))
                .filteredOn(entry -> entry.action().equals("upgrade waits"))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.digest()).contains(asking.digest());
                    assertThat(entry.detail()).contains("2.0.0", "consent to log");
                });
        assertThat(notices)
                .filteredOn(notice -> notice.plugin().equals("test.asking"))
                .singleElement()
                .satisfies(notice -> assertThat(notice.why()).contains("2.0.0", "log"));
    }

    @Test
    void aDearerVersionIsNotInstalledByItself() {
        TestPlugin plugin = TestPlugin.validator("test.dear");
        TenantId tenant = having(plugin);
        fixture.listed(plugin.version("1.1.0")
                .with("\"price\": {\"amount\": \"9.90\", \"currency\": \"BRL\", \"per\": \"month\"},"));

        later();

        assertThat(active(tenant, "test.dear")).isEqualTo("1.0.0");
        assertThat(notices)
                .filteredOn(notice -> notice.plugin().equals("test.dear"))
                .singleElement()
                .satisfies(notice -> assertThat(notice.why()).contains("paying 9.90 BRL"));
    }

    @Test
    void aVersionWhoseFormTheSettingsDoNotFitWaitsUntilTheyDo() {
        TestPlugin plugin = TestPlugin.validator("test.form").asking(LENIENT);
        TenantId tenant = having(plugin);
        fixture.listed(plugin.version("1.1.0").asking(STRICT));
        later();
        assertThat(active(tenant, "test.form")).isEqualTo("1.0.0");
        assertThat(notices)
                .filteredOn(notice -> notice.plugin().equals("test.form"))
                .singleElement()
                .satisfies(notice -> assertThat(notice.why()).contains("level"));

        installations().configure(tenant, "test.form", "{\"level\": \"low\"}", PluginFixture.NOTE);
        later();

        assertThat(active(tenant, "test.form")).isEqualTo("1.1.0");
    }

    @Test
    void aVersionThatWasGoneBackFromIsNotTriedAgainByItselfButTheNextOneIs() {
        TestPlugin plugin = TestPlugin.validator("test.flapping");
        TenantId tenant = having(plugin);
        fixture.listed(plugin.version("1.1.0"));
        later();
        assertThat(active(tenant, "test.flapping")).isEqualTo("1.1.0");
        installations().rollBack(tenant, "test.flapping", PluginFixture.NOTE);
        installations().pin(tenant, "test.flapping", false, PluginFixture.NOTE);

        later();
        assertThat(active(tenant, "test.flapping")).isEqualTo("1.0.0");

        fixture.listed(plugin.version("1.2.0"));
        later();
        assertThat(active(tenant, "test.flapping")).isEqualTo("1.2.0");
    }

    @Test
    void aVersionThatFailsAfterItWasInstalledByItselfGoesBackAndStaysBack() {
        TestPlugin plugin = TestPlugin.validator("test.worse");
        TenantId tenant = having(plugin);
        byte[] fails = Wat.plugin(
                "(data (i32.const 16) \"{\\\"output\\\":{\\\"findings\\\":[]}}\")",
                "(if (i32.gt_u (local.get $length) (i32.const 40)) (then (unreachable))) " + TestPlugin.answer(16, 26));
        fixture.listed(plugin.version("1.1.0").module(fails));
        later();
        assertThat(active(tenant, "test.worse")).isEqualTo("1.1.0");

        for (int i = 0; i < 10; i++) {
            fixture.plugins
                    .extensions()
                    .call(tenant, ExtensionPoint.CONTENT_VALIDATE, "{\"text\":\"long enough to fail\"}");
        }
        later();
        installations().pin(tenant, "test.worse", false, PluginFixture.NOTE);
        later();

        assertThat(active(tenant, "test.worse")).isEqualTo("1.0.0");
        assertThat(actions(tenant, "test.worse")).containsOnlyOnce("upgrade");
    }

    @Test
    void aVersionThatIsNotTrustedAnyMoreIsNotInstalled() {
        TestPlugin plugin = TestPlugin.validator("test.untrusted");
        TenantId tenant = having(plugin);
        StoredPackage next = fixture.listed(plugin.version("1.1.0"));
        fixture.plugins.market().trust().revokePackage(next.digest(), PluginFixture.NOTE);

        later();

        assertThat(active(tenant, "test.untrusted")).isEqualTo("1.0.0");
        assertThat(actions(tenant, "test.untrusted")).containsOnlyOnce("upgrade refused");
        assertThat(notices)
                .as("a tenant can do nothing about it")
                .noneMatch(notice -> notice.plugin().equals("test.untrusted"));
    }

    @Test
    void aPluginThatIsDisabledOrOnItsWayToAnotherVersionIsLeftAsItIs() {
        TestPlugin plugin = TestPlugin.validator("test.busy");
        TenantId disabled = having(plugin);
        TenantId underWay = fixture.tenant();
        fixture.installed(underWay, "test.busy");
        installations().disable(disabled, "test.busy", PluginFixture.NOTE);
        fixture.listed(plugin.version("2.0.0").asking("{\"log\": {}}"));
        String waiting = installations()
                .install(underWay, "test.busy", PluginFixture.NOTE)
                .pending()
                .orElseThrow()
                .digest();
        fixture.listed(plugin.version("2.1.0"));

        later();

        assertThat(active(disabled, "test.busy")).isEqualTo("1.0.0");
        assertThat(installations()
                        .find(underWay, "test.busy")
                        .orElseThrow()
                        .pending()
                        .orElseThrow()
                        .digest())
                .isEqualTo(waiting);
        assertThat(installations().asked(underWay, "test.busy").orElseThrow().required())
                .containsExactly(Capability.LOG);
    }

    @Test
    void nodesThatLookAtOnceUpgradeOnce() throws Exception {
        TestPlugin plugin = TestPlugin.validator("test.nodes");
        TenantId tenant = having(plugin);
        fixture.listed(plugin.version("1.1.0"));
        fixture.listed(plugin.version("2.0.0").asking("{\"log\": {}}"));
        ExecutorService nodes = Executors.newFixedThreadPool(3);
        try {
            fixture.clock.move(Duration.ofMinutes(2));
            Callable<Integer> look = () -> installations().upgrade(fixture.clock.instant());
            for (Future<Integer> each : nodes.invokeAll(Collections.nCopies(3, look))) {
                each.get();
            }
        } finally {
            nodes.shutdownNow();
        }

        assertThat(active(tenant, "test.nodes")).isEqualTo("1.1.0");
        assertThat(actions(tenant, "test.nodes")).containsOnlyOnce("upgrade").containsOnlyOnce("upgrade waits");
    }
}
