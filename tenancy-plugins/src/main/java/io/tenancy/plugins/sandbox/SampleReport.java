package io.tenancy.plugins.sandbox;

/**
 * What a sample call came to, in both engines alike.
 *
 * @param function that was called
 * @param fuel how much it used
 * @param output digest of what it returned
 */
public record SampleReport(String function, long fuel, String output) {}
