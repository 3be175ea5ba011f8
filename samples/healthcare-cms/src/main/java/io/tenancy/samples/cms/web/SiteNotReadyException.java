package io.tenancy.samples.cms.web;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ResponseStatus;

/** The clinic exists, but its content has not been set up yet. */
@ResponseStatus(HttpStatus.SERVICE_UNAVAILABLE)
class SiteNotReadyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SiteNotReadyException() {
        super("The table 'site' has no row: the clinic's set-up did not run or did not finish. Run the seeding again.");
    }
}
