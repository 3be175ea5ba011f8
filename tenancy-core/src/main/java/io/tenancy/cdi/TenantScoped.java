package io.tenancy.cdi;

import jakarta.enterprise.context.NormalScope;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One instance per tenant, shared by all of its requests, made when it is first used under the tenant. A reference to it
 * may be injected anywhere: each call goes to the instance of the tenant that is bound on the calling thread, and throws
 * {@link jakarta.enterprise.context.ContextNotActiveException} when none is. Instances are used by many threads at once.
 * They live until {@link TenantScopedInstances#destroy} or the end of the container; a {@code @PreDestroy} method runs in
 * the scope of whoever ends them, which may be none.
 */
@Documented
@Inherited
@NormalScope
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.FIELD})
public @interface TenantScoped {}
