package io.tenancy.jpa.control.migration;

import io.tenancy.jpa.control.migration.internal.ScriptLocations;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The user's scripts in their order. Both kinds share one order of versions: with V1, D2 and V3, D2 has run for every
 * tenant of a schema before V3 changes it. Immutable and thread-safe.
 */
public final class MigrationScripts {

    private static final Pattern NAME = Pattern.compile("([VD])([0-9]+(?:[._][0-9]+)*)__(.+)\\.sql");

    private final List<MigrationScript> scripts;

    private MigrationScripts(List<MigrationScript> scripts) {
        this.scripts = scripts;
    }

    /**
     * Reads every script of some places.
     *
     * @param locations {@code classpath:folder} (folders on disk and in jars) or {@code filesystem:folder}, with all
     *     folders below; without prefix it is the class path
     * @param loader where to look for folders on the class path
     * @return the scripts; none when the folders hold no {@code .sql} file
     * @throws MigrationException when a location does not exist, a name is malformed, a version occurs twice or a kind
     *     of script is not supported; it names all of them
     */
    public static MigrationScripts scan(List<String> locations, ClassLoader loader) {
        List<String> faults = new ArrayList<>();
        Map<ScriptVersion, MigrationScript> scripts = new HashMap<>();
        for (String location : locations) {
            ScriptLocations.read(location, loader, faults).forEach((path, sql) -> add(path, sql, scripts, faults));
        }
        if (!faults.isEmpty()) {
            throw new MigrationException(
                    "The migration scripts in " + locations + " cannot be used:\n - " + String.join("\n - ", faults),
                    null);
        }
        return of(List.copyOf(scripts.values()));
    }

    /**
     * Takes scripts that were read already.
     *
     * @param scripts scripts of different versions, in any order
     * @return the scripts
     */
    public static MigrationScripts of(List<MigrationScript> scripts) {
        return new MigrationScripts(scripts.stream()
                .sorted(Comparator.comparing(MigrationScript::version))
                .toList());
    }

    /**
     * Every script.
     *
     * @return the scripts by version
     */
    public List<MigrationScript> all() {
        return scripts;
    }

    private static void add(String path, String sql, Map<ScriptVersion, MigrationScript> scripts, List<String> faults) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (name.toLowerCase(Locale.ROOT).endsWith(".conf")) {
            faults.add(path + ": settings per script are not supported. Remove the file");
            return;
        }
        if (name.startsWith("R__")) {
            faults.add(path + ": repeatable scripts are not supported, because they have no place in the order of"
                    + " versions. Give it a version: V<version>__name.sql with CREATE OR REPLACE");
            return;
        }
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            faults.add(path + ": the name is none of V<version>__name.sql (structure, once per schema) and"
                    + " D<version>__name.sql (data, once per tenant). Rename it");
            return;
        }
        ScriptVersion version = ScriptVersion.of(matcher.group(2));
        MigrationScript script = new MigrationScript(
                matcher.group(1).equals("V") ? MigrationScript.Kind.STRUCTURE : MigrationScript.Kind.DATA,
                version,
                matcher.group(3).replace('_', ' '),
                name,
                path,
                sql);
        MigrationScript other = scripts.putIfAbsent(version, script);
        if (other != null && !other.location().equals(path)) {
            faults.add(path + ": the version " + version + " is taken by " + other.location()
                    + "; structure and data scripts share one order. Give one of them another version");
        }
    }
}
