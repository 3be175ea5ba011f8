package io.tenancy.servlet;

import io.tenancy.RequestRefusedException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Tells the caller that the request was refused. */
@FunctionalInterface
public interface RefusalWriter {

    /** Writes problem details in JSON, with {@code Retry-After} where the refusal is for a while. */
    RefusalWriter PROBLEM_JSON = (request, response, refusal) -> {
        response.setStatus(refusal.status());
        response.setHeader("Cache-Control", "no-store");
        if (refusal.status() == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
            response.setHeader("Retry-After", "5");
        }
        refusal.responseHeaders().forEach(response::setHeader);
        response.setContentType(ProblemBody.MEDIA_TYPE);
        response.setCharacterEncoding("UTF-8");
        response.getWriter().write(ProblemBody.of(refusal));
    };

    /**
     * Writes the refusal.
     *
     * @param request the request
     * @param response not committed yet
     * @param refusal why
     * @throws IOException when the response cannot be written
     */
    void write(HttpServletRequest request, HttpServletResponse response, RequestRefusedException refusal)
            throws IOException;
}
