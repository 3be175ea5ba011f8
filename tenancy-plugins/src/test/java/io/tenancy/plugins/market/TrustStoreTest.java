package io.tenancy.plugins.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.TestPlugin;
import io.tenancy.plugins.control.PluginsUnavailableException;
import io.tenancy.plugins.extension.ExtensionPoints;
import io.tenancy.plugins.extension.PluginTrace;
import io.tenancy.plugins.installation.Nanos;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.pack.CuratorKey;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.plugins.pack.MinimumVersion;
import io.tenancy.plugins.pack.PackageRefusedException;
import io.tenancy.plugins.pack.SemanticVersion;
import io.tenancy.plugins.pack.SigningKey;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
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

    /**
     * Requires that something is so with the second look of a node that begins now at the latest: one may be under way
     * that began before the change. How fast this machine is makes no difference.
     */
    private static void requireWithinTwoLooks(TenancyPlugins node, BooleanSupplier condition) {
        TrustStore trust = node.market().trust();
        long before = trust.looks();
        long looks;
        do {
            looks = trust.looks() - before;
            if (condition.getAsBoolean()) {
                return;
            }
            Thread.onSpinWait();
        } while (looks < 2);
        throw new AssertionError("it was not so after " + looks + " looks");
    }

    @Test
    void aNodeLooksSoOftenThatTwoLooksFitIntoASecondAndLeaveHalfOfItForThemselves() {
        assertThat(TrustStore.INTERVAL.multipliedBy(2)).isLessThanOrEqualTo(Duration.ofMillis(500));
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
            requireWithinTwoLooks(other, () -> outcome(other, tenant) == PluginTrace.Outcome.UNTRUSTED);
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

            requireWithinTwoLooks(
                    other,
                    () -> other.extensions()
                            .plugins(tenant, ExtensionPoint.CONTENT_VALIDATE)
                            .isEmpty());
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
    void whatIsReviewedAnewWithTheNextKeyGoesOnBeingCalledWhenTheOneBeforeExpires() {
        try (PluginFixture own = new PluginFixture()) {
            StoredPackage stored = own.listed(TestPlugin.validator("test.reviewed_anew"));
            TenantId tenant = own.tenant();
            own.installed(tenant, "test.reviewed_anew");
            assertThat(outcome(own.plugins, tenant)).isEqualTo(PluginTrace.Outcome.RETURNED);
            own.clock.move(Duration.ofDays(100));
            SigningKey next = SigningKey.generate();
            own.plugins
                    .market()
                    .trust()
                    .add(
                            new CuratorKey(
                                    next.publicKey(),
                                    PluginFixture.START,
                                    PluginFixture.START.plus(Duration.ofDays(700))),
                            PluginFixture.NOTE);

            own.plugins.market().list(stored.digest(), next, PluginFixture.NOTE);
            own.clock.moveTo(PluginFixture.START.plus(Duration.ofDays(301)));

            assertThat(outcome(own.plugins, tenant)).isEqualTo(PluginTrace.Outcome.RETURNED);
        }
    }

    @Test
    void aPackageThatIsNotInTheStoreAnyMoreFailsAsOneThatIsNotTrusted() {
        StoredPackage stored = fixture.listed(TestPlugin.validator("test.lost"));
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.lost");
        fixture.sql("delete from plugin_package where digest = '" + stored.digest() + "'");

        try (TenancyPlugins other = fixture.another(builder -> builder)) {
            assertThat(outcome(other, tenant)).isEqualTo(PluginTrace.Outcome.UNTRUSTED);
        }
    }

    /** A node whose clock that only goes on is moved by hand, and which has lost the control database. */
    private static final class Alone implements AutoCloseable {
        private final AtomicLong nanos = new AtomicLong(System.nanoTime());
        private final PluginFixture own = new PluginFixture(builder -> Nanos.of(builder, nanos::get));
        private final TenantId tenant = own.tenant();

        Alone() {
            own.listed(TestPlugin.validator("test.alone"));
        }

        void lose() {
            own.sql("alter table plugin_revision rename to plugin_revision_away");
        }

        void find() {
            own.sql("alter table plugin_revision_away rename to plugin_revision");
        }

        @Override
        public void close() {
            own.close();
        }
    }

    @Test
    void aNodeThatHasNotReachedTheControlDatabaseForTenSecondsCallsNothing() {
        try (Alone node = new Alone()) {
            node.own.installed(node.tenant, "test.alone");
            assertThat(outcome(node.own.plugins, node.tenant)).isEqualTo(PluginTrace.Outcome.RETURNED);
            node.lose();

            node.nanos.addAndGet(Duration.ofSeconds(10).toNanos());
            assertThat(outcome(node.own.plugins, node.tenant)).isEqualTo(PluginTrace.Outcome.RETURNED);

            node.nanos.incrementAndGet();
            assertThatThrownBy(() -> outcome(node.own.plugins, node.tenant))
                    .isInstanceOf(PluginsUnavailableException.class)
                    .hasMessageContaining("10 seconds");

            node.find();
            node.own.plugins.market().trust().refresh();
            assertThat(outcome(node.own.plugins, node.tenant)).isEqualTo(PluginTrace.Outcome.RETURNED);
        }
    }

    @Test
    void aNodeThatHearsOfNoChangesDoesNotTakeItThatATenantStillHasNoPlugins() {
        try (Alone node = new Alone()) {
            ExtensionPoints extensions = node.own.plugins.extensions();
            assertThat(extensions
                            .call(node.tenant, ExtensionPoint.CONTENT_VALIDATE, "{}")
                            .trace())
                    .isEmpty();
            node.lose();
            node.nanos.addAndGet(TrustStore.PATIENCE.toNanos() + 1);

            assertThatThrownBy(() -> extensions.call(node.tenant, ExtensionPoint.CONTENT_VALIDATE, "{}"))
                    .isInstanceOf(PluginsUnavailableException.class);
            node.find();
        }
    }

    @Test
    void aLookThatTookLongDoesNotMakeWhatIsKnownOlder() {
        AtomicLong now = new AtomicLong();
        AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
        ControlTransactions transactions = new ControlTransactions(
                fixture.installation.control().platform(), fixture.clock, PluginsUnavailableException::new);
        TrustStore trust = new TrustStore(transactions, fixture.plugins.audit(), fixture.clock, () -> {
            long asked = now.get();
            meanwhile.getAndSet(() -> {}).run();
            return asked;
        });
        try (trust) {
            trust.refresh();
            meanwhile.set(() -> {
                now.addAndGet(Duration.ofSeconds(6).toNanos());
                trust.refresh();
            });
            trust.refresh();

            now.addAndGet(Duration.ofSeconds(6).toNanos());

            assertThat(trust.current()).isNotNull();
        }
    }
}
