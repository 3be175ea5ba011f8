package io.tenancy.jpa.isolation;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PostgreSQL server and the three logins that the SDK uses there. The owner migrates and provisions; the runtime login
 * owns nothing and is what tenants' work runs under; the platform login reads and writes the control plane.
 *
 * @param name the name that placements use
 * @param jdbcUrl a PostgreSQL JDBC URL with the main database, such as {@code jdbc:postgresql://db.example.com/app}
 * @param owner owns schemas and tables; may create roles and databases; no superuser
 * @param runtime owns nothing; no superuser, no BYPASSRLS
 * @param platform works on the control schema
 */
public record DatabaseServer(String name, String jdbcUrl, Login owner, Login runtime, Login platform) {

    private static final Pattern URL = Pattern.compile("jdbc:postgresql://([^/?]+)/([^/?]+)(\\?.*)?");

    /**
     * Validates.
     *
     * @throws IllegalArgumentException when the URL is none of PostgreSQL with a database, or two logins are the same
     */
    public DatabaseServer {
        if (name.isBlank()) {
            throw new IllegalArgumentException("A database server has a name, but it was blank");
        }
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(runtime, "runtime");
        Objects.requireNonNull(platform, "platform");
        if (!URL.matcher(jdbcUrl).matches()) {
            throw new IllegalArgumentException("Database server '" + name + "' needs a URL like"
                    + " jdbc:postgresql://host:5432/database, but was given '" + withoutParameters(jdbcUrl) + "'");
        }
        if (runtime.user().equals(owner.user()) || runtime.user().equals(platform.user())) {
            throw new IllegalArgumentException("Database server '" + name + "' uses the login '" + runtime.user()
                    + "' for tenants' work and for more than that. Row-level security does not hold a login that owns the"
                    + " tables; give tenants' work a login of its own (tenancy.database.runtime.username).");
        }
    }

    /**
     * The main database.
     *
     * @return the database named in the URL
     */
    public String database() {
        return parts().group(2);
    }

    /**
     * The URL of another database on this server, with the same parameters.
     *
     * @param database name of the database
     * @return a JDBC URL
     */
    public String urlOf(String database) {
        Matcher parts = parts();
        String parameters = parts.group(3) == null ? "" : parts.group(3);
        return "jdbc:postgresql://" + parts.group(1) + "/" + encoded(database) + parameters;
    }

    /**
     * The URL of a database on this server, without parameters.
     *
     * @param database name of the database
     * @return a JDBC URL that may be shown
     */
    public String addressOf(String database) {
        return "jdbc:postgresql://" + parts().group(1) + "/" + encoded(database);
    }

    /**
     * The parameters of the URL, decoded, such as {@code sslmode}. They may hold secrets.
     *
     * @return name to value, empty for a name without value; the last of a name that occurs twice
     */
    public Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        String given = parts().group(3);
        for (String parameter :
                given == null ? new String[0] : given.substring(1).split("&", -1)) {
            if (!parameter.isEmpty()) {
                int equals = parameter.indexOf('=');
                parameters.put(
                        decoded(equals < 0 ? parameter : parameter.substring(0, equals)),
                        equals < 0 ? "" : decoded(parameter.substring(equals + 1)));
            }
        }
        return parameters;
    }

    /** Name and URL without parameters, since those may hold secrets. */
    @Override
    public String toString() {
        return name + " (" + withoutParameters(jdbcUrl) + ")";
    }

    private Matcher parts() {
        Matcher matcher = URL.matcher(jdbcUrl);
        if (!matcher.matches()) {
            throw new IllegalStateException("The URL was validated at construction: " + name);
        }
        return matcher;
    }

    private static String encoded(String database) {
        return java.net.URLEncoder.encode(database, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        return java.net.URLDecoder.decode(text, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static String withoutParameters(String url) {
        int question = url.indexOf('?');
        return question < 0 ? url : url.substring(0, question);
    }
}
