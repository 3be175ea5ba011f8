package io.tenancy.spring.web;

import io.tenancy.RequestRefusedException;
import io.tenancy.TenancyException;
import io.tenancy.context.NoTenantException;
import io.tenancy.servlet.RefusalWriter;
import io.tenancy.servlet.TenantFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Answers what the SDK threw inside a controller as filters answer it. Asked last, so that the application's own
 * {@code @ExceptionHandler} methods come first. Safe for many threads.
 */
public final class TenancyExceptionResolver implements HandlerExceptionResolver, Ordered {

    private static final Logger LOG = LoggerFactory.getLogger(TenancyExceptionResolver.class);
    private static final int DEEPEST_CAUSE = 50;

    // Shut down by an administrator, by a crash, or starting; too many connections.
    private static final Set<String> UNAVAILABLE = Set.of("57P01", "57P02", "57P03", "53300");
    private static final String CONNECTION_CLASS = "08";

    private final RefusalWriter refusals;

    /**
     * Creates the resolver.
     *
     * @param refusals tells the caller
     */
    public TenancyExceptionResolver(RefusalWriter refusals) {
        this.refusals = refusals;
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        RequestRefusedException refusal = refusalOf(failure);
        if (refusal == null || response.isCommitted()) {
            return null;
        }
        log(request, refusal);
        request.setAttribute(TenantFilter.REFUSAL_ATTRIBUTE, refusal);
        try {
            response.resetBuffer();
            refusals.write(request, response, refusal);
        } catch (IOException gone) {
            LOG.debug("The caller went away before it could be told of a refusal", gone);
        }
        return new ModelAndView();
    }

    private static @Nullable RequestRefusedException refusalOf(Exception failure) {
        Throwable step = failure;
        for (int depth = 0; step != null && depth < DEEPEST_CAUSE; depth++, step = step.getCause()) {
            if (step instanceof RequestRefusedException refused) {
                return refused;
            }
            if (step instanceof NoTenantException missing) {
                return new RequestFailedException(
                        missing.getMessage()
                                + " This request was exempt from resolution: do tenant-aware work under a tenant's host, or leave"
                                + " the path out of tenancy.web.exempt-paths.",
                        failure);
            }
            if (step instanceof SQLException sql && isUnavailable(sql)) {
                return new TenantDatabaseUnavailableException(
                        "The tenant's database could not be reached: " + sql.getMessage()
                                + ". Check that the server runs, and that tenancy.database.pool.* has room.",
                        failure);
            }
            if (step instanceof TenancyException other) {
                return new RequestFailedException(String.valueOf(other.getMessage()), failure);
            }
        }
        return null;
    }

    private static boolean isUnavailable(SQLException failure) {
        String state = failure.getSQLState();
        return failure instanceof SQLTransientConnectionException
                || failure instanceof SQLNonTransientConnectionException
                || (state != null && (state.startsWith(CONNECTION_CLASS) || UNAVAILABLE.contains(state)));
    }

    private static void log(HttpServletRequest request, RequestRefusedException refusal) {
        if (refusal.status() == HttpServletResponse.SC_INTERNAL_SERVER_ERROR) {
            LOG.error("{} {} failed: {}", request.getMethod(), handlerPath(request), refusal.getMessage(), refusal);
        } else if (refusal.status() > HttpServletResponse.SC_INTERNAL_SERVER_ERROR) {
            LOG.warn("{} {} was refused: {}", request.getMethod(), handlerPath(request), refusal.getMessage());
        } else {
            LOG.info("{} {} was refused: {}", request.getMethod(), handlerPath(request), refusal.getMessage());
        }
    }

    // The pattern and not the path, which the caller chose and which may hold what belongs in no log.
    private static Object handlerPath(HttpServletRequest request) {
        Object pattern = request.getAttribute("org.springframework.web.servlet.HandlerMapping.bestMatchingPattern");
        return pattern == null ? "request" : pattern;
    }
}
