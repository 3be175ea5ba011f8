package io.tenancy.spring.web;

import io.tenancy.RequestRefusedException;
import io.tenancy.servlet.RefusalWriter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * Tells programs why they were refused in problem details, and leads browsers to the application's own error page for
 * the status. The page finds the refusal in the request attribute
 * {@link io.tenancy.servlet.TenantFilter#REFUSAL_ATTRIBUTE}. Neither gets to see a stack trace. Safe for many threads.
 */
public final class NegotiatingRefusalWriter implements RefusalWriter {

    /** What {@code Retry-After} says with status 503, in seconds. */
    public static final int RETRY_AFTER_SECONDS = 5;

    private static final int LONGEST_ACCEPT = 2_000;

    /** Creates the writer; it has no state. */
    public NegotiatingRefusalWriter() {}

    @Override
    public void write(HttpServletRequest request, HttpServletResponse response, RequestRefusedException refusal)
            throws IOException {
        if (request.getDispatcherType() != DispatcherType.REQUEST || !prefersHtml(request.getHeader("Accept"))) {
            PROBLEM_JSON.write(request, response, refusal);
            return;
        }
        response.setHeader("Cache-Control", "no-store");
        if (refusal.status() == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
            response.setHeader("Retry-After", String.valueOf(RETRY_AFTER_SECONDS));
        }
        refusal.responseHeaders().forEach(response::setHeader);
        response.sendError(refusal.status());
    }

    private static boolean prefersHtml(@Nullable String accept) {
        if (accept == null || accept.length() > LONGEST_ACCEPT) {
            return false;
        }
        try {
            List<MediaType> wanted = MediaType.parseMediaTypes(accept).stream()
                    .sorted(Comparator.comparingDouble(MediaType::getQualityValue)
                            .reversed())
                    .toList();
            for (MediaType type : wanted) {
                if (type.isWildcardType() || type.getSubtype().endsWith("json")) {
                    return false;
                }
                if (type.equalsTypeAndSubtype(MediaType.TEXT_HTML)) {
                    return true;
                }
            }
            return false;
        } catch (InvalidMediaTypeException hostile) {
            return false;
        }
    }
}
