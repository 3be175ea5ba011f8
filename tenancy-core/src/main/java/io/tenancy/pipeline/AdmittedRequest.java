package io.tenancy.pipeline;

import io.tenancy.Tenant;

/**
 * A request that passed every stage before binding.
 *
 * @param tenant whose it is
 * @param resolver name of the resolver that found out
 * @param consumedPath the beginning of the path that named the tenant, or empty
 */
public record AdmittedRequest(Tenant tenant, String resolver, String consumedPath) {}
