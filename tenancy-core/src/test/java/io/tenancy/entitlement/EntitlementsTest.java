package io.tenancy.entitlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import io.tenancy.TenantId;
import io.tenancy.entitlement.EntitlementExplanation.Layer;
import io.tenancy.entitlement.EntitlementExplanation.Step;
import io.tenancy.entitlement.EntitlementGrants.AddOnGrant;
import io.tenancy.entitlement.EntitlementGrants.OverrideGrant;
import io.tenancy.entitlement.EntitlementGrants.OverrideMode;
import io.tenancy.entitlement.EntitlementGrants.PlanGrant;
import io.tenancy.entitlement.EntitlementGrants.ResellerCap;
import io.tenancy.entitlement.EntitlementGrants.ResellerMembership;
import io.tenancy.entitlement.EntitlementGrants.TrialGrant;
import io.tenancy.entitlement.EntitlementValue.OfModule;
import io.tenancy.entitlement.EntitlementValue.OfQuantity;
import io.tenancy.servlet.ProblemBody;
import java.lang.annotation.Annotation;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntitlementsTest {

    private static final TenantId TENANT = TenantId.next(InstantSource.system());
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final Validity SINCE = Validity.from(NOW.minusSeconds(60));
    private static final PlanCatalogue CATALOGUE = CatalogueReader.read("""
            format: 1
            definitions:
              stock_take: {kind: module}
              users: {kind: limit, unit: user, soft_limit_percent: 80}
              calls: {kind: allowance, period: month}
              beta: {kind: setting}
            plans:
              starter:
                versions:
                  - {version: 1, entitlements: {users: 5}}
                  - {version: 2, effective_from: 2026-11-22, entitlements: {users: 6, stock_take: true}}
              professional:
                versions:
                  - {version: 1, entitlements: {users: 20, stock_take: true, calls: 100, beta: true}}
              enterprise:
                versions:
                  - {version: 1, entitlements: {users: -1, stock_take: true, calls: 0}}
              legacy:
                offered: false
                versions:
                  - {version: 1, entitlements: {stock_take: true, calls: 7}}
              metered:
                versions:
                  - {version: 1, entitlements: {calls: {limit: 0, overage: true}}}
            add_ons:
              counting: {plans: [starter], entitlements: {stock_take: true}}
              seats: {entitlements: {users: 5}}
              other_counting: {plans: [professional], entitlements: {stock_take: true}}
              calls: {plans: [starter], entitlements: {calls: 50}}
              other_calls: {plans: [professional], entitlements: {calls: 50}}
            """);

    private static EntitlementGrants onStarter(
            List<AddOnGrant> addOns,
            List<TrialGrant> trials,
            List<OverrideGrant> overrides,
            List<ResellerMembership> resellers) {
        PlanGrant plan = new PlanGrant(1, "starter", null, SINCE);
        return new EntitlementGrants(TENANT, List.of(plan), addOns, trials, overrides, resellers);
    }

    private static Entitlements starter() {
        return resolve(onStarter(List.of(), List.of(), List.of(), List.of()));
    }

    private static Entitlements resolve(EntitlementGrants grants) {
        return new EntitlementResolver(CATALOGUE, "/upgrade?module={module}").resolve(grants, NOW);
    }

    @Test
    void refusalNamesWhatWouldHelpInTheOrderOfTheCatalogue() {
        assertThatExceptionOfType(ModuleNotEntitledException.class)
                .isThrownBy(() -> starter().require("stock_take"))
                .satisfies(refusal -> {
                    assertThat(refusal.status()).isEqualTo(403);
                    assertThat(refusal.code()).isEqualTo("module-not-entitled");
                    assertThat(refusal.plans()).containsExactly("professional", "enterprise");
                    assertThat(refusal.addOns()).containsExactly("counting");
                    assertThat(refusal.upgradeLink()).contains("/upgrade?module=stock_take");
                    assertThat(ProblemBody.of(refusal))
                            .contains("\"module\":\"stock_take\",\"plan\":\"starter\","
                                    + "\"plans\":[\"professional\",\"enterprise\"],\"add_ons\":[\"counting\"],"
                                    + "\"upgrade\":\"/upgrade?module=stock_take\"");
                });
    }

    @Test
    void refusalWithoutAConfiguredLinkHasNone() {
        Entitlements entitlements =
                new EntitlementResolver(CATALOGUE).resolve(onStarter(List.of(), List.of(), List.of(), List.of()), NOW);

        assertThatExceptionOfType(ModuleNotEntitledException.class)
                .isThrownBy(() -> entitlements.require("stock_take"))
                .satisfies(refusal ->
                        assertThat(refusal.problemMembers()).containsOnlyKeys("module", "plan", "plans", "add_ons"));
    }

    @Test
    void refusalThatNoPlanWouldLiftOffersNone() {
        ResellerCap cap = new ResellerCap(1, "stock_take", new OfModule(false), SINCE);
        ResellerMembership membership = new ResellerMembership(2, Reseller.ofCode("partner"), SINCE, List.of(cap));

        assertThatExceptionOfType(ModuleNotEntitledException.class)
                .isThrownBy(() -> resolve(onStarter(List.of(), List.of(), List.of(), List.of(membership)))
                        .require("stock_take"))
                .satisfies(refusal -> {
                    assertThat(refusal.plans()).isEmpty();
                    assertThat(refusal.addOns()).isEmpty();
                    assertThat(refusal.upgradeLink()).isEmpty();
                });
    }

    @Test
    void tenantWithoutAPlanMayUseNothingAndIsToldThePlans() {
        Entitlements nothing = resolve(EntitlementGrants.none(TENANT));

        assertThat(nothing.plan()).isEmpty();
        assertThat(nothing.allows("stock_take")).isFalse();
        assertThatExceptionOfType(ModuleNotEntitledException.class)
                .isThrownBy(() -> nothing.require("stock_take"))
                .satisfies(refusal -> assertThat(refusal.problemMembers())
                        .doesNotContainKey("plan")
                        .containsEntry("plans", List.of("professional", "enterprise"))
                        .containsEntry("add_ons", List.of()));
    }

    @Test
    void quantityThatThePlanDoesNotGiveIsRefusedWithWhatWouldHelp() {
        assertThat(starter().requireQuantity("users").limit()).isEqualTo(5);
        assertThatExceptionOfType(QuotaNotEntitledException.class)
                .isThrownBy(() -> starter().requireQuantity("calls"))
                .satisfies(refusal -> {
                    assertThat(refusal.status()).isEqualTo(403);
                    assertThat(refusal.code()).isEqualTo("quota-not-entitled");
                    assertThat(refusal.resource()).isEqualTo("calls");
                    assertThat(refusal.getMessage()).contains("its plan 'starter' does not give", TENANT.toString());
                    assertThat(ProblemBody.of(refusal))
                            .contains("\"resource\":\"calls\",\"plan\":\"starter\","
                                    + "\"plans\":[\"professional\",\"metered\"],\"add_ons\":[\"calls\"],"
                                    + "\"upgrade\":\"/upgrade?module=calls\"")
                            .doesNotContain(TENANT.toString());
                });
    }

    @Test
    void quantityOfATenantWithoutAPlanIsRefusedWithThePlans() {
        assertThatExceptionOfType(QuotaNotEntitledException.class)
                .isThrownBy(() -> resolve(EntitlementGrants.none(TENANT)).requireQuantity("users"))
                .satisfies(refusal -> assertThat(refusal.problemMembers())
                        .doesNotContainKey("plan")
                        .containsEntry("plans", List.of("starter", "professional", "enterprise"))
                        .containsEntry("add_ons", List.of()));
    }

    @Test
    void quantityThatTheResellerWithholdsIsOfferedByNoPlan() {
        ResellerCap cap = new ResellerCap(1, "calls", OfQuantity.of(0), SINCE);
        ResellerMembership membership = new ResellerMembership(2, Reseller.ofCode("partner"), SINCE, List.of(cap));

        assertThatExceptionOfType(QuotaNotEntitledException.class)
                .isThrownBy(() -> resolve(onStarter(List.of(), List.of(), List.of(), List.of(membership)))
                        .requireQuantity("calls"))
                .satisfies(refusal -> {
                    assertThat(refusal.plans()).isEmpty();
                    assertThat(refusal.addOns()).isEmpty();
                    assertThat(refusal.upgradeLink()).isEmpty();
                });
    }

    @Test
    void quantityThatTheCatalogueDoesNotDefineIsAFaultOfTheApplication() {
        assertThatExceptionOfType(UnknownEntitlementException.class)
                .isThrownBy(() -> starter().requireQuantity("branches"))
                .withMessageContaining("The catalogue does not define it");
        assertThatExceptionOfType(UnknownEntitlementException.class)
                .isThrownBy(() -> starter().requireQuantity("stock_take"))
                .withMessageContaining("The catalogue defines it as a MODULE");
    }

    @Test
    void limitThatThePlanDoesNotHaveIsToldWithWhatExistsAndWhatToDo() {
        assertThatExceptionOfType(UnknownEntitlementException.class)
                .isThrownBy(() -> starter().allowance("calls"))
                .withMessageContaining("plan 'starter' version 1 does not give it")
                .withMessageContaining("give it in a new version of the plan, or to this tenant by an override")
                .withMessageContaining("Of this kind exist: []");
        assertThatExceptionOfType(UnknownEntitlementException.class)
                .isThrownBy(() -> starter().limit("branches"))
                .withMessageContaining("The catalogue does not define it")
                .withMessageContaining("Of this kind exist: [users]")
                .satisfies(error -> assertThat(error.key()).isEqualTo("branches"));
        assertThatExceptionOfType(UnknownEntitlementException.class)
                .isThrownBy(() -> starter().limit("stock_take"))
                .withMessageContaining("The catalogue defines it as a MODULE");
        assertThatExceptionOfType(UnknownEntitlementException.class)
                .isThrownBy(() -> starter().allows("stok_take"));
        assertThatExceptionOfType(UnknownEntitlementException.class)
                .isThrownBy(() -> starter().setting("beta"));
        assertThatExceptionOfType(UnknownEntitlementException.class)
                .isThrownBy(() -> starter().hasFeature("x"));
        assertThatExceptionOfType(UnknownEntitlementException.class)
                .isThrownBy(() -> starter().explain("x"));
    }

    @Test
    void featureIsAModuleOrASettingThatIsTrue() {
        EntitlementGrants professional = new EntitlementGrants(
                TENANT,
                List.of(new PlanGrant(1, "professional", 1, SINCE)),
                List.of(),
                List.of(),
                List.of(),
                List.of());

        assertThat(resolve(professional).hasFeature("beta")).isTrue();
        assertThat(resolve(professional).hasFeature("stock_take")).isTrue();
        assertThat(starter().hasFeature("beta")).isFalse();
        assertThatExceptionOfType(ModuleNotEntitledException.class)
                .isThrownBy(() -> starter().requireFeature("beta"))
                .satisfies(refusal -> assertThat(refusal.plans()).containsExactly("professional"));
    }

    @Test
    void explanationTellsEveryStepInItsOrder() {
        EntitlementGrants grants = onStarter(
                List.of(new AddOnGrant(2, "seats", 2, SINCE)),
                List.of(),
                List.of(new OverrideGrant(3, "users", OverrideMode.ADD, OfQuantity.of(1), SINCE)),
                List.of(new ResellerMembership(
                        4,
                        Reseller.ofCode("partner"),
                        SINCE,
                        List.of(new ResellerCap(5, "users", OfQuantity.of(12), SINCE)))));
        EntitlementExplanation explanation = resolve(grants).explain("users");

        assertThat(explanation.steps())
                .extracting(Step::layer, Step::result)
                .containsExactly(
                        tuple(Layer.PLAN, "5"),
                        tuple(Layer.ADD_ON, "15"),
                        tuple(Layer.OVERRIDE, "16"),
                        tuple(Layer.RESELLER, "12"));
        assertThat(explanation.outcome()).isEqualTo("12");
        assertThat(explanation.toString())
                .contains("plan 'starter'", "version 1 (the current one)", "2 × add-on 'seats'", "code:partner");
        assertThat(resolve(grants).quantity("users").orElseThrow().softLimit()).isEqualTo(9);
    }

    @Test
    void addOnThatDoesNotGoWithThePlanGivesNothingAndTheExplanationSaysSo() {
        EntitlementGrants grants =
                onStarter(List.of(new AddOnGrant(2, "other_counting", 1, SINCE)), List.of(), List.of(), List.of());

        assertThat(resolve(grants).allows("stock_take")).isFalse();
        assertThat(resolve(grants).explain("stock_take").toString())
                .contains("does not count: it goes with plans [professional]");
    }

    @Test
    void whoFollowsAPlanGetsItsNextVersionAndWhoIsPinnedKeepsTheirs() {
        EntitlementGrants following = onStarter(List.of(), List.of(), List.of(), List.of());
        EntitlementGrants pinned = new EntitlementGrants(
                TENANT, List.of(new PlanGrant(1, "starter", 1, SINCE)), List.of(), List.of(), List.of(), List.of());
        Instant next = Instant.parse("2026-11-22T00:00:00Z");
        EntitlementResolver resolver = new EntitlementResolver(CATALOGUE);

        assertThat(resolver.resolve(following, NOW).changesAt()).contains(next);
        assertThat(resolver.resolve(following, next.minusNanos(1)).limit("users"))
                .isEqualTo(5);
        assertThat(resolver.resolve(following, next).limit("users")).isEqualTo(6);
        assertThat(resolver.resolve(following, next).planVersion()).contains(2);
        assertThat(resolver.resolve(pinned, next).limit("users")).isEqualTo(5);
        assertThat(resolver.resolve(pinned, next).allows("stock_take")).isFalse();
    }

    @Test
    void planWithAnEndGivesWayToTheOneBeforeIt() {
        PlanGrant usual = new PlanGrant(1, "starter", 1, SINCE);
        PlanGrant campaign = new PlanGrant(2, "professional", 1, Validity.between(NOW, NOW.plusSeconds(60)));
        EntitlementGrants grants =
                new EntitlementGrants(TENANT, List.of(usual, campaign), List.of(), List.of(), List.of(), List.of());
        EntitlementResolver resolver = new EntitlementResolver(CATALOGUE);

        assertThat(resolver.resolve(grants, NOW).plan()).contains("professional");
        assertThat(resolver.resolve(grants, NOW.plusSeconds(60)).plan()).contains("starter");
    }

    @Test
    void grantOfWhatTheCatalogueDoesNotHaveIsRefused() {
        EntitlementGrants grants = new EntitlementGrants(
                TENANT, List.of(new PlanGrant(9, "gold", null, SINCE)), List.of(), List.of(), List.of(), List.of());

        assertThatExceptionOfType(InvalidGrantException.class)
                .isThrownBy(() -> resolve(grants))
                .withMessageContaining("Grant 9")
                .withMessageContaining("the plan 'gold', which the catalogue does not have");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "upgrade",
                "//evil.test/{module}",
                "javascript:alert(1)",
                "/up grade",
                "/upgrade?m={modul}",
                "/\"x"
            })
    void upgradeLinkThatLeadsNowhereSafeIsRefused(String template) {
        assertThatIllegalArgumentException().isThrownBy(() -> new EntitlementResolver(CATALOGUE, template));
    }

    @ParameterizedTest
    @ValueSource(classes = {RequiresModule.class, RequiresFeature.class, ConsumesQuota.class})
    void annotationsCanBeReadAtRunTimeOnTypesAndMethods(Class<? extends Annotation> annotation) {
        assertThat(annotation.getAnnotation(Retention.class).value()).isEqualTo(RetentionPolicy.RUNTIME);
        assertThat(annotation.getAnnotation(Target.class).value())
                .extracting(Enum::name)
                .containsExactlyInAnyOrder("TYPE", "METHOD");
    }

    @Test
    void quotaIsConsumedByOneUnitUnlessToldOtherwise() throws Exception {
        assertThat(ConsumesQuota.class.getMethod("units").getDefaultValue()).isEqualTo(1L);
    }

    @Test
    void trialNeedsAnEnd() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TrialGrant(1, "stock_take", SINCE))
                .withMessageContaining("needs an end");
        TrialGrant trial = new TrialGrant(1, "stock_take", Validity.between(NOW, NOW.plus(Duration.ofDays(14))));
        assertThat(resolve(onStarter(List.of(), List.of(trial), List.of(), List.of()))
                        .allows("stock_take"))
                .isTrue();
    }
}
