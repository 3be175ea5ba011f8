package io.tenancy.spring.web;

import io.tenancy.resolution.TenantRequest;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** Matches the paths of requests whose tenant was found, such as those on which suspended tenants pay. */
public final class RequestedPaths implements Predicate<TenantRequest> {

    private final List<PathPattern> patterns;

    /**
     * Creates it.
     *
     * @param patterns path patterns without the context path, such as {@code /billing/**}; a tenant's own part of the path,
     *     where it has one, counts
     */
    public RequestedPaths(List<String> patterns) {
        PathPatternParser parser = new PathPatternParser();
        this.patterns = patterns.stream().map(parser::parse).toList();
    }

    @Override
    public boolean test(TenantRequest request) {
        String path = request.path();
        // It is as it came: what the container would decode or shorten may lead elsewhere, so none of that matches.
        if (path.contains("..") || path.contains("//") || path.contains(";") || path.contains("%")) {
            return false;
        }
        PathContainer container = PathContainer.parsePath(path);
        for (PathPattern pattern : patterns) {
            if (pattern.matches(container)) {
                return true;
            }
        }
        return false;
    }
}
