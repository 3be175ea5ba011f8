package io.tenancy.spring.thymeleaf;

import io.tenancy.entitlement.TenantEntitlements;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.thymeleaf.context.IExpressionContext;
import org.thymeleaf.dialect.AbstractProcessorDialect;
import org.thymeleaf.dialect.IExpressionObjectDialect;
import org.thymeleaf.expression.IExpressionObjectFactory;
import org.thymeleaf.processor.IProcessor;

/**
 * What a tenant's plan has, in templates:
 *
 * <ul>
 *   <li>{@code tenancy:module="stock_take"} renders the element only when the plan has the module;
 *   <li>{@code tenancy:upgrade="stock_take"} renders it only when the plan does not; the {@code href} of an {@code a} is
 *       the upgrade link, and an {@code a} that would lead nowhere is left out;
 *   <li>{@code #entitlements} answers questions in expressions, see {@link TemplateEntitlements}.
 * </ul>
 *
 * <p>The value of both attributes is the key of a module, not an expression. They come before Thymeleaf's own attributes,
 * so that nothing in an element that is left out is evaluated. Without a tenant, each of the three throws. Hiding a button
 * keeps nobody out: require the module in what it calls, too. Safe for many threads.
 */
public final class TenancyDialect extends AbstractProcessorDialect implements IExpressionObjectDialect {

    /** What the attributes begin with. */
    public static final String PREFIX = "tenancy";

    /** The name of the object in expressions. */
    public static final String EXPRESSION_OBJECT = "entitlements";

    // Thymeleaf's own dialect has 1000; the lower one comes first, whatever its single processors say.
    private static final int PRECEDENCE = 900;

    private final Supplier<TenantEntitlements> entitlements;

    /**
     * Creates the dialect.
     *
     * @param entitlements asked for when a template is rendered
     */
    public TenancyDialect(Supplier<TenantEntitlements> entitlements) {
        super("Tenancy", PREFIX, PRECEDENCE);
        this.entitlements = entitlements;
    }

    @Override
    public Set<IProcessor> getProcessors(String dialectPrefix) {
        return Set.of(
                new ModuleProcessor(dialectPrefix, entitlements), new UpgradeProcessor(dialectPrefix, entitlements));
    }

    @Override
    public IExpressionObjectFactory getExpressionObjectFactory() {
        return new IExpressionObjectFactory() {
            @Override
            public Set<String> getAllExpressionObjectNames() {
                return Set.of(EXPRESSION_OBJECT);
            }

            @Override
            public @Nullable Object buildObject(IExpressionContext context, String name) {
                return name.equals(EXPRESSION_OBJECT)
                        ? new TemplateEntitlements(entitlements.get().current())
                        : null;
            }

            @Override
            public boolean isCacheable(String name) {
                return true;
            }
        };
    }
}
