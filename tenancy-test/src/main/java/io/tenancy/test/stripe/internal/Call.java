package io.tenancy.test.stripe.internal;

import java.util.Map;

/**
 * A request to an endpoint.
 *
 * @param world the objects of the mode of its key
 * @param arguments the variable parts of its path
 * @param params its parameters, checked against the endpoint's
 */
record Call(World world, Map<String, String> arguments, Params params) {

    /** The variable part of the path; each endpoint has one at most. */
    String id() {
        return arguments.values().iterator().next();
    }
}
