package io.tenancy.billing.internal.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts of one language. A locale of another language than these is English throughout: words, dates and numbers. The
 * default locale of the machine is never asked.
 */
public final class Wording {

    /** The languages there are texts of. */
    public static final Set<String> LANGUAGES = Set.of("en", "de", "pt", "es", "fr");

    private static final Pattern PLACE = Pattern.compile("\\{(\\d)}");

    private final String file;
    private final Properties texts;
    private final Locale locale;

    private Wording(String file, Properties texts, Locale locale) {
        this.file = file;
        this.texts = texts;
        this.locale = locale;
    }

    /**
     * Reads the texts beside a class. Not by {@link java.util.ResourceBundle}, which asks for the default locale unless
     * given a control, and takes no control from a named module.
     *
     * @param place whose package the files are in
     * @param name of the files, which are {@code name_de.properties} and so on, in UTF-8
     * @param wanted the locale
     * @return the texts, in English where the locale's language is none of {@link #LANGUAGES}
     */
    public static Wording of(Class<?> place, String name, Locale wanted) {
        Locale plain = wanted.stripExtensions();
        Locale locale = LANGUAGES.contains(plain.getLanguage()) ? plain : Locale.ENGLISH;
        String file = name + "_" + locale.getLanguage() + ".properties";
        try (InputStream stream = place.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalStateException("There is no " + file + " beside " + place.getName()
                        + ". Is the jar of tenancy-billing complete?");
            }
            Properties texts = new Properties();
            texts.load(new InputStreamReader(stream, StandardCharsets.UTF_8));
            return new Wording(file, texts, locale);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /**
     * The locale that dates and numbers beside these texts are written in.
     *
     * @return of one of {@link #LANGUAGES}
     */
    public Locale locale() {
        return locale;
    }

    /**
     * A text.
     *
     * @param key of it
     * @param arguments what stands for <code>{0}</code> and so on; places in them are left as they are
     * @return the text
     */
    public String text(String key, String... arguments) {
        String text = texts.getProperty(key);
        if (text == null) {
            throw new IllegalStateException("There is no text '" + key + "' in " + file);
        }
        return PLACE.matcher(text)
                .replaceAll(place -> Matcher.quoteReplacement(arguments[Integer.parseInt(place.group(1))]));
    }
}
