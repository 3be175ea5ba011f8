package io.tenancy.spring.openfeature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.Reason;
import dev.openfeature.sdk.Structure;
import dev.openfeature.sdk.Value;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.spring.Plans;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Through the client that applications use. */
class TenantFeatureProviderTest {

    private static final String DOMAIN = "tenancy-test";
    private static final Plans PLANS = new Plans();
    private static final Tenant STARTER = PLANS.tenantWith("starter");
    private static final Tenant PROFESSIONAL = PLANS.tenantWith("professional");
    private static final Tenant COUNTING = PLANS.tenantWith("counting");

    private final Client client = OpenFeatureAPI.getInstance().getClient(DOMAIN);

    @BeforeAll
    static void register() {
        OpenFeatureAPI.getInstance().setProviderAndWait(DOMAIN, new TenantFeatureProvider(PLANS.service(null)));
    }

    @AfterAll
    static void end() {
        OpenFeatureAPI.getInstance().shutdown();
    }

    private static <T> FlagEvaluationDetails<T> as(Tenant tenant, Supplier<FlagEvaluationDetails<T>> evaluation) {
        return Tenancy.callAs(tenant, evaluation::get);
    }

    private static void answers(FlagEvaluationDetails<?> details, Object value) {
        assertThat(details.getErrorCode()).as(details.getErrorMessage()).isNull();
        assertThat(details.getReason()).isEqualTo(Reason.TARGETING_MATCH.name());
        assertThat(details.getValue()).isEqualTo(value);
    }

    private static void refuses(FlagEvaluationDetails<?> details, ErrorCode code, Object otherwise) {
        assertThat(details.getErrorCode()).isEqualTo(code);
        assertThat(details.getErrorMessage()).isNotBlank();
        assertThat(details.getReason()).isEqualTo(Reason.ERROR.name());
        assertThat(details.getValue()).isEqualTo(otherwise);
    }

    @Test
    void aBooleanIsAModuleOfTheBoundTenant() {
        answers(as(PROFESSIONAL, () -> client.getBooleanDetails("stock_take", false)), true);
        answers(as(STARTER, () -> client.getBooleanDetails("stock_take", true)), false);
    }

    @Test
    void aBooleanMayBeASetting() {
        answers(as(PROFESSIONAL, () -> client.getBooleanDetails("beta", false)), true);
        answers(as(STARTER, () -> client.getBooleanDetails("beta", true)), false);
    }

    @Test
    void aNumberIsALimitOrAnAllowance() {
        answers(as(STARTER, () -> client.getIntegerDetails("users", 0)), 5);
        answers(as(STARTER, () -> client.getIntegerDetails("articles", 0)), 100);
        answers(as(COUNTING, () -> client.getIntegerDetails("users", 0)), -1);
        answers(as(PROFESSIONAL, () -> client.getDoubleDetails("rows", 0d)), 5_000_000_000d);
        answers(as(PROFESSIONAL, () -> client.getLongDetails("rows", 0L)), 5_000_000_000L);
    }

    @Test
    void aLimitThatIsNoIntegerIsNotCutOff() {
        refuses(as(PROFESSIONAL, () -> client.getIntegerDetails("rows", 0)), ErrorCode.TYPE_MISMATCH, 0);
    }

    @Test
    void aStringIsASetting() {
        answers(as(PROFESSIONAL, () -> client.getStringDetails("rank", "none")), "gold");
    }

    @Test
    void anObjectIsWhatItIs() {
        Structure articles = as(PROFESSIONAL, () -> client.getObjectDetails("articles", new Value()))
                .getValue()
                .asStructure();

        assertThat(articles.getValue("limit").asDouble()).isEqualTo(1000);
        assertThat(articles.getValue("softLimit").asDouble()).isEqualTo(800);
        assertThat(articles.getValue("overageAllowed").asBoolean()).isTrue();
        assertThat(articles.getValue("period").asString()).isEqualTo("month");
        assertThat(articles.getValue("unit").asString()).isEqualTo("article");
        answers(as(PROFESSIONAL, () -> client.getObjectDetails("rank", new Value())), new Value("gold"));
        answers(as(PROFESSIONAL, () -> client.getObjectDetails("stock_take", new Value())), new Value(true));
    }

    @Test
    void theVariantAndTheMetadataAreThePlan() {
        FlagEvaluationDetails<Boolean> details = as(STARTER, () -> client.getBooleanDetails("reports", false));

        assertThat(details.getVariant()).isEqualTo("starter@1");
        assertThat(details.getFlagMetadata().getString("plan")).isEqualTo("starter");
        assertThat(details.getFlagMetadata().getInteger("planVersion")).isEqualTo(1);
    }

