package io.tenancy.plugins.extension;

/**
 * A plugin that a tenant has at an extension point.
 *
 * @param point key of the extension point
 * @param plugin id of the plugin
 * @param digest of the package that is active
 * @param config what was configured, as JSON
 * @param policy what is to be done when it fails
 */
public record BoundPlugin(String point, String plugin, String digest, String config, FailurePolicy policy) {}
