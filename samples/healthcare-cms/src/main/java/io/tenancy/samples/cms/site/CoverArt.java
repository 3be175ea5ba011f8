package io.tenancy.samples.cms.site;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Draws a cover for an article in the clinic's colours. The drawing depends on nothing but the brand and the key, so
 * the same article always has the same cover and a cover reveals nothing that its address does not.
 */
public final class CoverArt {

    private static final int WIDTH = 640;
    private static final int HEIGHT = 400;

    private CoverArt() {}

    /**
     * Draws a cover.
     *
     * @param site the clinic whose colours and motif to use
     * @param key what the drawing varies by, usually the article's slug
     * @return a complete SVG document, without text and without external references
     */
    public static String svg(Site site, String key) {
        SplittableRandom random = new SplittableRandom(key.hashCode() * 0x9E3779B97F4A7C15L);
        String primary = site.getPrimaryColour().hex();
        String accent = site.getAccentColour().hex();
        String paper = site.getPaperColour().hex();
        boolean dark = random.nextInt(3) == 0;
        StringBuilder svg = new StringBuilder(2048)
                .append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 400\" ")
                .append("preserveAspectRatio=\"xMidYMid slice\" aria-hidden=\"true\">");
        rectangle(svg, dark ? primary : paper, 1);
        rectangle(svg, dark ? "#000000" : primary, dark ? 0.12 : 0.08);
        String line = dark ? paper : primary;
        switch (site.getMotif()) {
            case PULSE -> pulse(svg, random, line, accent);
            case LAYERS -> layers(svg, random, primary, accent, paper);
            case CIRCLES -> circles(svg, random, line, accent);
        }
        return svg.append("</svg>").toString();
    }

    private static void rectangle(StringBuilder svg, String fill, double opacity) {
        svg.append(String.format(
                Locale.ROOT,
                "<rect width=\"%d\" height=\"%d\" fill=\"%s\" fill-opacity=\"%.2f\"/>",
                WIDTH,
                HEIGHT,
                fill,
                opacity));
    }

    private static void pulse(StringBuilder svg, SplittableRandom random, String line, String accent) {
        int sunX = random.nextInt(120, 520);
        int sunY = random.nextInt(110, 260);
        int radius = random.nextInt(80, 150);
        disc(svg, sunX, sunY, radius, accent, 0.9);
        for (int ring = 1; ring <= 3; ring++) {
            ring(svg, sunX, sunY, radius + ring * 34, line, 0.22 - ring * 0.05, 1.5);
        }
        for (int row = 0; row < 2; row++) {
            double baseline = 230 + row * 70 + random.nextInt(-16, 16);
            double beat = random.nextInt(150, 230);
            StringBuilder path = new StringBuilder(String.format(Locale.ROOT, "M-20 %.0f", baseline));
            for (double x = random.nextInt(10, 80); x < WIDTH; x += beat) {
                double peak = random.nextInt(70, 130) * (row == 0 ? 1 : 0.45);
                path.append(String.format(
                        Locale.ROOT,
                        " H%.0f q14 -22 28 0 h12 l8 12 l14 %.0f l16 %.0f l10 %.0f h14 q18 -30 36 0",
                        x,
                        -peak - 12,
                        peak * 1.45 + 12,
                        -peak * 0.45 - 12));
            }
            path.append(" H660");
            svg.append(String.format(
                    Locale.ROOT,
                    "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" stroke-opacity=\"%s\" "
                            + "stroke-linejoin=\"round\" stroke-linecap=\"round\"/>",
                    path,
                    line,
                    row == 0 ? "4.5" : "2",
                    row == 0 ? "1" : "0.35"));
        }
    }

    private static void layers(
            StringBuilder svg, SplittableRandom random, String primary, String accent, String paper) {
        disc(svg, random.nextInt(90, 550), random.nextInt(70, 150), random.nextInt(46, 84), accent, 0.95);
        double amplitude = random.nextInt(18, 44);
        double phase = random.nextInt(0, 628) / 100.0;
        for (int layer = 0; layer < 5; layer++) {
            double top = 150 + layer * 52;
            StringBuilder path = new StringBuilder(String.format(Locale.ROOT, "M0 %d V%.0f", HEIGHT, top));
            for (int x = 0; x <= WIDTH; x += 40) {
                double y = top + amplitude * Math.sin(phase + layer * 0.9 + x / (130.0 + layer * 18));
                path.append(String.format(Locale.ROOT, " L%d %.1f", x, y));
            }
            path.append(String.format(Locale.ROOT, " V%d Z", HEIGHT));
            boolean band = layer == 2;
            svg.append(String.format(
                    Locale.ROOT,
                    "<path d=\"%s\" fill=\"%s\" fill-opacity=\"%s\" stroke=\"%s\" stroke-width=\"1.5\" "
                            + "stroke-opacity=\"0.55\" stroke-linejoin=\"round\"/>",
                    path,
                    band ? accent : primary,
                    band ? "0.55" : String.format(Locale.ROOT, "%.2f", 0.22 + layer * 0.17),
                    paper));
        }
    }

    private static void circles(StringBuilder svg, SplittableRandom random, String line, String accent) {
        int centreX = random.nextInt(230, 410);
        int centreY = random.nextInt(150, 250);
        int radius = random.nextInt(90, 130);
        int offset = random.nextInt(70, 120);
        disc(svg, centreX - offset, centreY, radius, accent, 0.85);
        disc(svg, centreX + offset, centreY + random.nextInt(-30, 30), radius, line, 0.18);
        for (int i = 0; i < 7; i++) {
            ring(svg, centreX + offset, centreY, radius + 14 + i * 22, line, 0.5 - i * 0.06, 1.6);
        }
        ring(svg, centreX - offset, centreY, radius + 14, line, 0.9, 2.5);
        disc(svg, random.nextInt(60, 580), random.nextInt(50, 350), random.nextInt(10, 20), line, 0.85);
    }

    private static void disc(StringBuilder svg, double x, double y, double radius, String fill, double opacity) {
        svg.append(String.format(
                Locale.ROOT,
                "<circle cx=\"%.0f\" cy=\"%.0f\" r=\"%.0f\" fill=\"%s\" fill-opacity=\"%.2f\"/>",
                x,
                y,
                radius,
                fill,
                opacity));
    }

    private static void ring(
            StringBuilder svg, double x, double y, double radius, String stroke, double opacity, double width) {
        svg.append(String.format(
                Locale.ROOT,
                "<circle cx=\"%.0f\" cy=\"%.0f\" r=\"%.0f\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" "
                        + "stroke-opacity=\"%.2f\"/>",
                x,
                y,
                radius,
                stroke,
                width,
                opacity));
    }
}
