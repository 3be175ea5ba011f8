package io.tenancy.plugins.sandbox;

import java.util.Optional;

/**
 * What an output has to be beyond JSON. Asked before what the call did takes place; an output that is not so is a failure of
 * the plugin. Called on a worker of the host, outside of the call's deadline: it has to come to an end by itself.
 */
@FunctionalInterface
public interface OutputRule {

    /** Takes any output. */
    OutputRule ANY = output -> Optional.empty();

    /**
     * What is wrong with an output.
     *
     * @param output as JSON
     * @return in words; empty if nothing
     */
    Optional<String> problem(String output);
}
