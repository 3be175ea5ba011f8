package io.tenancy.spring.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** Exempts paths such as those of static files and health checks. */
public final class ExemptPaths implements TenantExemption {

    private final List<PathPattern> patterns;

    /**
     * Creates the exemption.
     *
     * @param patterns path patterns without the context path, such as {@code /webjars/**}
     */
    public ExemptPaths(List<String> patterns) {
        PathPatternParser parser = new PathPatternParser();
        this.patterns = patterns.stream().map(parser::parse).toList();
    }

    @Override
    public boolean test(HttpServletRequest request) {
        // As the container decoded and normalised it, so that "/webjars/../admin" is not taken for a static file.
        String info = request.getPathInfo();
        String path = info == null ? request.getServletPath() : request.getServletPath() + info;
        if (path.contains("..") || path.contains(";")) {
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
