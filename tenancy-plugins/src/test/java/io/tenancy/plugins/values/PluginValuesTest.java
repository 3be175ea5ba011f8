package io.tenancy.plugins.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.plugins.KeepingPlugin;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.TestPlugin;
import io.tenancy.plugins.TestServer;
import io.tenancy.plugins.capability.EffectConflictException;
import io.tenancy.plugins.capability.PluginEffects;
import io.tenancy.plugins.control.AuditEntry;
import io.tenancy.plugins.control.PluginAudit;
import io.tenancy.plugins.control.PluginMessages;
import io.tenancy.plugins.control.PluginsUnavailableException;
import io.tenancy.plugins.extension.ExtensionResult;
import io.tenancy.plugins.extension.PluginTrace;
import io.tenancy.plugins.extension.spi.PluginEventListener;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.pack.CapabilityRequest;
import io.tenancy.plugins.pack.ExtensionPoint;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PluginValuesTest {

    private static final String PLUGIN = "test.keeper";
    private static final CapabilityRequest.Storage QUOTA = new CapabilityRequest.Storage(200, 2);

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final AtomicBoolean deaf = new AtomicBoolean();

    @SuppressWarnings("NullAway.Init")
    private PluginFixture fixture;

    @SuppressWarnings("NullAway.Init")
    private ControlTransactions transactions;

    @SuppressWarnings("NullAway.Init")
    private PluginValues values;

    @BeforeAll
    void begin() {
        fixture = new PluginFixture(builder -> builder.listener(new PluginEventListener() {
            @Override
            public void event(Said event) {
                if (deaf.get()) {
                    throw new IllegalStateException("Nobody listens");
                }
                heard.add("event " + event.tenant() + " " + event.json());
            }

            @Override
            public void annotation(Said annotation) {
                heard.add("annotation " + annotation.tenant() + " " + annotation.json());
            }
        }));
        fixture.listed(KeepingPlugin.of(PLUGIN));
        transactions = new ControlTransactions(
                fixture.installation.control().platform(), fixture.clock, PluginsUnavailableException::new);
        values = new PluginValues(transactions, new PluginMessages(transactions));
    }

    @AfterAll
    void end() {
        fixture.close();
    }

    private TenantId tenant() {
        TenantId tenant = fixture.tenant();
        assertThat(fixture.installed(tenant, PLUGIN).isEnabled()).isTrue();
        return tenant;
    }

    private ExtensionResult call(TenantId tenant, String input) {
        return fixture.plugins.extensions().call(tenant, ExtensionPoint.EVENT_HANDLE, input);
    }

    private Optional<String> kept(TenantId tenant, String key) {
        return values.find(tenant, PLUGIN, key).map(each -> new String(each.value(), StandardCharsets.UTF_8));
    }

    private PluginValues.Caller caller(TenantId tenant) {
        String digest = fixture.plugins
                .installations()
                .find(tenant, PLUGIN)
                .orElseThrow()
                .active()
                .orElseThrow();
        return new PluginValues.Caller(tenant, PLUGIN, digest, Optional.of(QUOTA));
    }

    private static PluginEffects putting(Map<String, String> texts, Map<String, Long> reads) {
        Map<String, PluginEffects.Value> puts = new java.util.HashMap<>();
        texts.forEach((key, text) -> puts.put(key, new PluginEffects.Value(text.getBytes(StandardCharsets.UTF_8))));
        return new PluginEffects(puts, reads, Map.of(), List.of(), List.of(), List.of());
    }

    @Test
    void whatACallKeepsIsTheTenantsAndNobodyElses() {
        TenantId one = tenant();
        TenantId other = tenant();

        assertThat(call(one, "{\"a\":1}").trace().get(0).outcome()).isEqualTo(PluginTrace.Outcome.RETURNED);

        assertThat(kept(one, "k")).contains(KeepingPlugin.kept("{\"a\":1}"));
        assertThat(kept(other, "k")).isEmpty();
        assertThat(values.keys(one, PLUGIN, "")).containsExactly("k");
        assertThat(values.used(one, PLUGIN).keys()).isEqualTo(1);
    }

    @Test
    void eventsAndAnnotationsAreToldAtLeastOnceAndMetricsAddedUp() {
        TenantId tenant = tenant();
        deaf.set(true);
        call(tenant, "{}");
        call(tenant, "{}");
        fixture.plugins.run().run();
        assertThat(heard).doesNotContain("event " + tenant + " {\"type\":\"kept\",\"data\":1}");

        deaf.set(false);
        fixture.clock.move(Duration.ofMinutes(1));
        fixture.plugins.run().run();

        assertThat(heard.stream().filter(each -> each.contains(tenant.toString())))
                .containsExactlyInAnyOrder(
                        "annotation " + tenant + " {\"note\":1}",
                        "annotation " + tenant + " {\"note\":1}",
                        "event " + tenant + " {\"type\":\"kept\",\"data\":1}",
                        "event " + tenant + " {\"type\":\"kept\",\"data\":1}");
        assertThat(fixture.rows("select count || ' ' || total from plugin_metric where tenant_id = '" + tenant + "'"))
                .containsExactly("2 2");
        assertThat(fixture.rows("select id::text from plugin_message where tenant_id = '" + tenant + "'"))
                .isEmpty();
    }

    @Test
    void whatACallReadAndSomebodyElseChangedMeanwhileConflicts() {
        PluginValues.Caller caller = caller(tenant());
        values.apply(caller, putting(Map.of("k", "first"), Map.of("k", 0L)));

        assertThatThrownBy(() -> values.apply(caller, putting(Map.of("k", "late"), Map.of("k", 0L))))
                .isInstanceOf(EffectConflictException.class)
                .hasMessageContaining("'k'");
        assertThat(kept(caller.tenant(), "k")).contains("first");
    }

    @Test
    void aValueThatWasRemovedAndMadeAgainIsAnotherOne() {
        PluginValues.Caller caller = caller(tenant());
        values.apply(caller, putting(Map.of("k", "one"), Map.of()));
        long seen = values.find(caller.tenant(), PLUGIN, "k").orElseThrow().version();
        values.apply(
                caller,
                new PluginEffects(
                        Map.of("k", new PluginEffects.Value(null)),
                        Map.of(),
                        Map.of(),
                        List.of(),
                        List.of(),
                        List.of()));
        values.apply(caller, putting(Map.of("k", "one"), Map.of()));

        assertThatThrownBy(() -> values.apply(caller, putting(Map.of("k", "two"), Map.of("k", seen))))
                .isInstanceOf(EffectConflictException.class);
    }

    @Test
    void theQuotaOfBytesAndKeysHoldsForAllValuesTogetherAndWhatExceedsItLeavesNothing() {
        PluginValues.Caller caller = caller(tenant());
        values.apply(caller, putting(Map.of("a", "x".repeat(100)), Map.of()));

        assertThatThrownBy(() -> values.apply(caller, putting(Map.of("b", "x".repeat(100)), Map.of())))
                .isInstanceOf(EffectConflictException.class)
                .hasMessageContaining("202 bytes");
        assertThatThrownBy(() -> values.apply(caller, putting(Map.of("b", "", "c", ""), Map.of())))
                .isInstanceOf(EffectConflictException.class)
                .hasMessageContaining("3 keys");
        values.apply(caller, putting(Map.of("a", "é"), Map.of()));

        assertThat(values.used(caller.tenant(), PLUGIN)).isEqualTo(new PluginValues.Used(3, 1));
        assertThat(values.keys(caller.tenant(), PLUGIN, "")).containsExactly("a");
    }

    @Test
    void whatWasDisabledWhileItWasCalledKeepsNothing() {
        TenantId tenant = tenant();
        PluginValues.Caller caller = caller(tenant);
        fixture.plugins.installations().disable(tenant, PLUGIN, PluginFixture.NOTE);

        assertThatThrownBy(() -> values.apply(caller, putting(Map.of("k", "late"), Map.of())))
                .isInstanceOf(EffectConflictException.class)
                .hasMessageContaining("disabled");
        assertThat(kept(tenant, "k")).isEmpty();
    }

    @Test
    void countersOfManyCallsAtOnceLoseNothing() throws Exception {
        PluginValues.Caller caller = caller(tenant());
        int threads = 8;
        int each = 20;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                done.add(pool.submit(() -> {
                    for (int n = 0; n < each; ) {
                        n += raised(caller) ? 1 : 0;
                    }
                }));
            }
            for (Future<?> each2 : done) {
                each2.get();
            }
        } finally {
            pool.shutdownNow();
        }

        assertThat(kept(caller.tenant(), "n")).contains(String.valueOf(threads * each));
    }

    private boolean raised(PluginValues.Caller caller) {
        var stored = values.find(caller.tenant(), PLUGIN, "n");
        long before = stored.map(each -> Long.parseLong(new String(each.value(), StandardCharsets.UTF_8)))
                .orElse(0L);
        try {
            values.apply(
                    caller,
                    putting(
                            Map.of("n", String.valueOf(before + 1)),
                            Map.of("n", stored.map(each -> each.version()).orElse(0L))));
            return true;
        } catch (EffectConflictException conflict) {
            return false;
        }
    }

    @Test
    void aKeyThatSomebodyElseAddedUnderAPrefixThatWasListedConflicts() {
        PluginValues.Caller caller = caller(tenant());
        PluginEffects decided = listing(caller, "slot/", "slot/mine");
        values.apply(caller, putting(Map.of("slot/theirs", ""), Map.of()));

        assertThatThrownBy(() -> values.apply(caller, decided))
                .isInstanceOf(EffectConflictException.class)
                .hasMessageContaining("'slot/'");
        assertThat(values.keys(caller.tenant(), PLUGIN, "")).containsExactly("slot/theirs");
    }

    @Test
    void aKeyThatIsChangedOrAddedOutsideOfWhatWasListedDoesNotConflict() {
        PluginValues.Caller caller = caller(tenant());
        values.apply(caller, putting(Map.of("slot/one", "a"), Map.of()));
        PluginEffects decided = listing(caller, "slot/", "slot/one");
        values.apply(caller, putting(Map.of("slot/one", "b", "other", ""), Map.of()));

        values.apply(caller, decided);

        assertThat(values.keys(caller.tenant(), PLUGIN, "")).containsExactly("other", "slot/one");
    }

    /** What a call does that lists keys and then puts one. */
    private PluginEffects listing(PluginValues.Caller caller, String prefix, String key) {
        return new PluginEffects(
                Map.of(key, new PluginEffects.Value(new byte[0])),
                Map.of(),
                Map.of(prefix, PluginEffects.Listing.of(values.keys(caller.tenant(), PLUGIN, prefix))),
                List.of(),
                List.of(),
                List.of());
    }

    @Test
    void callsThatListAndThenDecideNeverTakeMoreThanThereIs() throws Exception {
        long seed = System.nanoTime();
        System.out.println("Calls that list and decide with seed " + seed);
        TenantId tenant = tenant();
        PluginValues.Caller caller = new PluginValues.Caller(
                tenant, PLUGIN, caller(tenant).digest(), Optional.of(new CapabilityRequest.Storage(100_000, 1_000)));
        int rounds = 10;
        int seats = 3;
        int threads = 6;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Random random = new Random(seed + i);
                int guest = i;
                done.add(pool.submit(() -> {
                    for (int round = 0; round < rounds; round++) {
                        while (!seated(caller, "r" + round + "/", guest, seats, random)) {
                            Thread.onSpinWait();
                        }
                    }
                }));
            }
            for (Future<?> each : done) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
        }

        for (int round = 0; round < rounds; round++) {
            assertThat(values.keys(tenant, PLUGIN, "r" + round + "/"))
                    .as("seed %s, round %s", seed, round)
                    .hasSize(seats);
        }
    }

    /** Takes a seat if one is free; false where somebody else was faster and it has to look again. */
    private boolean seated(PluginValues.Caller caller, String prefix, int guest, int seats, Random random) {
        List<String> taken = values.keys(caller.tenant(), PLUGIN, prefix);
        if (taken.size() >= seats) {
            return true;
        }
        LockSupport.parkNanos(random.nextInt(2_000_000));
        try {
            values.apply(
                    caller,
                    new PluginEffects(
                            Map.of(prefix + guest, new PluginEffects.Value(new byte[0])),
                            Map.of(),
                            Map.of(prefix, PluginEffects.Listing.of(taken)),
                            List.of(),
                            List.of(),
                            List.of()));
            return true;
        } catch (EffectConflictException conflict) {
            return false;
        }
    }

    @Test
    void aDatabaseThatDoesNotStoreInTimeFailsTheCallByTheHostsFaultAndNothingTakesPlace() throws Exception {
        TenantId tenant = tenant();
        try (TenancyPlugins hasty = fixture.another(builder -> builder.storing(Duration.ofMillis(200)))) {
            try (Connection blocking = TestServer.administrator(fixture.server().database());
                    Statement sql = blocking.createStatement()) {
                blocking.setAutoCommit(false);
                sql.execute("select 1 from tenancy_control.plugin_space where tenant_id = '" + tenant + "' for update");

                PluginTrace failed = hasty.extensions()
                        .call(tenant, ExtensionPoint.EVENT_HANDLE, "{}")
                        .trace()
                        .get(0);

                assertThat(failed.outcome()).isEqualTo(PluginTrace.Outcome.HOST_FAILED);
                assertThat(failed.detail()).contains("could not be stored");
                assertThat(failed.fuel()).isZero();
                blocking.rollback();
            }
            assertThat(kept(tenant, "k")).isEmpty();
            assertThat(fixture.rows("select 1 from plugin_message where tenant_id = '" + tenant + "'"))
                    .isEmpty();

            assertThat(hasty.extensions()
                            .call(tenant, ExtensionPoint.EVENT_HANDLE, "{}")
                            .trace()
                            .get(0)
                            .outcome())
                    .isEqualTo(PluginTrace.Outcome.RETURNED);
        }
    }

    @Test
    void timeoutsOfOneTransactionAreNotThoseOfTheNext() {
        PluginValues.Caller caller = caller(tenant());
        values.apply(caller, putting(Map.of("k", "v"), Map.of()));

        List<String> next = transactions.transact(
                "look at the settings",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> row.getString(1) + " " + row.getString(2) + " "
                                + transaction.connection().getNetworkTimeout(),
                        "select current_setting('statement_timeout'), current_setting('lock_timeout')"));

        assertThat(next).containsExactly("0 0 0");
    }

    @Test
    void bytesAndKeysThatAreCountedAreThoseThatAreKeptWhateverHappens() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        PluginValues.Caller caller = caller(tenant());
        for (int i = 0; i < 200; i++) {
            Map<String, PluginEffects.Value> changes = new java.util.HashMap<>();
            for (String key : List.of("a", "bé", "c")) {
                int choice = random.nextInt(3);
                if (choice > 0) {
                    changes.put(key, new PluginEffects.Value(choice == 1 ? null : new byte[random.nextInt(150)]));
                }
            }
            try {
                values.apply(caller, new PluginEffects(changes, Map.of(), Map.of(), List.of(), List.of(), List.of()));
            } catch (EffectConflictException full) {
                // The quota is part of what is tried.
            }
        }

        String where = " from plugin_value where tenant_id = '" + caller.tenant() + "'";
        PluginValues.Used used = values.used(caller.tenant(), PLUGIN);
        assertThat(fixture.rows(
                        "select coalesce(sum(octet_length(convert_to(key, 'UTF8')) + octet_length(value)), 0)" + where))
                .as("seed %s", seed)
                .containsExactly(String.valueOf(used.bytes()));
        assertThat(fixture.rows("select count(*)" + where))
                .as("seed %s", seed)
                .containsExactly(String.valueOf(used.keys()));
    }

    @Test
    void secretsAreEncryptedAndOneCannotStandInForAnother() {
        TenantId tenant = tenant();
        PluginSecrets secrets = new PluginSecrets(
                transactions, new PluginAudit(transactions), SecretKeys.fromJson(SecretKeys.createJson()));
        secrets.put(tenant, PLUGIN, "one", "first secret", PluginFixture.NOTE);
        secrets.put(tenant, PLUGIN, "two", "second secret", PluginFixture.NOTE);

        assertThat(secrets.find(tenant, PLUGIN, "one")).contains("first secret");
        assertThat(secrets.names(tenant, PLUGIN)).containsExactly("one", "two");
        assertThat(fixture.rows(
                        "select encode(secret, 'escape') from plugin_secret where tenant_id = '" + tenant + "'"))
                .noneMatch(each -> each.contains("secret"));

        fixture.sql("update plugin_secret set secret = (select secret from plugin_secret where name = 'two')"
                + " where name = 'one'");

        assertThatThrownBy(() -> secrets.find(tenant, PLUGIN, "one"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("exchanged");
    }

    @Test
    void aSecretIsTakenBackAndThatIsWrittenDownWithoutIt() {
        TenantId tenant = tenant();
        PluginAudit audit = new PluginAudit(transactions);
        PluginSecrets secrets = new PluginSecrets(transactions, audit, SecretKeys.fromJson(SecretKeys.createJson()));
        secrets.put(tenant, PLUGIN, "token", "first secret", PluginFixture.NOTE);

        assertThat(secrets.remove(tenant, PLUGIN, "token", PluginFixture.NOTE)).isTrue();

        assertThat(secrets.names(tenant, PLUGIN)).isEmpty();
        assertThat(secrets.find(tenant, PLUGIN, "token")).isEmpty();
        assertThat(secrets.remove(tenant, PLUGIN, "token", PluginFixture.NOTE)).isFalse();
        assertThat(audit.of(tenant, PLUGIN)).extracting(AuditEntry::action).endsWith("secret", "remove secret");
        assertThat(audit.of(tenant, PLUGIN)).noneMatch(each -> each.toString().contains("first secret"));
    }

    @Test
    void aSecretThatIsTooLongIsNotShownWhereItIsRefused() {
        PluginSecrets secrets = new PluginSecrets(
                transactions, new PluginAudit(transactions), SecretKeys.fromJson(SecretKeys.createJson()));
        String secret = "s3cret".repeat(2_000);

        assertThatThrownBy(() -> secrets.put(tenant(), PLUGIN, "token", secret, PluginFixture.NOTE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void itIsToldWhenASecretWasEnteredAndWhatIsRemovedIsGone() {
        TenantId tenant = tenant();
        TenantId other = tenant();
        PluginSecrets secrets = new PluginSecrets(
                transactions, new PluginAudit(transactions), SecretKeys.fromJson(SecretKeys.createJson()));
        secrets.put(tenant, PLUGIN, "one", "first secret", PluginFixture.NOTE);
        secrets.put(other, PLUGIN, "one", "another's secret", PluginFixture.NOTE);

        assertThat(secrets.entered(tenant, PLUGIN)).containsOnlyKeys("one");
        assertThat(secrets.entered(tenant, PLUGIN).get("one")).isNotNull();
        assertThat(secrets.remove(tenant, PLUGIN, "one", PluginFixture.NOTE)).isTrue();
        assertThat(secrets.remove(tenant, PLUGIN, "one", PluginFixture.NOTE)).isFalse();

        assertThat(secrets.entered(tenant, PLUGIN)).isEmpty();
        assertThat(secrets.find(tenant, PLUGIN, "one")).isEmpty();
        assertThat(secrets.find(other, PLUGIN, "one")).contains("another's secret");
        assertThat(new PluginAudit(transactions).of(tenant, PLUGIN))
                .extracting(AuditEntry::action)
                .containsOnlyOnce("remove secret");
    }

    @Test
    void aPluginThatAsksForNothingKeepsNothing() {
        fixture.listed(TestPlugin.validator("test.plain"));
        TenantId tenant = fixture.tenant();
        fixture.installed(tenant, "test.plain");

        fixture.plugins.extensions().call(tenant, ExtensionPoint.CONTENT_VALIDATE, "{}");

        assertThat(values.all(tenant, "test.plain")).isEmpty();
    }
}
