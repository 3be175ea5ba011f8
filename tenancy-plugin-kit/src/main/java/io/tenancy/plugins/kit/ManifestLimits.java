package io.tenancy.plugins.kit;

import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.StatedLimits;
import io.tenancy.plugins.sandbox.PluginLimits;
import java.time.Duration;

/** What a manifest's limits are to the sandbox. */
final class ManifestLimits {

    private static final int PAGE = 65_536;

    private ManifestLimits() {}

    static PluginLimits of(PluginManifest manifest) {
        StatedLimits stated = manifest.limits();
        PluginLimits usual = PluginLimits.DEFAULT;
        return new PluginLimits(
                stated.fuel(),
                Duration.ofMillis(stated.deadlineMillis()),
                (int) (stated.memoryBytes() / PAGE),
                stated.inputBytes(),
                stated.outputBytes(),
                usual.stackBytes(),
                usual.hostCalls(),
                usual.hostBytes());
    }
}
