package io.tenancy.samples.cms.account;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Somebody who works at the clinic, signs articles and may sign in. */
@Entity
@Table(name = "app_user")
public class AppUser {

    @Id
    @GeneratedValue(strategy = GenerationType.UUID)
    private @Nullable UUID id;

    private String email;

    private String displayName;

    private String title;

    @Enumerated(EnumType.STRING)
    private Role role;

    private String passwordHash;

    @Version
    private @Nullable Long version;

    /** For Hibernate. */
    @SuppressWarnings("NullAway.Init")
    protected AppUser() {}

    /**
     * A new member of staff.
     *
     * @param email the address to sign in with; stored in lower case
     * @param displayName the name that articles carry
     * @param title the professional title shown below the name
     * @param role what this person may do
     * @param passwordHash an encoded password, never the password itself
     */
    public AppUser(String email, String displayName, String title, Role role, String passwordHash) {
        this.email = email.strip().toLowerCase(Locale.ROOT);
        this.displayName = displayName;
        this.title = title;
        this.role = role;
        this.passwordHash = passwordHash;
    }

    public UUID getId() {
        return Objects.requireNonNull(id, "this user has not been stored yet");
    }

    public String getEmail() {
        return email;
    }

    public String getDisplayName() {
        return displayName;
    }

    public String getTitle() {
        return title;
    }

    public Role getRole() {
        return role;
    }

    public String getPasswordHash() {
        return passwordHash;
    }

    /**
     * The letters that stand in for a portrait.
     *
     * @return the first letters of the first and the last name
     */
    public String getInitials() {
        String name = displayName.replaceFirst("^(\\p{L}+\\.\\s*)+", "").strip();
        int last = name.lastIndexOf(' ') + 1;
        return name.substring(0, 1) + (last > 0 ? name.substring(last, last + 1) : "");
    }
}
