package io.tenancy.benchmarks;

/**
 * A part of a page that is written anew by each measurement.
 *
 * @param begin the line before it
 * @param end the line after it
 */
record Marks(String begin, String end) {

    /** Around the figures of pipeline and transactions. */
    static final Marks TENANCY = new Marks("<!-- measured: begin -->", "<!-- measured: end -->");

    /** Around the figures of plans, quotas and usage. */
    static final Marks PLANS = new Marks("<!-- measured plans: begin -->", "<!-- measured plans: end -->");

    /** Around the figures of billing. */
    static final Marks BILLING = new Marks("<!-- measured billing: begin -->", "<!-- measured billing: end -->");

    /** Around the figures of plugins. */
    static final Marks PLUGINS = new Marks("<!-- measured plugins: begin -->", "<!-- measured plugins: end -->");

    /** Puts text between the marks of a page and leaves the rest as it is. */
    String fill(String page, String text) {
        int from = page.indexOf(begin);
        int until = page.indexOf(end);
        if (from < 0 || until < from) {
            throw new IllegalArgumentException("The page needs the lines '" + begin + "' and '" + end
                    + "', in this order, for the figures to go" + " between");
        }
        return page.substring(0, from) + begin + "\n\n" + text + "\n" + page.substring(until);
    }
}
