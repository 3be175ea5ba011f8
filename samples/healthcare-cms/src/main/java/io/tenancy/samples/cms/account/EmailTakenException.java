package io.tenancy.samples.cms.account;

/** Somebody at the clinic has this address. Nothing was changed. */
public class EmailTakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EmailTakenException() {
        super("Somebody at this clinic has that address");
    }
}
