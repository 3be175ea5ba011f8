package io.tenancy;

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
}
