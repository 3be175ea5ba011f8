package io.tenancy.spring.thymeleaf;

import io.tenancy.entitlement.TenantEntitlements;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.thymeleaf.context.ITemplateContext;
import org.thymeleaf.engine.AttributeName;
import org.thymeleaf.model.IProcessableElementTag;
import org.thymeleaf.processor.element.AbstractAttributeTagProcessor;
import org.thymeleaf.processor.element.IElementTagStructureHandler;
import org.thymeleaf.templatemode.TemplateMode;

/** Leaves an element out unless the plan has its module. */
final class ModuleProcessor extends AbstractAttributeTagProcessor {

    /** Among this dialect's own; the dialect as a whole comes before Thymeleaf's. */
    static final int PRECEDENCE = 50;

    private final Supplier<TenantEntitlements> entitlements;

    ModuleProcessor(String prefix, Supplier<TenantEntitlements> entitlements) {
        super(TemplateMode.HTML, prefix, null, false, "module", true, PRECEDENCE, true);
        this.entitlements = entitlements;
    }

    @Override
    protected void doProcess(
            ITemplateContext context,
            IProcessableElementTag tag,
            AttributeName name,
            @Nullable String module,
            IElementTagStructureHandler structure) {
        if (!entitlements.get().current().allows(module == null ? "" : module.strip())) {
            structure.removeElement();
        }
    }
}
