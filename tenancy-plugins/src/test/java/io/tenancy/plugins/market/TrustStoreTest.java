package io.tenancy.plugins.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.TestPlugin;
import io.tenancy.plugins.control.PluginsUnavailableException;
import io.tenancy.plugins.extension.PluginTrace;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.pack.CuratorKey;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.plugins.pack.MinimumVersion;
import io.tenancy.plugins.pack.PackageRefusedException;
import io.tenancy.plugins.pack.SemanticVersion;
import io.tenancy.plugins.pack.SigningKey;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrustStoreTest {

    @SuppressWarnings("NullAway.Init")
    private PluginFixture fixture;

    @BeforeAll
    void begin() {
        fixture = new PluginFixture();
    }

    @AfterAll
    void end() {
        fixture.close();
    }

    private static PluginTrace.Outcome outcome(TenancyPlugins node, TenantId tenant) {
        return node.extensions()
                .call(tenant, ExtensionPoint.CONTENT_VALIDATE, "{}")
                .trace()
                .get(0)
                .outcome();
    }

    /** How long it takes until something is so, at most some seconds. */
    private static Duration until(BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()
                && System.nanoTime() - begin < Duration.ofSeconds(20).toNanos()) {
            Thread.onSpinWait();
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    @Test
    void aRevokedPackageIsCalledOnNoNodeASecondLater() {
        StoredPackage stored = fixture.listed(TestPlugin.validator("test.revoked"));
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.revoked");
        try (TenancyPlugins other = fixture.another(builder -> builder)) {
            assertThat(outcome(other, tenant)).isEqualTo(PluginTrace.Outcome.RETURNED);

            fixture.plugins.market().trust().revokePackage(stored.digest(), PluginFixture.NOTE);

            assertThat(outcome(fixture.plugins, tenant)).isEqualTo(PluginTrace.Outcome.UNTRUSTED);
            assertThat(until(() -> outcome(other, tenant) == PluginTrace.Outcome.UNTRUSTED))
                    .isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void aPluginThatIsDisabledOnOneNodeIsNotCalledOnAnotherASecondLater() {
        fixture.listed(TestPlugin.validator("test.disabled"));
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.disabled");
        try (TenancyPlugins other = fixture.another(builder -> builder)) {
            assertThat(other.extensions().plugins(tenant, ExtensionPoint.CONTENT_VALIDATE))
                    .hasSize(1);

            fixture.plugins.installations().disable(tenant, "test.disabled", PluginFixture.NOTE);

            assertThat(until(() -> other.extensions()
                            .plugins(tenant, ExtensionPoint.CONTENT_VALIDATE)
                            .isEmpty()))
                    .isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void aCertificateThatIsRevokedTakesItsPluginsWithIt() {
        try (PluginFixture own = new PluginFixture()) {
            own.listed(TestPlugin.validator("test.certificate"));
            TenantId tenant = own.tenant();
            own.installed(tenant, "test.certificate");

            own.plugins.market().trust().revoke(own.publisher.certificate, PluginFixture.NOTE);

            assertThat(outcome(own.plugins, tenant)).isEqualTo(PluginTrace.Outcome.UNTRUSTED);
        }
    }

    @Test
    void aVersionBelowTheMinimumIsNeitherCalledNorGoneBackTo() {
        TestPlugin plugin = TestPlugin.validator("test.minimum");
        fixture.listed(plugin);
        TenantId behind = fixture.tenant();
        TenantId ahead = fixture.tenant();
        fixture.installed(behind, "test.minimum");
        fixture.installed(ahead, "test.minimum");
        fixture.listed(plugin.version("2.0.0"));
        fixture.installed(ahead, "test.minimum");

        fixture.plugins
                .market()
                .trust()
                .require(
                        MinimumVersion.of(
                                "test.minimum",
                                SemanticVersion.parse("2.0.0"),
                                fixture.clock.instant(),
                                fixture.curator),
                        PluginFixture.NOTE);

        assertThat(outcome(fixture.plugins, behind)).isEqualTo(PluginTrace.Outcome.UNTRUSTED);
        assertThat(outcome(fixture.plugins, ahead)).isEqualTo(PluginTrace.Outcome.RETURNED);
        assertThatThrownBy(() -> fixture.plugins.installations().rollBack(ahead, "test.minimum", PluginFixture.NOTE))
                .isInstanceOf(PackageRefusedException.class);
    }

    @Test
    void aNextKeyOfTheCuratorsReviewsWhileTheOneBeforeIsStillValid() {
        SigningKey next = SigningKey.generate();
        TrustStore trust = fixture.plugins.market().trust();
        trust.add(
                new CuratorKey(next.publicKey(), PluginFixture.START, PluginFixture.START.plus(Duration.ofDays(700))),
                PluginFixture.NOTE);
        StoredPackage stored = fixture.plugins
                .market()
                .publish(fixture.publisher.packed(TestPlugin.validator("test.rotated")), PluginFixture.NOTE);

        fixture.plugins.market().list(stored.digest(), next, PluginFixture.NOTE);

        TenantId tenant = fixture.tenant();
        assertThat(fixture.installed(tenant, "test.rotated").isEnabled()).isTrue();
    }

    @Test
    void aNodeThatHasNotReachedTheControlDatabaseForTenSecondsCallsNothing() {
        try (PluginFixture own = new PluginFixture()) {
            own.listed(TestPlugin.validator("test.alone"));
            TenantId tenant = own.tenant();
            own.installed(tenant, "test.alone");
            assertThat(outcome(own.plugins, tenant)).isEqualTo(PluginTrace.Outcome.RETURNED);

            own.sql("alter table plugin_revision rename to plugin_revision_away");
            try {
                Duration lasted = until(() -> {
                    try {
                        own.plugins.market().trust().current();
                        return false;
                    } catch (PluginsUnavailableException away) {
                        return true;
                    }
                });

                assertThat(lasted).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(11));
                assertThatThrownBy(() -> outcome(own.plugins, tenant))
                        .isInstanceOf(PluginsUnavailableException.class)
                        .hasMessageContaining("10 seconds");
            } finally {
                own.sql("alter table plugin_revision_away rename to plugin_revision");
            }
        }
    }
}
