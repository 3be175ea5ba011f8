package io.tenancy.spring.thymeleaf;

import io.tenancy.entitlement.Entitlements;
import io.tenancy.entitlement.TenantEntitlements;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.thymeleaf.context.ITemplateContext;
import org.thymeleaf.engine.AttributeName;
import org.thymeleaf.model.IProcessableElementTag;
import org.thymeleaf.processor.element.AbstractAttributeTagProcessor;
import org.thymeleaf.processor.element.IElementTagStructureHandler;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.util.EscapedAttributeUtils;

/** Leaves an element out if the plan has its module, and leads an anchor to the upgrade otherwise. */
final class UpgradeProcessor extends AbstractAttributeTagProcessor {

    private final Supplier<TenantEntitlements> entitlements;

    UpgradeProcessor(String prefix, Supplier<TenantEntitlements> entitlements) {
        super(TemplateMode.HTML, prefix, null, false, "upgrade", true, ModuleProcessor.PRECEDENCE, true);
        this.entitlements = entitlements;
    }

    @Override
    protected void doProcess(
            ITemplateContext context,
            IProcessableElementTag tag,
            AttributeName name,
            @Nullable String value,
            IElementTagStructureHandler structure) {
        Entitlements current = entitlements.get().current();
        String module = value == null ? "" : value.strip();
        if (current.allows(module)) {
            structure.removeElement();
        } else if (tag.getElementCompleteName().equalsIgnoreCase("a")) {
            String link = TemplateEntitlements.upgradeLink(current, module);
            if (link == null) {
                structure.removeElement();
            } else {
                structure.setAttribute("href", EscapedAttributeUtils.escapeAttribute(getTemplateMode(), link));
            }
        }
    }
}
