package io.tenancy.plugins.pack.internal;

/**
 * The one form of zip that packages have (PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16). Everything that a
 * zip can say about an entry and a package does not need has one value, so that no two programs read a package
 * differently and nothing hides in it.
 */
final class ZipForm {

    static final int LOCAL = 0x04034b50;
    static final int CENTRAL = 0x02014b50;
    static final int END = 0x06054b50;

    static final int LOCAL_BYTES = 30;
    static final int CENTRAL_BYTES = 46;
    static final int END_BYTES = 22;

    /** 2.0, of MS-DOS: there are no modes of Unix, so there are no symbolic links. */
    static final int VERSION = 20;

    static final int STORED = 0;
    static final int DEFLATED = 8;

    /** Midnight. */
    static final int TIME = 0;

    /** 1 January 1980, the first day that a zip knows. */
    static final int DATE = 0x21;

    private ZipForm() {}
}
