package io.tenancy.resolution;

import io.tenancy.TenantSlug;
import io.tenancy.catalog.TenantKey;
import io.tenancy.internal.Printable;

/** Reads the tenant's slug from the path segment after a prefix: {@code /t/acme/articles}. */
public final class PathResolver implements TenantResolver {

    private final String prefix;
    private final Answer outside;

    /**
     * Creates the resolver.
     *
     * @param prefix begins and ends with a slash, such as {@code /t/}; {@code /} takes the first segment
     * @throws IllegalArgumentException when a slash is missing
     */
    public PathResolver(String prefix) {
        if (!prefix.startsWith("/") || !prefix.endsWith("/")) {
            throw new IllegalArgumentException(
                    "A path prefix begins and ends with '/', such as '/t/', but was '" + prefix + "'");
        }
        this.prefix = prefix;
        this.outside = new Answer.Abstained("knows only paths that begin with '" + prefix + "'");
    }

    @Override
    public String name() {
        return "path";
    }

    @Override
    public Answer resolve(TenantRequest request) {
        String path = request.path();
        if (!path.startsWith(prefix) || path.length() == prefix.length()) {
            return outside;
        }
        int slash = path.indexOf('/', prefix.length());
        int end = slash < 0 ? path.length() : slash;
        String segment = path.substring(prefix.length(), end);
        return TenantSlug.isValid(segment)
                ? new Answer.Found(new TenantKey.BySlug(new TenantSlug(segment)), path.substring(0, end))
                : new Answer.Abstained("found '" + Printable.of(segment) + "', which "
                        + TenantSlug.fault(segment).orElse("is malformed") + " as a slug");
    }
}
