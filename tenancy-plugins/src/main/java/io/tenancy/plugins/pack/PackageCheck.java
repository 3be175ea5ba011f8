package io.tenancy.plugins.pack;

/** What is checked of a package. */
public enum PackageCheck {
    /** The file is a zip in the one form that is allowed, within its bounds. */
    CONTAINER,
    /** The manifest is canonical JSON of a known format without any error. */
    MANIFEST,
    /** The files are those of the manifest, byte for byte. */
    FILES,
    /** Neither the package nor a key or certificate behind it is revoked. */
    REVOCATION,
    /** A curator who is trusted reviewed this very manifest. */
    REVIEW,
    /** A curator who is trusted certified the publisher, for this plugin and this time. */
    CERTIFICATE,
    /** The publisher signed this very manifest. */
    PUBLISHER_SIGNATURE,
    /** The version is not older than what publisher or curator still stand for. */
    MINIMUM_VERSION,
    /** It is the same plugin of the same publisher, and newer than what is installed. */
    UPGRADE
}
