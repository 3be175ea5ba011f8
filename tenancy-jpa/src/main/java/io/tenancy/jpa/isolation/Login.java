package io.tenancy.jpa.isolation;

/**
 * A database login.
 *
 * @param user the role's name
 * @param password its password; may be empty where the server asks for none
 */
public record Login(String user, String password) {

    /**
     * Validates.
     *
     * @throws IllegalArgumentException when the user is blank
     */
    public Login {
        if (user.isBlank()) {
            throw new IllegalArgumentException("A database login has a user name, but it was blank");
        }
        if (password == null) {
            throw new IllegalArgumentException("A database login has a password, possibly empty, but it was null");
        }
    }

    /** The user only; never the password. */
    @Override
    public String toString() {
        return user;
    }
}
