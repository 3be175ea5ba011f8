package io.tenancy.billing.document;

/** Whether a colour can be read on white, as WCAG 2.1 defines it. */
final class Contrast {

    /** For text of any size, level AA: https://www.w3.org/TR/WCAG21/#contrast-minimum. */
    private static final double ENOUGH = 4.5;

    private Contrast() {}

    /**
     * The colour, or another where it is too light.
     *
     * @param colour # and six hexadecimal digits
     * @param otherwise a dark one
     */
    static String readable(String colour, String otherwise) {
        return onWhite(Integer.parseInt(colour.substring(1), 16)) >= ENOUGH ? colour : otherwise;
    }

    private static double onWhite(int rgb) {
        double luminance = 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb);
        return 1.05 / (luminance + 0.05);
    }

    private static double linear(int channel) {
        double share = (channel & 0xff) / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    }
}
