package io.tenancy.jpa.control.migration;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * One script.
 *
 * @param kind what it changes
 * @param version its place in the order that both kinds share
 * @param description the words of its name
 * @param name its file name
 * @param location where it was found
 * @param sql its text
 */
public record MigrationScript(
        Kind kind, ScriptVersion version, String description, String name, String location, String sql) {

    /** What a script changes, and so how often it runs. */
    public enum Kind {
        /** {@code V<version>__name.sql}: tables and what belongs to them; once per schema. */
        STRUCTURE,
        /** {@code D<version>__name.sql}: rows; once per tenant, bound to it, at every isolation level. */
        DATA
    }

    /**
     * A number that changes with the text, but not with its line ends; the one that Flyway computes.
     *
     * @return the CRC-32 of the lines in UTF-8
     */
    public int checksum() {
        CRC32 crc = new CRC32();
        sql.lines().forEach(line -> crc.update(line.getBytes(StandardCharsets.UTF_8)));
        return (int) crc.getValue();
    }
}
