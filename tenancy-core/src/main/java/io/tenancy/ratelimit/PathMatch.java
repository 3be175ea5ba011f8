package io.tenancy.ratelimit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pattern of paths: literal segments, {@code *} for one segment, {@code **} at the end for any rest. */
final class PathMatch {

    private static final int LONGEST = 500;

    private final String[] segments;
    private final boolean openEnd;

    private PathMatch(String[] segments, boolean openEnd) {
        this.segments = segments;
        this.openEnd = openEnd;
    }

    static @Nullable String faultOf(String pattern) {
        if (!pattern.startsWith("/") || pattern.length() > LONGEST) {
            return "its pattern does not begin with '/', or has more than " + LONGEST + " characters";
        }
        List<String> segments = split(pattern);
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            boolean last = i == segments.size() - 1;
            boolean wildcard = segment.equals("*") || (segment.equals("**") && last);
            if (!wildcard && segment.indexOf('*') >= 0) {
                return "its pattern has '" + segment + "' where a whole segment, '*', or '**' at the end belongs";
            }
        }
        return null;
    }

    static PathMatch of(String pattern) {
        List<String> segments = split(pattern);
        boolean openEnd =
                !segments.isEmpty() && segments.get(segments.size() - 1).equals("**");
        if (openEnd) {
            segments.remove(segments.size() - 1);
        }
        return new PathMatch(segments.toArray(new String[0]), openEnd);
    }

    /** Doubled and trailing slashes and path parameters make no other path: none of them leads around a limit. */
    boolean matches(String path) {
        List<String> found = split(path);
        if (found.size() < segments.length || (found.size() > segments.length && !openEnd)) {
            return false;
        }
        for (int i = 0; i < segments.length; i++) {
            if (!segments[i].equals("*") && !segments[i].equals(found.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static List<String> split(String path) {
        List<String> segments = new ArrayList<>();
        int start = 0;
        while (start < path.length()) {
            int end = path.indexOf('/', start);
            end = end < 0 ? path.length() : end;
            int parameters = path.indexOf(';', start);
            int textEnd = parameters >= 0 && parameters < end ? parameters : end;
            if (textEnd > start) {
                segments.add(path.substring(start, textEnd));
            }
            start = end + 1;
        }
        return segments;
    }
}
