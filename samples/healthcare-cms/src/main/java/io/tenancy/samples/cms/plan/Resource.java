package io.tenancy.samples.cms.plan;

/** What a plan limits. */
public enum Resource {
    /** Articles that exist, drafts included. */
    ARTICLES("articles"),
    /** People who can log in. */
    USERS("users"),
    /** Bytes of the articles' text. */
    STORAGE("storage_bytes"),
    /** Calls of the articles API, by month. */
    API_CALLS("api_calls");

    private final String key;

    Resource(String key) {
        this.key = key;
    }

    /**
     * The name in the catalogue of plans.
     *
     * @return a name such as {@code storage_bytes}
     */
    public String key() {
        return key;
    }
}
