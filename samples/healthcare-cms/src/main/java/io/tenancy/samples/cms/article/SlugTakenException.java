package io.tenancy.samples.cms.article;

/** Another article has this address. Nothing was changed. */
public class SlugTakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * A refused address.
     *
     * @param slug the part of the address that is taken
     */
    public SlugTakenException(String slug) {
        super("Another article has the address '" + slug + "'");
    }
}
