package io.tenancy.samples.cms.plugin;

import io.tenancy.plugins.extension.Finding;
import io.tenancy.plugins.extension.Finding.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A text cut where findings begin and end, so that a page can mark them even where they overlap.
 *
 * @param segments one after the other they are the text
 * @param findings numbered from 1, in the order in which they were given
 */
record CheckedText(List<Segment> segments, List<Numbered> findings) {

    /**
     * A piece of the text.
     *
     * @param text the piece
     * @param severity the worst of the findings that cover it; null where none does
     * @param ending the findings whose passage ends with it
     */
    record Segment(String text, @Nullable Severity severity, List<Numbered> ending) {}

    /**
     * A finding.
     *
     * @param number from 1
     * @param finding what was found
     * @param passage what it is about; empty where it is about the whole text
     */
    record Numbered(int number, Finding finding, String passage) {

        /** Whether it is about a passage that is marked. */
        public boolean marked() {
            return !passage.isEmpty();
        }
    }

    static CheckedText of(String text, List<Finding> findings) {
        List<Numbered> numbered = IntStream.range(0, findings.size())
                .mapToObj(i -> new Numbered(i + 1, findings.get(i), passage(text, findings.get(i))))
                .toList();
        SortedSet<Integer> cuts = new TreeSet<>(List.of(0, text.length()));
        numbered.stream().filter(Numbered::marked).forEach(each -> {
            cuts.add(each.finding().start());
            cuts.add(each.finding().end());
        });
        List<Segment> segments = new ArrayList<>();
        int from = 0;
        for (int until : cuts) {
            if (until > from) {
                segments.add(segment(text, from, until, numbered));
            }
            from = until;
        }
        return new CheckedText(segments, numbered);
    }

    private static String passage(String text, Finding finding) {
        boolean within = finding.start() >= 0 && finding.end() <= text.length() && finding.start() < finding.end();
        return within ? text.substring(finding.start(), finding.end()) : "";
    }

    private static Segment segment(String text, int from, int until, List<Numbered> findings) {
        Optional<Severity> worst = findings.stream()
                .filter(each -> each.marked()
                        && each.finding().start() <= from
                        && each.finding().end() >= until)
                .map(each -> each.finding().severity())
                .min(Severity::compareTo);
        List<Numbered> ending = findings.stream()
                .filter(each -> each.marked() && each.finding().end() == until)
                .toList();
        return new Segment(text.substring(from, until), worst.orElse(null), ending);
    }

    /** How many findings are as bad as that. */
    long count(Severity severity) {
        return findings.stream()
                .filter(each -> each.finding().severity() == severity)
                .count();
    }
}
