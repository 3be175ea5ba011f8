package io.tenancy.document;

/** A document cannot be read on from a place. */
public final class DocumentException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int line;

    DocumentException(int line, String message) {
        super(message);
        this.line = line;
    }

    /**
     * Where.
     *
     * @return line from 1; 0 where it is not known
     */
    public int line() {
        return line;
    }
}
