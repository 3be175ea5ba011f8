package io.tenancy.plugins.install;

/** The steps on which a plugin gets to a tenant, in their order. */
public enum InstallStep {
    /** Its interface and its regions fit. */
    COMPATIBILITY,
    /** The tenant can show what the plugin demands. */
    CREDENTIALS,
    /** The tenant's plan lets it have the plugin. */
    ENTITLEMENT,
    /** Its package is trusted, is no downgrade, and its module is admitted. */
    VERIFICATION,
    /** The tenant consents to what it may do in addition, and to its price. */
    CONSENT,
    /** Its settings are as its schema has them. */
    CONFIGURATION,
    /** Its place is made, and it becomes active. */
    SANDBOX
}
