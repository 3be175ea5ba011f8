package io.tenancy.samples.cms.plugin;

import io.tenancy.TenantId;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.usage.UsageReports;
import io.tenancy.plugins.control.AuditEntry;
import io.tenancy.plugins.install.PluginInstallation;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.market.CuratedCollection;
import io.tenancy.plugins.market.ReviewReport;
import io.tenancy.plugins.market.StoreQuery;
import io.tenancy.plugins.market.StoredPackage;
import io.tenancy.plugins.pack.CapabilityDiff;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.plugins.pack.PackageReader;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PluginPrice;
import io.tenancy.plugins.usage.FuelUsage;
import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.site.SiteCalendar;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** Words what the store has and what the clinic has of it, in the language of its site. */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class PluginPages {

    private static final int LATEST = 20;

    private final TenancyPlugins plugins;
    private final UsageReports reports;
    private final InstantSource clock;

    PluginPages(TenancyPlugins plugins, TenancyInstallation installation, InstantSource clock) {
        this.plugins = plugins;
        this.reports = installation.usage().reports();
        this.clock = clock;
    }

    /** How far a clinic is with a plugin. */
    enum State {
        AVAILABLE,
        ENABLED,
        DISABLED,
        WAITING
    }

    /**
     * The store.
     *
     * @param cards what fits
     * @param specialties there are
     * @param regions there are, by code
     * @param collections there are
     * @param installed how many plugins the clinic has
     * @param fuel what they used this month, in words
     */
    record Store(
            List<Card> cards,
            List<String> specialties,
            Map<String, String> regions,
            List<CuratedCollection> collections,
            int installed,
            String fuel) {}

    /**
     * A plugin as the store lists it.
     *
     * @param plugin its id
     * @param title for people
     * @param description for people
     * @param publisher who answers for it
     * @param specialty empty for all
     * @param regions names of countries; empty for all
     * @param countries how many they are; 0 for all
     * @param state how far the clinic is with it
     * @param own whether nobody else sees it
     */
    record Card(
            String plugin,
            String title,
            String description,
            String publisher,
            String specialty,
            String regions,
            int countries,
            State state,
            boolean own) {}

    /**
     * All about a plugin.
     *
     * @param card what the store says
     * @param digest of the version that can be installed
     * @param version that can be installed
     * @param installed version that the clinic has; null for none
     * @param licence SPDX identifier
     * @param changelog for people
     * @param points keys of extension points that it serves
     * @param may what it asks for, a sentence each
     * @param price in words; null if it is free
     * @param limits fuel of one call at most, in words
     * @param millis of one call at most
     * @param samples how many calls the review tried
     * @param median fuel of them, in words
     * @param refused why it is not installed; null if nothing is in the way
     * @param history what was done about it
     */
    record Page(
            Card card,
            String digest,
            String version,
            @Nullable String installed,
            String licence,
            String changelog,
            List<String> points,
            List<String> may,
            @Nullable String price,
            String limits,
            int millis,
            int samples,
            String median,
            @Nullable String refused,
            List<Done> history) {

        /** Whether another version can be installed. */
        public boolean upgradable() {
            return installed != null && !installed.equals(version);
        }
    }

    /**
     * What somebody did.
     *
     * @param at when, in words
     * @param who did it
     * @param action what
     * @param detail in words
     */
    record Done(String at, String who, String action, String detail) {}

    Store store(TenantId clinic, StoreQuery query, Locale locale) {
        List<StoredPackage> all = plugins.market().search(StoreQuery.ALL, clinic);
        Map<String, PluginInstallation> had = plugins.installations().of(clinic).stream()
                .collect(Collectors.toMap(PluginInstallation::plugin, Function.identity()));
        return new Store(
                plugins.market().search(query, clinic).stream()
                        .map(each -> card(each, had.get(each.plugin()), locale))
                        .toList(),
                all.stream()
                        .flatMap(each -> each.specialty().stream())
                        .distinct()
                        .sorted()
                        .toList(),
                all.stream()
                        .map(StoredPackage::regions)
                        .flatMap(Collection::stream)
                        .distinct()
                        .sorted()
                        .collect(Collectors.toMap(code -> code, code -> country(code, locale))),
                plugins.market().collections(),
                had.size(),
                NumberFormat.getIntegerInstance(locale).format(fuelOfThisMonth(clinic)));
    }

    private long fuelOfThisMonth(TenantId clinic) {
        Instant now = clock.instant();
        Instant month = YearMonth.from(now.atZone(ZoneOffset.UTC))
                .atDay(1)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
        Instant until = now.truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
        return reports.total(clinic, FuelUsage.METRIC.name(), month, until).longValue();
    }

    Optional<Page> page(TenantId clinic, String plugin, Site site) {
        Optional<PluginInstallation> had = plugins.installations().find(clinic, plugin);
        Optional<StoredPackage> shown = plugins.market().versions(plugin, clinic).stream()
                .findFirst()
                // What was withdrawn from the store stays with those who have it.
                .or(() -> had.flatMap(PluginInstallation::active).map(plugins.market()::stored));
        return shown.map(each -> page(each, had.orElse(null), clinic, site));
    }

    private Page page(StoredPackage shown, @Nullable PluginInstallation had, TenantId clinic, Site site) {
        PluginManifest manifest =
                PackageReader.read(plugins.market().bytes(shown.digest())).manifest();
        Locale locale = site.getLocale();
        NumberFormat whole = NumberFormat.getIntegerInstance(locale);
        Optional<PluginInstallation> installation = Optional.ofNullable(had);
        return new Page(
                card(shown, had, locale),
                shown.digest(),
                shown.version(),
                installation
                        .flatMap(PluginInstallation::active)
                        .map(digest -> plugins.market().stored(digest).version())
                        .orElse(null),
                manifest.licence(),
                manifest.changelog(),
                manifest.extensionPoints().keySet().stream()
                        .map(ExtensionPoint::key)
                        .toList(),
                CapabilityDiff.ofInstallation(manifest).added().stream()
                        .map(CapabilityDiff.Change::words)
                        .toList(),
                price(manifest.price()),
                whole.format(manifest.limits().fuel()),
                manifest.limits().deadlineMillis(),
                shown.report().map(ReviewReport::samples).orElse(0),
                whole.format(shown.report().map(ReviewReport::fuelMedian).orElse(0L)),
                installation
                        .flatMap(PluginInstallation::pending)
                        .flatMap(each -> each.refused().or(each::waitsFor))
                        .orElse(null),
                history(clinic, shown.plugin(), site.getCalendar()));
    }

    private List<Done> history(TenantId clinic, String plugin, SiteCalendar calendar) {
        List<AuditEntry> all = plugins.installations().history(clinic, plugin);
        return all.subList(Math.max(0, all.size() - LATEST), all.size()).stream()
                .map(each -> new Done(calendar.moment(each.at()), each.actor(), each.action(), each.detail()))
                .toList();
    }

    private static @Nullable String price(@Nullable PluginPrice price) {
        return price == null
                ? null
                : price.amount().toPlainString() + " " + price.currency() + " / "
                        + price.per().key();
    }

    private static Card card(StoredPackage stored, @Nullable PluginInstallation had, Locale locale) {
        return new Card(
                stored.plugin(),
                stored.title(),
                stored.description(),
                stored.publisher(),
                stored.specialty().orElse(""),
                stored.regions().stream().map(code -> country(code, locale)).collect(Collectors.joining(", ")),
                stored.regions().size(),
                state(had),
                stored.owner().isPresent());
    }

    private static State state(@Nullable PluginInstallation had) {
        if (had == null) {
            return State.AVAILABLE;
        }
        if (had.active().isEmpty()) {
            return State.WAITING;
        }
        return had.isEnabled() ? State.ENABLED : State.DISABLED;
    }

    private static String country(String code, Locale locale) {
        return new Locale.Builder().setRegion(code).build().getDisplayCountry(locale);
    }
}
