package io.tenancy.samples.cms.seed;

import io.tenancy.samples.cms.article.ArticleStatus;
import io.tenancy.samples.cms.seed.ClinicSeed.ArticleSeed;
import io.tenancy.samples.cms.seed.ClinicSeed.BillingSeed;
import io.tenancy.samples.cms.seed.ClinicSeed.CategorySeed;
import io.tenancy.samples.cms.seed.ClinicSeed.StaffSeed;
import io.tenancy.samples.cms.site.Brand;
import io.tenancy.samples.cms.site.Colour;
import io.tenancy.samples.cms.site.Motif;
import io.tenancy.samples.cms.site.Typeface;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the demonstration clinics: {@code seed/clinics.json} for who they are and one Markdown file per article, in a
 * folder named like the clinic, with its facts between two lines of three dashes.
 */
@Component
public class ClinicSeeds {

    private static final String FENCE = "---\n";
    private static final LocalTime TIME_OF_WRITING = LocalTime.of(9, 30);

    private final JsonMapper json;

    ClinicSeeds(JsonMapper json) {
        this.json = json;
    }

    /**
     * Reads every clinic.
     *
     * @return the clinics in the file's order
     * @throws IllegalStateException if a file is malformed; the message names it
     */
    public List<ClinicSeed> all() {
        try {
            List<Entry> entries = json.readValue(
                    new ClassPathResource("seed/clinics.json").getContentAsByteArray(),
                    new TypeReference<List<Entry>>() {});
            List<ClinicSeed> clinics = new ArrayList<>();
            for (Entry entry : entries) {
                clinics.add(entry.with(logo(entry.slug()), articles(entry)));
            }
            return List.copyOf(clinics);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("The demonstration clinics cannot be read", unreadable);
        }
    }

    private static String logo(String slug) throws IOException {
        return new ClassPathResource("seed/" + slug + "/logo.svg").getContentAsString(StandardCharsets.UTF_8);
    }

    private static List<ArticleSeed> articles(Entry entry) throws IOException {
        Resource[] files = new PathMatchingResourcePatternResolver()
                .getResources("classpath:seed/" + entry.slug() + "/articles/*.md");
        Arrays.sort(files, Comparator.comparing(file -> String.valueOf(file.getFilename())));
        List<ArticleSeed> articles = new ArrayList<>();
        for (Resource file : files) {
            articles.add(article(
                    String.valueOf(file.getFilename()).replaceAll("\\.md$", ""),
                    file.getContentAsString(StandardCharsets.UTF_8).replace("\r\n", "\n"),
                    ZoneId.of(entry.site().timeZone())));
        }
        return articles;
    }

    static ArticleSeed article(String slug, String file, ZoneId zone) {
        int end = file.indexOf("\n" + FENCE);
        if (!file.startsWith(FENCE) || end < 0) {
            throw new IllegalStateException(
                    "Article '" + slug + "' does not begin with its facts between two lines of ---");
        }
        Map<String, String> facts = new LinkedHashMap<>();
        file.substring(FENCE.length(), end).lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new IllegalStateException("Article '" + slug + "' has a fact without a colon: " + line);
            }
            facts.put(
                    line.substring(0, colon).strip(), line.substring(colon + 1).strip());
        });
        return new ArticleSeed(
                slug,
                fact(facts, "title", slug),
                fact(facts, "summary", slug),
                fact(facts, "category", slug),
                fact(facts, "author", slug),
                ArticleStatus.valueOf(fact(facts, "status", slug).toUpperCase(Locale.ROOT)),
                LocalDate.parse(fact(facts, "date", slug))
                        .atTime(TIME_OF_WRITING)
                        .atZone(zone)
                        .toInstant(),
                file.substring(end + 1 + FENCE.length()).strip());
    }

    private static String fact(Map<String, String> facts, String name, String slug) {
        String value = facts.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException("Article '" + slug + "' does not state its " + name);
        }
        return value;
    }

    /** A clinic as the file has it, before its drawing and its articles are read from files of their own. */
    record Entry(
            String slug,
            String isolation,
            String plan,
            BillingSeed billing,
            SiteEntry site,
            List<StaffSeed> staff,
            List<CategorySeed> categories) {

        ClinicSeed with(String logoSvg, List<ArticleSeed> articles) {
            return new ClinicSeed(slug, isolation, plan, billing, site.brand(logoSvg), staff, categories, articles);
        }
    }

    /** A brand as the file has it: several lines are lists, colours are text. */
    record SiteEntry(
            String name,
            String tagline,
            String specialty,
            String city,
            String introduction,
            String language,
            String timeZone,
            String primaryColour,
            String accentColour,
            String paperColour,
            Typeface typeface,
            Motif motif,
            List<String> address,
            String phone,
            String email,
            List<String> openingHours,
            String emergencyNote) {

        Brand brand(String logoSvg) {
            return new Brand(
                    name,
                    tagline,
                    specialty,
                    city,
                    introduction,
                    language,
                    timeZone,
                    new Colour(primaryColour),
                    new Colour(accentColour),
                    new Colour(paperColour),
                    typeface,
                    motif,
                    logoSvg,
                    String.join("\n", address),
                    phone,
                    email,
                    String.join("\n", openingHours),
                    emergencyNote);
        }
    }
}
