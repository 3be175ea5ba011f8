package io.tenancy.spring.autoconfigure;

import io.tenancy.spring.TenancyProperties;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches when the application starts its PostgreSQL itself. */
final class OnEmbeddedServer extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        String url = context.getEnvironment().getProperty("tenancy.database.url", "");
        return new ConditionOutcome(
                url.startsWith(TenancyProperties.EMBEDDED),
                ConditionMessage.of("tenancy.database.url begins with " + TenancyProperties.EMBEDDED));
    }
}
