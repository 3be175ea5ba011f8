package io.tenancy.plugins.pack.internal;

/** How large packages and their parts are at most, and what their own parts are called. */
public final class PackageBounds {

    public static final int LARGEST_PACKAGE = 16 * 1024 * 1024;
    public static final int LARGEST_FILE = 8 * 1024 * 1024;
    public static final int LARGEST_CONTENT = 32 * 1024 * 1024;
    public static final int MOST_FILES = 256;
    public static final int LARGEST_MANIFEST = 512 * 1024;
    public static final int LARGEST_SIGNATURE = 16 * 1024;

    /** How many bytes a deflated byte may become, beyond {@link #RATIO_FREE} bytes. */
    public static final int HIGHEST_RATIO = 100;

    public static final int RATIO_FREE = 4096;

    public static final String MANIFEST = "manifest.json";
    public static final String SIGNATURES = "signatures/";
    public static final String PUBLISHER_SIGNATURE = SIGNATURES + "publisher.json";
    public static final String REVIEW = SIGNATURES + "review.json";

    private PackageBounds() {}
}
