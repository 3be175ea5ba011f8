package io.tenancy.test;

/**
 * A login of the test server.
 *
 * @param user name of the role, a plain lower-case identifier
 * @param password its password
 */
public record TestLogin(String user, String password) {

    /** The user only: passwords stay out of test logs. */
    @Override
    public String toString() {
        return "TestLogin[" + user + "]";
    }
}
