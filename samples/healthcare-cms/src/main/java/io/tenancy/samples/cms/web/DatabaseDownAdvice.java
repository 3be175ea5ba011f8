package io.tenancy.samples.cms.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;

/** A database that cannot be reached is a reason to come back later, not a fault of the page. */
@ControllerAdvice
class DatabaseDownAdvice {

    private static final Logger log = LoggerFactory.getLogger(DatabaseDownAdvice.class);

    @ExceptionHandler({CannotCreateTransactionException.class, DataAccessResourceFailureException.class})
    void comeBackLater(Exception unreachable, HttpServletResponse response) throws IOException {
        log.error(
                "The clinic's database cannot be reached; check that the server runs and that its address and log-in "
                        + "are right",
                unreachable);
        response.setHeader("Retry-After", "30");
        response.sendError(HttpStatus.SERVICE_UNAVAILABLE.value());
    }
}
