package io.tenancy.plugins.kit.spi;

import io.tenancy.plugins.pack.PackageIdentity;

/** Somewhere that signed packages go. */
@FunctionalInterface
public interface Publishing {

    /**
     * Publishes a package. What is there already with the same content is published.
     *
     * @param plugin what it is
     * @param signed its bytes, with the publisher's signature
     * @return where it is now, for people
     * @throws io.tenancy.plugins.PluginException when it is not taken, with what to do
     */
    String publish(PackageIdentity plugin, byte[] signed);
}
