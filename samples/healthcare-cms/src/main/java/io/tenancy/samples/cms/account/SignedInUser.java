package io.tenancy.samples.cms.account;

import java.util.List;
import java.util.UUID;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.userdetails.User;

/** The person behind the current session. */
public final class SignedInUser extends User {

    private static final long serialVersionUID = 1L;

    private final UUID id;
    private final String displayName;
    private final String initials;
    private final Role role;

    /**
     * Remembers what the pages need of a stored user.
     *
     * @param user a stored user
     */
    public SignedInUser(AppUser user) {
        super(
                user.getEmail(),
                user.getPasswordHash(),
                List.of(new SimpleGrantedAuthority("ROLE_" + user.getRole().name())));
        this.id = user.getId();
        this.displayName = user.getDisplayName();
        this.initials = user.getInitials();
        this.role = user.getRole();
    }

    public UUID getId() {
        return id;
    }

    public String getDisplayName() {
        return displayName;
    }

    public String getInitials() {
        return initials;
    }

    public Role getRole() {
        return role;
    }

    public boolean isEditor() {
        return role == Role.EDITOR;
    }
}
