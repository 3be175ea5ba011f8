package io.tenancy.docs.coverage;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The tables of {@code docs/coverage.md}: what was asked for, and what shows it.
 *
 * @param rows every row of every table, in order
 */
record CoverageMap(List<Row> rows) {

    private static final Pattern METHOD = Pattern.compile("`([\\w.$]+)#(\\w+)`");
    private static final String OPEN = "**open**";
    private static final String BUILD_STEP = "build: ";

    CoverageMap {
        rows = List.copyOf(rows);
    }

    /**
     * One row.
     *
     * @param line where it stands, from 1
     * @param asked the wording
     * @param methods the tests that show it
     * @param open whether tests are still missing
     */
    record Row(int line, String asked, List<TestMethod> methods, boolean open) {
        Row {
            methods = List.copyOf(methods);
        }
    }

    /**
     * A test method by name.
     *
     * @param type full name of the class, nested ones with {@code $}
     * @param method its name
     */
    record TestMethod(String type, String method) implements Comparable<TestMethod> {
        @Override
        public int compareTo(TestMethod other) {
            return toString().compareTo(other.toString());
        }

        @Override
        public String toString() {
            return type + "#" + method;
        }
    }

    /**
     * Reads the tables of a page.
     *
     * @throws IllegalArgumentException when a row names no test, no build step and is not marked open
     */
    static CoverageMap parse(String markdown) {
        List<Row> rows = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        List<String> lines = markdown.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            boolean heading = i + 1 < lines.size() && lines.get(i + 1).strip().startsWith("|--");
            if (!line.startsWith("|") || line.startsWith("|--") || heading) {
                continue;
            }
            String[] cells = line.substring(1).split("(?<!\\\\)\\|", -1);
            if (cells.length != 3) {
                faults.add("line " + (i + 1) + " has " + (cells.length - 1) + " cells instead of 2: " + line);
                continue;
            }
            Row row = row(i + 1, cells[0].strip(), cells[1].strip());
            if (row.methods().isEmpty() && !row.open() && !cells[1].strip().startsWith(BUILD_STEP)) {
                faults.add("line " + (i + 1) + " names no `Class#method`, no '" + BUILD_STEP
                        + "' step and is not marked " + OPEN + ": " + line);
            }
            rows.add(row);
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("The coverage page cannot be read:\n  " + String.join("\n  ", faults));
        }
        return new CoverageMap(rows);
    }

    private static Row row(int line, String asked, String shown) {
        List<TestMethod> methods =
                METHOD.matcher(shown).results().map(CoverageMap::method).toList();
        return new Row(line, asked, methods, shown.contains(OPEN));
    }

    private static TestMethod method(MatchResult match) {
        return new TestMethod(match.group(1), match.group(2));
    }

    /** Rows that still lack tests. */
    List<Row> open() {
        return rows.stream().filter(Row::open).toList();
    }

    /** Every named method once, in alphabetical order. */
    List<TestMethod> methods() {
        TreeSet<TestMethod> all = new TreeSet<>();
        rows.forEach(row -> all.addAll(row.methods()));
        return List.copyOf(all);
    }
}
