package io.tenancy.samples.cms.account;

/** What a member of staff may do in the editor. */
public enum Role {
    /** Writes, changes and publishes every article. */
    EDITOR,
    /** Writes and changes drafts; publishing is the editor's decision. */
    DOCTOR
}
