package io.tenancy.plugins.install;

import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.pack.CapabilityDiff;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.plugins.pack.PluginPrice;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a tenant is asked to consent to.
 *
 * @param digest of the package; consent is to just this one
 * @param capabilities what it asks for in addition, and no more
 * @param points where it is to be asked from then on, and was not before; empty for what is not installed yet, which is asked
 *     where it serves
 * @param price what it costs from then on; empty where that is what it costs already, or nothing
 */
public record ConsentRequest(
        String digest, CapabilityDiff capabilities, Set<ExtensionPoint> points, Optional<PluginPrice> price) {

    /** Keeps a sorted copy. */
    public ConsentRequest {
        points = Collections.unmodifiableSortedSet(new TreeSet<>(points));
    }

    /** Which capabilities have to be granted. */
    public Set<Capability> required() {
        Set<Capability> required = new TreeSet<>();
        capabilities.added().forEach(change -> required.add(change.capability()));
        return required;
    }

    /** Whether there is anything to consent to. */
    public boolean isNeeded() {
        return capabilities.needsConsent() || !points.isEmpty() || price.isPresent();
    }
}
