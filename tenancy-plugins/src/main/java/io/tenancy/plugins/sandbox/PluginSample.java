package io.tenancy.plugins.sandbox;

/**
 * A call that a plugin is tried with.
 *
 * @param function of the plugin
 * @param input as JSON
 */
public record PluginSample(String function, String input) {}