    @Test
    void whatNothingGivesIsTheCallersDefault() {
        FlagEvaluationDetails<Integer> details = as(STARTER, () -> client.getIntegerDetails("rows", 7));

        assertThat(details.getErrorCode()).isNull();
        assertThat(details.getReason()).isEqualTo(Reason.DEFAULT.name());
        assertThat(details.getValue()).isEqualTo(7);
        assertThat(as(STARTER, () -> client.getStringDetails("rank", "none")).getReason())
                .isEqualTo(Reason.DEFAULT.name());
    }

    @Test
    void aTenantWithoutAPlanHasNoModule() {
        Tenant none = PLANS.tenantWith("none");

        answers(as(none, () -> client.getBooleanDetails("stock_take", true)), false);
    }

    @Test
    void aKeyThatTheCatalogueDoesNotDefineIsNotFound() {
        refuses(as(STARTER, () -> client.getBooleanDetails("stock_tak", false)), ErrorCode.FLAG_NOT_FOUND, false);
    }

    @Test
    void aKeyOfAnotherKindIsAMismatch() {
        refuses(as(STARTER, () -> client.getBooleanDetails("users", false)), ErrorCode.TYPE_MISMATCH, false);
        refuses(as(STARTER, () -> client.getIntegerDetails("stock_take", 0)), ErrorCode.TYPE_MISMATCH, 0);
        refuses(as(STARTER, () -> client.getStringDetails("stock_take", "")), ErrorCode.TYPE_MISMATCH, "");
        refuses(as(STARTER, () -> client.getBooleanDetails("greeting", false)), ErrorCode.TYPE_MISMATCH, false);
    }

    @Test
    void withoutATenantNothingIsAnsweredWhateverTheTargetingKeySays() {
        ImmutableContext named = new ImmutableContext(PROFESSIONAL.id().toString());

        refuses(client.getBooleanDetails("stock_take", false), ErrorCode.TARGETING_KEY_MISSING, false);
        refuses(client.getBooleanDetails("stock_take", false, named), ErrorCode.TARGETING_KEY_MISSING, false);
    }

    @Test
    void aTargetingKeyThatNamesAnotherTenantIsRefused() {
        ImmutableContext other = new ImmutableContext(PROFESSIONAL.id().toString());
        ImmutableContext own = new ImmutableContext(STARTER.id().toString());

        refuses(
                as(STARTER, () -> client.getBooleanDetails("stock_take", false, other)),
                ErrorCode.INVALID_CONTEXT,
                false);
        answers(as(STARTER, () -> client.getBooleanDetails("reports", false, own)), true);
    }

    @Test
    void aTargetingKeyThatNamesAUserIsLeftToOtherProviders() {
        ImmutableContext user = new ImmutableContext("ada");
        ImmutableContext random = new ImmutableContext(UUID.randomUUID().toString());

        answers(as(STARTER, () -> client.getBooleanDetails("reports", false, user)), true);
        answers(as(STARTER, () -> client.getBooleanDetails("reports", false, random)), true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"professional-clinic", "nobody", ""})
    void anAttributeThatNamesAnotherTenantIsRefused(String name) {
        ImmutableContext other = new ImmutableContext(Map.of("tenant", new Value(name)));

        refuses(as(STARTER, () -> client.getBooleanDetails("reports", false, other)), ErrorCode.INVALID_CONTEXT, false);
    }

    @Test
    void anAttributeMayNameTheBoundTenant() {
        ImmutableContext bySlug = new ImmutableContext(Map.of("tenant", new Value("starter-clinic")));
        ImmutableContext byId =
                new ImmutableContext(Map.of("tenant", new Value(STARTER.id().toString())));

        answers(as(STARTER, () -> client.getBooleanDetails("reports", false, bySlug)), true);
        answers(as(STARTER, () -> client.getBooleanDetails("reports", false, byId)), true);
    }

    @Test
    void aStoreThatIsAwayIsAnErrorAndNotAnAnswer() {
        Tenant away = PLANS.tenantWith("away");

        // Of its own: for a second, a store that did not answer is not asked for other tenants either.
        OpenFeatureAPI.getInstance().setProviderAndWait("away", new TenantFeatureProvider(PLANS.service(null)));
        Client asked = OpenFeatureAPI.getInstance().getClient("away");

        refuses(as(away, () -> asked.getBooleanDetails("stock_take", false)), ErrorCode.GENERAL, false);
    }
}
