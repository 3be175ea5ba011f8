package io.tenancy;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request was refused by a stage of the pipeline. Carries what a remote caller may know: a status, a stable code and
 * one sentence. {@link #getMessage()} is for the log.
 */
public abstract class RequestRefusedException extends TenancyException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final String publicDetail;

    /**
     * Creates the refusal.
     *
     * @param status HTTP status code
     * @param code stable, lower-case, hyphenated name of the reason; ends the problem type URI
     * @param publicDetail one sentence for the caller that gives nothing away
     * @param message what was tried, what was found, what to do; for the log
     * @param cause the underlying failure, or null
     */
    protected RequestRefusedException(
            int status, String code, String publicDetail, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
        this.code = code;
        this.publicDetail = publicDetail;
    }

    /**
     * The HTTP status.
     *
     * @return 400 to 599
     */
    public final int status() {
        return status;
    }

    /**
     * The reason's stable name.
     *
     * @return such as {@code tenant-not-found}
     */
    public final String code() {
        return code;
    }

    /**
     * What the caller may read.
     *
     * @return one sentence
     */
    public final String publicDetail() {
        return publicDetail;
    }

    /**
     * A problem type that somebody else registered.
     *
     * @return an absolute URI; empty where the type is made from the {@link #code()}
     */
    public Optional<String> problemType() {
        return Optional.empty();
    }

    /**
     * Further members of the problem body, such as the link to an upgrade.
     *
     * @return member name to a String, an Integer, a Long, a Boolean or a List of these, in their order; never
     *     {@code type}, {@code title}, {@code status} or {@code detail}
     */
    public Map<String, Object> problemMembers() {
        return Map.of();
    }

    /**
     * Headers of the answer, such as {@code Retry-After}.
     *
     * @return header name to value
     */
    public Map<String, String> responseHeaders() {
        return Map.of();
    }
}
