package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.account.Role;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What the form for a new colleague holds. Missing fields become empty ones.
 *
 * @param displayName the name that articles carry
 * @param profession the professional title
 * @param email the address to sign in with
 * @param role what this person may do
 * @param password the first password; BCrypt takes at most 72 bytes
 */
@SuppressWarnings("MultipleNullnessAnnotations") // what was sent may be missing
record StaffForm(
        @NotBlank @Size(max = 120) String displayName,
        @NotBlank @Size(max = 160) String profession,
        @NotBlank @Email @Size(max = 254) String email,
        @NotNull @Nullable Role role,
        @Size(min = 12, max = 72) String password) {

    @SuppressWarnings("NullAway") // the binder passes null for what was not sent
    StaffForm {
        displayName = displayName == null ? "" : displayName;
        profession = profession == null ? "" : profession;
        email = email == null ? "" : email;
        password = password == null ? "" : password;
    }

    static StaffForm blank() {
        return new StaffForm("", "", "", Role.DOCTOR, "");
    }

    @Override
    public String toString() {
        return "StaffForm[" + email + "]";
    }
}
