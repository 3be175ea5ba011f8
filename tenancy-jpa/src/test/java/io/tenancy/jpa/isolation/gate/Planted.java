package io.tenancy.jpa.isolation.gate;

/**
 * A fault for the gate to find.
 *
 * @param name what a test report calls it
 * @param sql what plants it, run by the superuser
 * @param object the object that the gate must name
 * @param finding words that the finding must hold
 */
record Planted(String name, String sql, String object, String finding) {

    @Override
    public String toString() {
        return name;
    }
}
