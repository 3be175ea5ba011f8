package io.tenancy.spring.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Predicate;

/**
 * Matches requests that belong to no tenant and run without a scope. A request is exempt when any bean of this type
 * matches it. Safe for many threads.
 */
@FunctionalInterface
public interface TenantExemption extends Predicate<HttpServletRequest> {}
