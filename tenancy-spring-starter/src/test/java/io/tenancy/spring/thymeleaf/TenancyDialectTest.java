package io.tenancy.spring.thymeleaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.Tenant;
import io.tenancy.context.NoTenantException;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.entitlement.UnknownEntitlementException;
import io.tenancy.spring.Plans;
import org.junit.jupiter.api.Test;
import org.thymeleaf.context.Context;
import org.thymeleaf.spring6.SpringTemplateEngine;
import org.thymeleaf.templateresolver.StringTemplateResolver;

/** Renders templates with the engine that Spring uses. */
class TenancyDialectTest {

    private static final String LINK = "/upgrade?module={module}&from=page";

    private final Plans plans = new Plans();
    private final Tenant starter = plans.tenantWith("starter");
    private final Tenant professional = plans.tenantWith("professional");
    private final SpringTemplateEngine engine = engine(plans.service(LINK));

    private static SpringTemplateEngine engine(TenantEntitlements entitlements) {
        SpringTemplateEngine engine = new SpringTemplateEngine();
        engine.setTemplateResolver(new StringTemplateResolver());
        engine.addDialect(new TenancyDialect(() -> entitlements));
        return engine;
    }

    private String render(Tenant tenant, String template) {
        return Tenancy.callAs(tenant, () -> engine.process(template, new Context()));
    }

    @Test
    void anElementOfAModuleIsRenderedWhereThePlanHasIt() {
        String template = "<ul><li tenancy:module=\"stock_take\">Count</li><li>Home</li></ul>";

        assertThat(render(professional, template)).isEqualTo("<ul><li>Count</li><li>Home</li></ul>");
        assertThat(render(starter, template)).isEqualTo("<ul><li>Home</li></ul>");
    }

    @Test
    void nothingInAnElementThatIsLeftOutIsEvaluated() {
        String template =
                "<p tenancy:module=\"stock_take\" th:text=\"${1 / 0}\"><b th:text=\"${nothing.at.all}\"></b></p>";

        assertThat(render(starter, template)).isEmpty();
    }

    @Test
    void anAnchorLeadsToTheUpgradeWhereThePlanDoesNotHaveTheModule() {
        String template = "<a class=\"more\" tenancy:upgrade=\"stock_take\">Upgrade</a>";

        assertThat(render(starter, template))
                .isEqualTo("<a class=\"more\" href=\"/upgrade?module=stock_take&amp;from=page\">Upgrade</a>");
        assertThat(render(professional, template)).isEmpty();
    }

    @Test
    void anotherElementOfAnUpgradeGetsNoLink() {
        assertThat(render(starter, "<p tenancy:upgrade=\"stock_take\">Not in your plan</p>"))
                .isEqualTo("<p>Not in your plan</p>");
    }

    @Test
    void anAnchorThatWouldLeadNowhereIsLeftOut() {
        assertThat(render(
                        starter, "<a tenancy:upgrade=\"vault\">Upgrade</a><p tenancy:upgrade=\"vault\">Not yours</p>"))
                .isEqualTo("<p>Not yours</p>");
    }

    @Test
    void expressionsAskForLimitsAllowancesSettingsAndThePlan() {
        assertThat(render(
                        starter,
                        "[[${#entitlements.limit('users')}]] [[${#entitlements.limit('articles')}]]"
                                + " [[${#entitlements.plan()}]] [[${#entitlements.allows('beta')}]]"))
                .isEqualTo("5 100 starter false");
        assertThat(render(professional, "<b th:if=\"${#entitlements.allows('stock_take')}\">yes</b>"))
                .isEqualTo("<b>yes</b>");
        assertThat(render(starter, "[[${#entitlements.upgradeLink('stock_take')}]]"))
                .isEqualTo("/upgrade?module=stock_take&amp;from=page");
    }

    @Test
    void whatASettingSaysIsEscaped() {
        assertThat(render(starter, "<p th:text=\"${#entitlements.setting('greeting')}\"></p>"))
                .isEqualTo("<p>&lt;b&gt;hello&lt;/b&gt;</p>");
    }

    @Test
    void eachPageIsOfItsTenantThoughTheTemplateIsCached() {
        String template = "[[${#entitlements.limit('users')}]]";

        assertThat(render(starter, template)).isEqualTo("5");
        assertThat(render(professional, template)).isEqualTo("25");
        assertThat(render(starter, template)).isEqualTo("5");
    }

    @Test
    void aModuleThatTheCatalogueDoesNotDefineIsAnError() {
        assertThatThrownBy(() -> render(starter, "<p tenancy:module=\"stock_tak\"></p>"))
                .hasRootCauseInstanceOf(UnknownEntitlementException.class);
    }

    @Test
    void withoutATenantNothingIsRendered() {
        for (String template : new String[] {
            "<p tenancy:module=\"stock_take\"></p>",
            "<p tenancy:upgrade=\"stock_take\"></p>",
            "[[${#entitlements.limit('users')}]]"
        }) {
            assertThatThrownBy(() -> engine.process(template, new Context()))
                    .hasRootCauseInstanceOf(NoTenantException.class);
        }
    }
}
