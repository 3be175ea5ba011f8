package io.tenancy.plugins.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.Publisher;
import io.tenancy.plugins.TestPlugin;
import io.tenancy.plugins.Wat;
import io.tenancy.plugins.control.AuditEntry;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.spi.WasmCode;
import io.tenancy.plugins.engine.spi.WasmEngine;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.pack.PackageRefusedException;
import io.tenancy.plugins.pack.PackageWriter;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.SigningKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MarketplaceTest {

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

    private Marketplace market() {
        return fixture.plugins.market();
    }

    private StoredPackage published(TestPlugin plugin) {
        return market().publish(fixture.publisher.packed(plugin), PluginFixture.NOTE);
    }

    private List<String> found(StoreQuery query) {
        return market().search(query, null).stream().map(StoredPackage::plugin).toList();
    }

    @Test
    void theStoreIsSearchedBySpecialtyRegionCapabilityTextAndCollection() {
        TestPlugin heart = TestPlugin.validator("test.search_heart")
                .with("\"specialty\": \"cardiology\", \"regions\": [\"BR\"],")
                .asking("{\"log\": {}}");
        fixture.listed(heart);
        fixture.listed(TestPlugin.validator("test.search_skin").with("\"specialty\": \"dermatology\","));
        market().put(
                        new CuratedCollection("brazil", "Brazil compliance", "", List.of("test.search_heart")),
                        PluginFixture.NOTE);
        StoreQuery both = StoreQuery.ALL.withText("TEST.search_");

        assertThat(found(both)).containsExactly("test.search_heart", "test.search_skin");
        assertThat(found(both.withSpecialty("cardiology"))).containsExactly("test.search_heart");
        assertThat(found(both.withRegion("DE"))).containsExactly("test.search_skin");
        assertThat(found(both.withCapability("log"))).containsExactly("test.search_heart");
        assertThat(found(both.withCollection("brazil"))).containsExactly("test.search_heart");
        assertThat(market().collections()).extracting(CuratedCollection::title).containsExactly("Brazil compliance");
    }

    @Test
    void theHighestVersionIsShownAndNotTheOneThatSortsLast() {
        TestPlugin plugin = TestPlugin.validator("test.versions");
        fixture.listed(plugin.version("1.9.0"));
        fixture.listed(plugin.version("1.10.0"));

        assertThat(market().search(StoreQuery.ALL.withText("test.versions"), null))
                .extracting(StoredPackage::version)
                .containsExactly("1.10.0");
    }

    @Test
    void aTenantsOwnPluginIsSeenByThatTenantAlone() {
        TenantId owner = fixture.tenant();
        TenantId other = fixture.tenant();
        byte[] packed = fixture.publisher.packed(TestPlugin.validator("test.own"));

        StoredPackage stored = market().publishFor(owner, packed, PluginFixture.NOTE);

        assertThat(stored.status()).isEqualTo(StoredPackage.Status.LISTED);
        assertThat(market().search(StoreQuery.ALL.withText("test.own"), owner)).hasSize(1);
        assertThat(market().search(StoreQuery.ALL.withText("test.own"), other)).isEmpty();
        assertThat(market().search(StoreQuery.ALL.withText("test.own"), null)).isEmpty();
        assertThatThrownBy(() -> fixture.plugins.installations().install(other, "test.own", PluginFixture.NOTE))
                .isInstanceOf(NotInStoreException.class);
        assertThat(fixture.installed(owner, "test.own").isEnabled()).isTrue();
    }

    @Test
    void ofAVersionThatIsATenantsOwnAndListedForAllItsOwnIsTaken() {
        for (int i = 0; i < 6; i++) {
            TestPlugin plugin = TestPlugin.validator("test.both_" + i);
            StoredPackage listed = fixture.listed(plugin);
            TenantId tenant = fixture.tenant();
            StoredPackage own = market().publishFor(
                            tenant,
                            fixture.publisher.packed(plugin.module(TestPlugin.finding("own_" + i, 1))),
                            PluginFixture.NOTE);

            assertThat(market().search(StoreQuery.ALL.withText(plugin.id()), tenant))
                    .extracting(StoredPackage::digest)
                    .containsExactly(own.digest());
            assertThat(fixture.plugins
                            .installations()
                            .install(tenant, plugin.id(), "1.0.0", PluginFixture.NOTE)
                            .active())
                    .contains(own.digest());
            assertThat(market().search(StoreQuery.ALL.withText(plugin.id()), fixture.tenant()))
                    .extracting(StoredPackage::digest)
                    .containsExactly(listed.digest());
        }
    }

    @Test
    void aModuleThatImportsWhatItsManifestDoesNotDeclareIsRefusedByTheReview() {
        byte[] module = Wat.plugin(
                "(import \"tp\" \"log\" (func $log (param i32 i32 i32))) (data (i32.const 16) \"{\\\"output\\\":{}}\")",
                "(call $log (i32.const 1) (i32.const 16) (i32.const 2)) " + TestPlugin.answer(16, 13));

        StoredPackage stored = published(TestPlugin.validator("test.liar").module(module));

        assertThat(stored.status()).isEqualTo(StoredPackage.Status.REFUSED);
        assertThat(stored.report().orElseThrow().refusal()).contains("log");
        assertThatThrownBy(() -> market().list(stored.digest(), fixture.curator, PluginFixture.NOTE))
                .isInstanceOf(NotInStoreException.class)
                .hasMessageContaining("REFUSED");
    }

    @Test
    void theReportTellsWhatAVersionAsksForInAdditionAndWhatItNeverUses() {
        TestPlugin plugin = TestPlugin.validator("test.report");
        fixture.listed(plugin);

        ReviewReport report = published(plugin.version("1.1.0")
                        .asking("{\"log\": {}}")
                        .with("\"price\": {\"amount\": \"1\", \"currency\": \"EUR\", \"per\": \"once\"},"))
                .report()
                .orElseThrow();

        assertThat(report.compared()).isEqualTo("1.0.0");
        assertThat(report.widens()).isTrue();
        assertThat(report.changes()).containsExactly("May write lines to the application's log.");
        assertThat(report.remarks())
                .singleElement()
                .asString()
                .contains("asks for log")
                .contains("never uses");
        assertThat(report.fuel99()).isGreaterThanOrEqualTo(report.fuelMedian()).isPositive();
    }

    @Test
    void aPackageThatIsGivenInTwiceIsThereOnceAndOtherContentOfItsVersionIsRefused() {
        TestPlugin plugin = TestPlugin.validator("test.twice");

        StoredPackage first = published(plugin);
        StoredPackage again = published(plugin);

        assertThat(again).isEqualTo(first);
        assertThatThrownBy(() -> published(plugin.module(TestPlugin.finding("other", 1))))
                .isInstanceOf(NotInStoreException.class)
                .hasMessageContaining("higher version");
    }

    @Test
    void whatACuratorTurnsDownIsNotListedAndMayBeMended() {
        TestPlugin plugin = TestPlugin.validator("test.rejected");
        StoredPackage stored = published(plugin);

        market().reject(stored.digest(), PluginFixture.NOTE);

        assertThat(found(StoreQuery.ALL.withText("test.rejected"))).isEmpty();
        StoredPackage mended = published(plugin.module(TestPlugin.finding("mended", 1)));
        assertThat(mended.status()).isEqualTo(StoredPackage.Status.REVIEWED);
    }

    @Test
    void whatIsWithdrawnCannotBeInstalledAndStaysWithThoseWhoHaveIt() {
        StoredPackage stored = fixture.listed(TestPlugin.validator("test.withdrawn"));
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.withdrawn");

        market().withdraw(stored.digest(), PluginFixture.NOTE);

        assertThat(fixture.plugins
                        .installations()
                        .find(tenant, "test.withdrawn")
                        .orElseThrow()
                        .isEnabled())
                .isTrue();
        assertThatThrownBy(() ->
                        fixture.plugins.installations().install(fixture.tenant(), "test.withdrawn", PluginFixture.NOTE))
                .isInstanceOf(NotInStoreException.class);
    }

    @Test
    void aKeyThatIsNoCuratorsListsNothing() {
        StoredPackage stored = published(TestPlugin.validator("test.stranger"));

        assertThatThrownBy(() -> market().list(stored.digest(), SigningKey.generate(), PluginFixture.NOTE))
                .isInstanceOf(PackageRefusedException.class);
        assertThat(market().stored(stored.digest()).status()).isEqualTo(StoredPackage.Status.REVIEWED);
    }

    @Test
    void aPublisherWhomNoCuratorKnowsGivesNothingIn() {
        byte[] packed = new Publisher(SigningKey.generate()).packed(TestPlugin.validator("test.unknown"));

        assertThatThrownBy(() -> market().publish(packed, PluginFixture.NOTE))
                .isInstanceOf(PackageRefusedException.class);
    }

    @Test
    void eachDecisionIsWrittenDownWithWhoMadeIt() {
        StoredPackage stored = fixture.listed(TestPlugin.validator("test.audited"));
        market().withdraw(stored.digest(), PluginFixture.NOTE);

        assertThat(fixture.plugins.audit().ofStore("test.audited"))
                .extracting(AuditEntry::action, AuditEntry::actor)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("publish", "ada"),
                        org.assertj.core.groups.Tuple.tuple("review", "automatic review"),
                        org.assertj.core.groups.Tuple.tuple("list", "ada"),
                        org.assertj.core.groups.Tuple.tuple("withdraw", "ada"));
    }

    @Test
    void aSampleThatComesToSomethingElseThanThePackageSaysIsRefused() {
        StoredPackage wrong = market().publish(packedWithOutput("test.sample_wrong", "{\"b\":1}"), PluginFixture.NOTE);
        StoredPackage right =
                market().publish(packedWithOutput("test.sample_right", "{ \"a\": 1 }"), PluginFixture.NOTE);

        assertThat(wrong.status()).isEqualTo(StoredPackage.Status.REFUSED);
        assertThat(wrong.report().orElseThrow().refusal()).contains("samples/a.out.json");
        assertThat(right.status()).isEqualTo(StoredPackage.Status.REVIEWED);
    }

    private byte[] packedWithOutput(String id, String output) {
        TestPlugin plugin = TestPlugin.validator(id).module(TestPlugin.answering("{\"output\":{\"a\":1}}"));
        String manifest = plugin.manifest()
                .replace("\"samples/a.json\"}", "\"samples/a.json\", \"output\": \"samples/a.out.json\"}");
        byte[] unsigned = PackageWriter.of(PluginManifest.read(manifest))
                .file("plugin.wasm", plugin.module())
                .file("samples/a.json", "{}".getBytes(StandardCharsets.UTF_8))
                .file("samples/a.out.json", output.getBytes(StandardCharsets.UTF_8))
                .write();
        return PackageWriter.sign(unsigned, fixture.publisher.certificate, fixture.publisher.key);
    }

    /** Compiles nothing before it is let. */
    private record Held(WasmEngine engine, CountDownLatch begun, CountDownLatch released) implements WasmEngine {
        @Override
        public String name() {
            return engine.name();
        }

        @Override
        public void validate(byte[] module) {
            engine.validate(module);
        }

        @Override
        public WasmCode compile(byte[] module) {
            begun.countDown();
            try {
                released.await();
            } catch (InterruptedException ended) {
                throw new IllegalStateException(ended);
            }
            return engine.compile(module);
        }
    }

    @Test
    void aPackageThatIsPublishedWhileTooManyAreReviewedIsKeptAndReviewedByTheJobs() throws Exception {
        Held engine = new Held(EndiveEngine.compiled(), new CountDownLatch(1), new CountDownLatch(1));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (TenancyPlugins node = fixture.another(
                builder -> builder.host(host -> host.engine(engine).admissions(1, 0)))) {
            byte[] first = fixture.publisher.packed(TestPlugin.validator("test.reviewed_now"));
            byte[] second = fixture.publisher.packed(TestPlugin.validator("test.reviewed_later"));
            Future<StoredPackage> reviewed = thread.submit(() -> node.market().publish(first, PluginFixture.NOTE));
            engine.begun.await();

            StoredPackage kept = node.market().publish(second, PluginFixture.NOTE);
            engine.released.countDown();

            assertThat(kept.status()).isEqualTo(StoredPackage.Status.SUBMITTED);
            assertThat(reviewed.get().status()).isEqualTo(StoredPackage.Status.REVIEWED);
            node.run().run();
            assertThat(node.market().stored(kept.digest()).status()).isEqualTo(StoredPackage.Status.REVIEWED);
        } finally {
            engine.released.countDown();
            thread.shutdownNow();
        }
    }
}
