package io.tenancy.plugins.market;

import io.tenancy.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A package that was given in.
 *
 * @param digest of the package
 * @param plugin id of the plugin
 * @param version of the plugin
 * @param publisher who answers for it
 * @param title for people
 * @param description for people
 * @param specialty such as {@code cardiology}; empty for none
 * @param regions countries that it is made for; empty for all
 * @param capabilities keys of what it asks for
 * @param owner the only tenant that sees it; empty for all
 * @param status what became of it
 * @param report what the automatic review found; empty before
 * @param publishedAt when it was given in
 */
public record StoredPackage(
        String digest,
        String plugin,
        String version,
        String publisher,
        String title,
        String description,
        Optional<String> specialty,
        List<String> regions,
        List<String> capabilities,
        Optional<TenantId> owner,
        Status status,
        Optional<ReviewReport> report,
        Instant publishedAt) {

    /** What became of a package. */
    public enum Status {
        /** Was given in; the automatic review is to come. */
        SUBMITTED,
        /** The automatic review turned it down. */
        REFUSED,
        /** Waits for a curator. */
        REVIEWED,
        /** A curator turned it down. */
        REJECTED,
        /** Can be installed. */
        LISTED,
        /** Cannot be installed any more; those who have it keep it. */
        WITHDRAWN
    }

    /** Copies the lists. */
    public StoredPackage {
        regions = List.copyOf(regions);
        capabilities = List.copyOf(capabilities);
    }
}
