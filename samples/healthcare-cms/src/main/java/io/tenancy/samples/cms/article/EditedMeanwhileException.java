package io.tenancy.samples.cms.article;

import java.util.UUID;

/** Somebody else stored the article after the sender of this change had opened it. Nothing was changed. */
public class EditedMeanwhileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * A refused change.
     *
     * @param id the article
     * @param opened the version that the sender had opened
     */
    public EditedMeanwhileException(UUID id, long opened) {
        super("Article " + id + " was stored by somebody else after version " + opened + " had been opened");
    }
}
