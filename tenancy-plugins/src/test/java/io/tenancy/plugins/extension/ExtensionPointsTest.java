package io.tenancy.plugins.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.TestPlugin;
import io.tenancy.plugins.Wat;
import io.tenancy.plugins.control.AuditEntry;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.plugins.sandbox.PluginFailedException;
import io.tenancy.plugins.usage.ConductRules;
import io.tenancy.plugins.usage.FuelAllowance;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExtensionPointsTest {

    private static final long PLENTY = 1_000_000_000;

    private final AtomicLong perMinute = new AtomicLong(PLENTY);

    @SuppressWarnings("NullAway.Init")
    private PluginFixture fixture;

    @BeforeAll
    void begin() {
        fixture = new PluginFixture(builder -> builder.fuel(
                        tenant -> FuelAllowance.perMinute(perMinute.get()).of(tenant))
                .conduct(new ConductRules(50, 10, 50, 3)));
        fixture.listed(TestPlugin.validator("test.good").module(TestPlugin.finding("good", 5)));
        fixture.listed(TestPlugin.validator("test.early").module(TestPlugin.finding("early", 1)));
        fixture.listed(TestPlugin.validator("test.trap").module(trapping()));
        fixture.listed(chained("test.wrap"));
        fixture.listed(chained("test.wrap_too"));
    }

    @AfterAll
    void end() {
        fixture.close();
    }

    /** Works on the sample, and fails on any longer input. */
    private static byte[] trapping() {
        return Wat.plugin(
                "(data (i32.const 16) \"{\\\"output\\\":{}}\")",
                "(if (i32.gt_u (local.get $length) (i32.const 40)) (then (unreachable))) " + TestPlugin.answer(16, 13));
    }

    /** Returns what it was given, wrapped once more. */
    private static TestPlugin chained(String id) {
        byte[] module = Wat.plugin("(data (i32.const 16) \"{\\\"output\\\":\")", """
                (memory.copy (i32.const 26) (local.get $at) (local.get $length))
                (i32.store8 (i32.add (i32.const 26) (local.get $length)) (i32.const 125))
                (i64.or (i64.shl (i64.const 16) (i64.const 32))
                        (i64.extend_i32_u (i32.add (local.get $length) (i32.const 11))))
                """);
        return TestPlugin.validator(id).at("{\"content.transform\": \"work\"}").module(module);
    }

    private TenantId tenant(String... plugins) {
        TenantId tenant = fixture.tenant();
        for (String each : plugins) {
            assertThat(fixture.installed(tenant, each).isEnabled()).isTrue();
        }
        return tenant;
    }

    private ExtensionResult validate(TenantId tenant) {
        return fixture.plugins
                .extensions()
                .call(tenant, ExtensionPoint.CONTENT_VALIDATE, "{\"text\":\"something longer than that\"}");
    }

    @Test
    void findingsOfAllValidatorsAreMergedByWhereTheyStand() {
        ExtensionResult result = validate(tenant("test.good", "test.early"));

        assertThat(result.findings()).extracting(Finding::rule).containsExactly("early", "good");
        assertThat(result.findings().get(0).severity()).isEqualTo(Finding.Severity.ERROR);
        assertThat(result.trace()).extracting(PluginTrace::plugin).containsExactly("test.good", "test.early");
        assertThat(result.fuel()).isPositive();
    }

    @Test
    void eachPluginOfAChainIsGivenWhatTheOneBeforeReturnedInTheOrderOfTheTenant() {
        TenantId tenant = tenant("test.wrap", "test.wrap_too");
        ExtensionPoint point = ExtensionPoint.CONTENT_TRANSFORM;
        fixture.plugins.extensions().order(tenant, point, List.of("test.wrap_too", "test.wrap"), PluginFixture.NOTE);

        ExtensionResult result = fixture.plugins.extensions().call(tenant, point, "{\"a\":1}");

        String once = "{\"function\":\"work\",\"input\":{\"a\":1}}";
        assertThat(result.outputs())
                .containsExactly(
                        new ExtensionResult.PluginOutput("test.wrap_too", once),
                        new ExtensionResult.PluginOutput("test.wrap", result.output()));
        assertThat(result.output()).isEqualTo("{\"function\":\"work\",\"input\":" + once + "}");
    }

    @Test
    void aDisabledPluginIsNotCalledButKeepsItsPlaceInTheOrder() {
        TenantId tenant = tenant("test.wrap", "test.wrap_too");
        ExtensionPoint point = ExtensionPoint.CONTENT_TRANSFORM;
        fixture.plugins.installations().disable(tenant, "test.wrap", PluginFixture.NOTE);

        assertThat(fixture.plugins.extensions().plugins(tenant, point))
                .extracting(BoundPlugin::plugin)
                .containsExactly("test.wrap_too");
        assertThat(fixture.plugins.extensions().all(tenant, point))
                .extracting(BoundPlugin::plugin)
                .containsExactly("test.wrap", "test.wrap_too");
        fixture.plugins.extensions().order(tenant, point, List.of("test.wrap_too", "test.wrap"), PluginFixture.NOTE);
        assertThat(fixture.plugins.extensions().all(tenant, point))
                .extracting(BoundPlugin::plugin)
                .containsExactly("test.wrap_too", "test.wrap");
    }

    @Test
    void withoutPluginsTheInputComesBack() {
        ExtensionResult result =
                fixture.plugins.extensions().call(fixture.tenant(), ExtensionPoint.CONTENT_TRANSFORM, "{\"a\":1}");

        assertThat(result.output()).isEqualTo("{\"a\":1}");
        assertThat(result.trace()).isEmpty();
    }

    @Test
    void aFailureWarnsUntilAPolicySaysOtherwise() {
        TenantId tenant = tenant("test.trap", "test.good");

        ExtensionResult result = validate(tenant);

        assertThat(result.warnings())
                .singleElement()
                .asString()
                .contains("test.trap")
                .contains("unreachable");
        assertThat(result.findings()).extracting(Finding::rule).containsExactly("good");
        assertThat(result.trace())
                .extracting(PluginTrace::outcome)
                .containsExactly(PluginTrace.Outcome.FAILED, PluginTrace.Outcome.RETURNED);
    }

    @Test
    void aFailureThatIsSkippedShowsInTheTraceAlone() {
        TenantId tenant = tenant("test.trap", "test.good");
        policy(tenant, FailurePolicy.SKIP);

        ExtensionResult result = validate(tenant);

        assertThat(result.warnings()).isEmpty();
        assertThat(result.trace().get(0).outcome()).isEqualTo(PluginTrace.Outcome.FAILED);
        assertThat(result.findings()).hasSize(1);
    }

    @Test
    void aFailureThatBlocksLetsNoLaterPluginRun() {
        TenantId tenant = tenant("test.trap", "test.good");
        policy(tenant, FailurePolicy.BLOCK);

        assertThatThrownBy(() -> validate(tenant))
                .isInstanceOfSatisfying(
                        PluginBlockedException.class,
                        blocked -> assertThat(blocked.trace())
                                .extracting(PluginTrace::plugin)
                                .containsExactly("test.trap"));
    }

    private void policy(TenantId tenant, FailurePolicy policy) {
        fixture.plugins
                .extensions()
                .policy(tenant, ExtensionPoint.CONTENT_VALIDATE, "test.trap", policy, PluginFixture.NOTE);
    }

    @Test
    void findingsThatAreNoneAreAFailureOfThePlugin() {
        fixture.listed(TestPlugin.validator("test.odd")
                .module(TestPlugin.answering("{\"output\":{\"findings\":[{\"rule\":\"r\",\"severity\":\"error\","
                        + "\"start\":9,\"end\":3,\"message\":\"m\"}]}}")));

        ExtensionResult result = validate(tenant("test.odd"));

        assertThat(result.findings()).isEmpty();
        assertThat(result.trace().get(0).outcome()).isEqualTo(PluginTrace.Outcome.FAILED);
        assertThat(result.trace().get(0).fuel()).isPositive();
    }

    @Test
    void anInputThatAFunctionDoesNotTakeIsToldAndThePluginIsNotCalled() {
        fixture.listed(TestPlugin.validator("test.strict")
                .taking(
                        "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"array\"}}}",
                        "{\"type\":\"object\"}"));
        TenantId tenant = tenant("test.strict", "test.good");

        ExtensionResult result = validate(tenant);

        PluginTrace refused = result.trace().get(0);
        assertThat(refused.outcome()).isEqualTo(PluginTrace.Outcome.REFUSED_INPUT);
        assertThat(refused.fuel()).isZero();
        assertThat(refused.detail()).contains("test.strict", "'work'", "/text", "array expected");
        assertThat(result.warnings()).singleElement().asString().contains("/text");
        assertThat(result.findings()).extracting(Finding::rule).containsExactly("good");
    }

    @Test
    void anInputThatIsRefusedBlocksWhereFailuresOfThePluginDo() {
        fixture.listed(TestPlugin.validator("test.stricter")
                .taking("{\"type\":\"object\",\"required\":[\"code\"]}", "{\"type\":\"object\"}"));
        TenantId tenant = tenant("test.stricter");
        fixture.plugins
                .extensions()
                .policy(
                        tenant,
                        ExtensionPoint.CONTENT_VALIDATE,
                        "test.stricter",
                        FailurePolicy.BLOCK,
                        PluginFixture.NOTE);

        assertThatThrownBy(() -> validate(tenant))
                .isInstanceOf(PluginBlockedException.class)
                .hasMessageContaining("test.stricter")
                .hasMessageContaining("'code'");
    }

    @Test
    void anInputThatIsNoJsonIsRefusedAndNotAFailureOfThePlugin() {
        ExtensionResult result =
                fixture.plugins.extensions().call(tenant("test.good"), ExtensionPoint.CONTENT_VALIDATE, "{\"text\":");

        assertThat(result.trace().get(0).outcome()).isEqualTo(PluginTrace.Outcome.REFUSED_INPUT);
        assertThat(result.trace().get(0).detail()).contains("not JSON");
    }

    /** Keeps its input under {@code k}; the answer to long inputs is not as its manifest has it. */
    private static TestPlugin unreliable(String id) {
        byte[] module = Wat.plugin(
                "(import \"tp\" \"kv_put\" (func $put (param i32 i32 i32 i32) (result i32)))"
                        + "(data (i32.const 16) \"{\\\"output\\\":{\\\"ok\\\":1}}\")"
                        + "(data (i32.const 64) \"{\\\"output\\\":{\\\"ok\\\":\\\"\\\"}}\")"
                        + "(data (i32.const 128) \"k\")",
                "(drop (call $put (i32.const 128) (i32.const 1) (local.get $at) (local.get $length)))"
                        + "(if (result i64) (i32.gt_u (local.get $length) (i32.const 40))"
                        + "(then " + TestPlugin.answer(64, 20) + ") (else " + TestPlugin.answer(16, 19) + "))");
        return new TestPlugin(
                        id,
                        "1.0.0",
                        "{\"event.handle\": \"work\"}",
                        "{\"kv\": {\"bytes\": 2000, \"keys\": 2}}",
                        "",
                        module)
                .taking(
                        "{\"type\":\"object\"}",
                        "{\"type\":\"object\",\"properties\":{\"ok\":{\"type\":\"integer\"}}}");
    }

    @Test
    void anOutputThatIsNotAsTheManifestHasItIsAFailureOfWhichNothingTakesPlace() {
        fixture.listed(unreliable("test.unreliable"));
        TenantId tenant = tenant("test.unreliable");
        String values = "select count(*) from plugin_value where tenant_id = '" + tenant + "'";

        PluginTrace failed = handle(tenant, "{\"text\":\"something longer than that\"}");

        assertThat(failed.outcome()).isEqualTo(PluginTrace.Outcome.FAILED);
        assertThat(failed.fuel()).isPositive();
        assertThat(failed.detail()).contains("test.unreliable", "'work'", "/ok", "integer expected");
        assertThat(fixture.rows(values)).containsExactly("0");

        assertThat(handle(tenant, "{}").outcome()).isEqualTo(PluginTrace.Outcome.RETURNED);
        assertThat(fixture.rows(values)).containsExactly("1");
    }

    @Test
    void outputsThatAreNotAsTheManifestHasThemStopAPlugin() {
        fixture.listed(unreliable("test.unreliable_too"));
        TenantId tenant = tenant("test.unreliable_too");

        for (int i = 0; i < 10; i++) {
            handle(tenant, "{\"text\":\"something longer than that\"}");
        }

        assertThat(fixture.plugins.extensions().plugins(tenant, ExtensionPoint.EVENT_HANDLE))
                .isEmpty();
        assertThat(fixture.plugins.installations().history(tenant, "test.unreliable_too"))
                .last()
                .extracting(AuditEntry::action, AuditEntry::actor)
                .containsExactly("disable", "error rate");
    }

    private PluginTrace handle(TenantId tenant, String event) {
        return fixture.plugins
                .extensions()
                .call(tenant, ExtensionPoint.EVENT_HANDLE, event)
                .trace()
                .get(0);
    }

    @Test
    void anOrderNamesEachPluginThatIsThere() {
        TenantId tenant = tenant("test.good", "test.early");

        assertThatThrownBy(() -> fixture.plugins
                        .extensions()
                        .order(tenant, ExtensionPoint.CONTENT_VALIDATE, List.of("test.good"), PluginFixture.NOTE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("test.early");
    }

    @Test
    void fuelOfCallsThatReturnedAndOfCallsThatFailedIsRecordedAsUsagePerPlugin() throws Exception {
        TenantId tenant = tenant("test.good", "test.trap");
        ExtensionResult one = validate(tenant);
        ExtensionResult other = validate(tenant);
        fixture.plugins.usage().flush();

        BigDecimal used = Tenancy.callAsPlatform(
                "test",
                () -> fixture.installation
                        .usage()
                        .reports()
                        .total(
                                tenant,
                                "plugin_fuel",
                                PluginFixture.START.minus(Duration.ofDays(1)),
                                PluginFixture.START.plus(Duration.ofDays(1))));

        assertThat(one.trace().get(1).fuel()).isPositive();
        assertThat(used).isEqualByComparingTo(BigDecimal.valueOf(one.fuel() + other.fuel()));
        assertThat(fixture.rows("select distinct properties::text from usage_event where tenant_id = '" + tenant
                        + "' and metric = 'plugin_fuel' order by 1"))
                .allMatch(each -> each.contains("test.good") || each.contains("test.trap"))
                .hasSize(2);
    }

    @Test
    void fuelOfEachPluginIsToldAndAddsUpToWhatIsBilled() throws Exception {
        TenantId tenant = tenant("test.good", "test.trap");
        ExtensionResult one = validate(tenant);
        ExtensionResult other = validate(tenant);
        fixture.plugins.usage().flush();
        Instant from = PluginFixture.START.minus(Duration.ofDays(1));
        Instant until = PluginFixture.START.plus(Duration.ofDays(1));

        Map<String, BigDecimal> byPlugin =
                Tenancy.callAsPlatform("test", () -> fixture.plugins.fuel().byPlugin(tenant, from, until));
        BigDecimal billed =
                Tenancy.callAsPlatform("test", () -> fixture.plugins.fuel().total(tenant, from, until));

        assertThat(byPlugin)
                .containsExactly(
                        Map.entry("test.good", used(0, one, other)), Map.entry("test.trap", used(1, one, other)));
        assertThat(billed).isEqualByComparingTo(BigDecimal.valueOf(one.fuel() + other.fuel()));
    }

    @Test
    void callsFailuresAndFuelAreCountedForMetrics() {
        TenantId tenant = tenant("test.good", "test.trap");
        CallFigures figures = fixture.plugins.extensions().figures();
        long returned = figures.calls(PluginTrace.Outcome.RETURNED);
        long failed = figures.calls(PluginTrace.Outcome.FAILED);
        long traps = figures.failures(PluginFailedException.Kind.TRAP);
        long fuel = figures.fuel();

        ExtensionResult result = validate(tenant);

        assertThat(figures.calls(PluginTrace.Outcome.RETURNED)).isEqualTo(returned + 1);
        assertThat(figures.calls(PluginTrace.Outcome.FAILED)).isEqualTo(failed + 1);
        assertThat(figures.failures(PluginFailedException.Kind.TRAP)).isEqualTo(traps + 1);
        assertThat(figures.fuel()).isEqualTo(fuel + result.fuel());
    }

    private static BigDecimal used(int plugin, ExtensionResult... results) {
        return BigDecimal.valueOf(Stream.of(results)
                .mapToLong(each -> each.trace().get(plugin).fuel())
                .sum());
    }

    @Test
    void whatACallDidNotUseGoesBackIntoTheBucketOfItsTenant() {
        TenantId tenant = tenant("test.good");
        // One call may use a million units of fuel, and uses some hundred.
        perMinute.set(1_500);
        try {
            for (int i = 0; i < 20; i++) {
                assertThat(validate(tenant).trace().get(0).outcome()).isEqualTo(PluginTrace.Outcome.RETURNED);
            }
        } finally {
            perMinute.set(PLENTY);
        }
    }

    @Test
    void aPluginThatIsThrottledAgainAndAgainIsDisabledAndItsNeighboursTenantIsNot() {
        byte[] hungry = Wat.plugin(
                "(data (i32.const 16) \"{\\\"output\\\":{\\\"findings\\\":[]}}\")",
                "(local $n i32) (if (i32.gt_u (local.get $length) (i32.const 40)) (then (loop $again"
                        + " (local.set $n (i32.add (local.get $n) (i32.const 1)))"
                        + " (br_if $again (i32.lt_u (local.get $n) (i32.const 100000)))))) "
                        + TestPlugin.answer(16, 26));
        fixture.listed(TestPlugin.validator("test.hungry").module(hungry));
        TenantId tenant = tenant("test.hungry");
        TenantId neighbour = tenant("test.hungry");
        perMinute.set(1_500);
        try {
            assertThat(validate(tenant).trace().get(0).outcome()).isEqualTo(PluginTrace.Outcome.RETURNED);
            for (int i = 0; i < 4; i++) {
                assertThat(validate(tenant).trace().get(0).outcome()).isEqualTo(PluginTrace.Outcome.THROTTLED);
            }

            assertThat(validate(tenant).trace()).isEmpty();
            assertThat(validate(neighbour).trace().get(0).outcome()).isEqualTo(PluginTrace.Outcome.RETURNED);
            assertThat(fixture.plugins.installations().history(tenant, "test.hungry"))
                    .last()
                    .extracting(AuditEntry::action, AuditEntry::actor)
                    .containsExactly("disable", "fuel bucket");
        } finally {
            perMinute.set(PLENTY);
        }
    }
}
