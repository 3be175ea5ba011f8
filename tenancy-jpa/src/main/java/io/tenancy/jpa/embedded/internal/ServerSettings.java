package io.tenancy.jpa.embedded.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/*
 * Settings travel in a file of our own that postgresql.conf includes, and not on the command line: pg_ctl hands its -o
 * text to a shell, whose quoting differs between platforms.
 */
/** The file with the settings that the server is started with. */
public final class ServerSettings {

    private static final String NAME = "tenancy.conf";
    private static final Pattern SETTING = Pattern.compile("[a-z_][a-z0-9_]*(\\.[a-z_][a-z0-9_]*)?");
    // Each of these would break a promise of the class: loopback only, password only, this very data directory.
    private static final Set<String> RESERVED = Set.of(
            "port",
            "listen_addresses",
            "unix_socket_directories",
            "data_directory",
            "config_file",
            "hba_file",
            "ident_file",
            "external_pid_file",
            "password_encryption");

    private ServerSettings() {}

    /**
     * Checks a setting from outside.
     *
     * @param name name of the setting
     * @param value its value
     * @throws IllegalArgumentException when it is no setting, is reserved, or the value has a line break
     */
    public static void check(String name, String value) {
        if (!SETTING.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not the name of a PostgreSQL setting");
        }
        if (RESERVED.contains(name)) {
            throw new IllegalArgumentException("The setting '" + name + "' is fixed for the embedded PostgreSQL, which"
                    + " listens on loopback only and admits by password only");
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("The value of '" + name + "' has a line break or control character");
        }
    }

    /**
     * Makes a new data directory read the settings file.
     *
     * @param dataDirectory a data directory that initdb has made
     * @throws IOException when its configuration cannot be written
     */
    public static void include(Path dataDirectory) throws IOException {
        Path main = dataDirectory.resolve("postgresql.conf");
        Files.writeString(
                main,
                Files.readString(main, StandardCharsets.UTF_8) + "\ninclude_if_exists '" + NAME + "'\n",
                StandardCharsets.UTF_8);
    }

    /**
     * Writes the settings for the next start.
     *
     * @param dataDirectory the data directory
     * @param port the TCP port to listen on
     * @param settings checked settings by name
     * @throws IOException when the file cannot be written
     */
    public static void write(Path dataDirectory, int port, Map<String, String> settings) throws IOException {
        StringBuilder text = new StringBuilder("# Written at each start of the embedded server; edits are lost.\n");
        settings.forEach((name, value) -> append(text, name, value));
        append(text, "port", Integer.toString(port));
        append(text, "listen_addresses", "127.0.0.1");
        append(text, "unix_socket_directories", "");
        append(text, "password_encryption", "scram-sha-256");
        Files.writeString(dataDirectory.resolve(NAME), text, StandardCharsets.UTF_8);
    }

    private static void append(StringBuilder text, String name, String value) {
        String quoted = value.replace("\\", "\\\\").replace("'", "''");
        text.append(name).append(" = '").append(quoted).append("'\n");
    }
}
