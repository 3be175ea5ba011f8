package io.tenancy.samples.cms.site;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The clinic whose pages these are; there is exactly one row. */
@Entity
public class Site {

    @Id
    @GeneratedValue(strategy = GenerationType.UUID)
    private @Nullable UUID id;

    private String name;

    private String tagline;

    private String specialty;

    private String city;

    private String introduction;

    private String language;

    private String timeZone;

    private Colour primaryColour;

    private Colour accentColour;

    private Colour paperColour;

    @Enumerated(EnumType.STRING)
    private Typeface typeface;

    @Enumerated(EnumType.STRING)
    private Motif motif;

    private String logoSvg;

    private String address;

    private String phone;

    private String email;

    private String openingHours;

    private String emergencyNote;

    @Version
    private @Nullable Long version;

    /** For Hibernate. */
    @SuppressWarnings("NullAway.Init")
    protected Site() {}

    /**
     * A new clinic.
     *
     * @param brand what the clinic says about itself
     */
    public Site(Brand brand) {
        this.name = brand.name();
        this.tagline = brand.tagline();
        this.specialty = brand.specialty();
        this.city = brand.city();
        this.introduction = brand.introduction();
        this.language = brand.language();
        this.timeZone = brand.timeZone();
        this.primaryColour = brand.primaryColour();
        this.accentColour = brand.accentColour();
        this.paperColour = brand.paperColour();
        this.typeface = brand.typeface();
        this.motif = brand.motif();
        this.logoSvg = brand.logoSvg();
        this.address = brand.address();
        this.phone = brand.phone();
        this.email = brand.email();
        this.openingHours = brand.openingHours();
        this.emergencyNote = brand.emergencyNote();
    }

    public UUID getId() {
        return Objects.requireNonNull(id, "this site has not been stored yet");
    }

    /**
     * Counts the changes of this row, so that addresses of derived files can change with it.
     *
     * @return zero for a site that was never changed
     */
    public long getVersion() {
        return version == null ? 0 : version;
    }

    /**
     * The language that the site is written in.
     *
     * @return never the visitor's language
     */
    public Locale getLocale() {
        return Locale.forLanguageTag(language);
    }

    /**
     * Formats dates the way this clinic writes them.
     *
     * @return a calendar in the site's language and time zone
     */
    public SiteCalendar getCalendar() {
        return SiteCalendar.of(this);
    }

    public List<String> getAddressLines() {
        return address.lines().toList();
    }

    public List<String> getOpeningHoursLines() {
        return openingHours.lines().toList();
    }

    public String getName() {
        return name;
    }

    public String getTagline() {
        return tagline;
    }

    public String getSpecialty() {
        return specialty;
    }

    public String getCity() {
        return city;
    }

    public String getIntroduction() {
        return introduction;
    }

    public String getLanguage() {
        return language;
    }

    public String getTimeZone() {
        return timeZone;
    }

    public Colour getPrimaryColour() {
        return primaryColour;
    }

    public Colour getAccentColour() {
        return accentColour;
    }

    public Colour getPaperColour() {
        return paperColour;
    }

    public Typeface getTypeface() {
        return typeface;
    }

    public Motif getMotif() {
        return motif;
    }

    public String getLogoSvg() {
        return logoSvg;
    }

    public String getAddress() {
        return address;
    }

    public String getPhone() {
        return phone;
    }

    public String getEmail() {
        return email;
    }

    public String getOpeningHours() {
        return openingHours;
    }

    public String getEmergencyNote() {
        return emergencyNote;
    }
}
