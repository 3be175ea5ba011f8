package io.tenancy.samples.cms.plugin;

import io.tenancy.TenantId;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.control.AuditEntry;
import io.tenancy.plugins.install.PluginInstallation;
import io.tenancy.plugins.install.PluginInstallation.Pending;
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
import io.tenancy.plugins.pack.SemanticVersion;
import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.site.SiteCalendar;
import java.text.NumberFormat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** Words what the store has and what the clinic has of it, in the language of its site. */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class PluginPages {

    private static final int LATEST = 200;
    private static final int MOST_VERSIONS = 20;
    private static final Set<Capability> ASKING =
            EnumSet.of(Capability.CONFIG, Capability.SECRETS, Capability.SECRETS_CLEAR);

    private final TenancyPlugins plugins;
    private final PluginFuel fuel;

    PluginPages(TenancyPlugins plugins, PluginFuel fuel) {
        this.plugins = plugins;
        this.fuel = fuel;
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
     * @param mine what the clinic has
     * @param fuel what plugins used this month
     */
    record Store(
            List<Card> cards,
            List<String> specialties,
            Map<String, String> regions,
            List<CuratedCollection> collections,
            List<Mine> mine,
            PluginFuel.Used fuel) {}

    /**
     * A plugin that the clinic has.
     *
     * @param plugin its id
     * @param title for people
     * @param version that is active; empty before one is
     * @param newer the version to which it can be upgraded; null if there is none
     * @param pinned whether it stays at its version
     * @param state how far the clinic is with it
     * @param fuel what it used this month
     */
    record Mine(
            String plugin,
            String title,
            String version,
            @Nullable String newer,
            boolean pinned,
            State state,
            PluginFuel.OfPlugin fuel) {}

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
     * A version of a plugin, and what the clinic has of it.
     *
     * @param card as the store lists it
     * @param digest of its package
     * @param version its version
     * @param installed version that the clinic has; null for none
     * @param from digest of the package that the clinic has; empty for none
     * @param newer the version to which the clinic can upgrade; null if there is none
     * @param previous the version to which the clinic can go back; null if there is none
     * @param pinned whether it stays at its version
     * @param licence in SPDX's words
     * @param changelog what is new
     * @param points where it is called
     * @param may what it may do, in sentences
     * @param added what it asks for beyond the version that the clinic has
     * @param further where it is called and that version is not
     * @param dropped what it asks for no more, or in another form
     * @param price in words; null if it is free
     * @param limits fuel of one call at most
     * @param millis of one call at most
     * @param samples how many sample calls the review tried
     * @param median fuel of a sample call
     * @param asks whether it has settings or secrets
     * @param waits what it waits for, or why it was refused
     * @param history what was done about it, newest first
     */
    record Page(
            Card card,
            String digest,
            String version,
            @Nullable String installed,
            String from,
            @Nullable String newer,
            @Nullable String previous,
            boolean pinned,
            String licence,
            String changelog,
            List<String> points,
            List<String> may,
            List<String> added,
            List<String> further,
            List<String> dropped,
            @Nullable String price,
            String limits,
            int millis,
            int samples,
            String median,
            boolean asks,
            @Nullable Waits waits,
            List<Done> history) {

        /** Whether it would take the place of another version. */
        public boolean upgrade() {
            return installed != null && !installed.equals(version);
        }

        /** Whether it asks for more than the version that the clinic has. */
        public boolean asksMore() {
            return !added.isEmpty() || !further.isEmpty();
        }
    }

    /**
     * A package on its way in that does not go on by itself.
     *
     * @param version of the package
     * @param step at which it is
     * @param why what somebody has to do, or why it was refused
     * @param refused whether it was
     */
    record Waits(String version, String step, String why, boolean refused) {}

    /**
     * A version of a plugin that the clinic has.
     *
     * @param version its version
     * @param day when it was handed in
     * @param changelog what is new
     * @param state what it is for the clinic
     */
    record Version(String version, String day, String changelog, VersionState state) {}

    /** What a version is for a clinic. */
    enum VersionState {
        NEWER,
        ACTIVE,
        PREVIOUS,
        OLDER
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
        PluginFuel.Used used = fuel.thisMonth(clinic, locale);
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
                mine(clinic, had.values(), used),
                used);
    }

    private List<Mine> mine(TenantId clinic, Collection<PluginInstallation> had, PluginFuel.Used used) {
        return had.stream()
                .filter(each -> state(each) != State.AVAILABLE)
                .map(each -> {
                    Optional<StoredPackage> stored = each.active()
                            .or(() -> each.pending().map(Pending::digest))
                            .map(plugins.market()::stored);
                    Optional<String> version = each.active().flatMap(active -> stored.map(StoredPackage::version));
                    return new Mine(
                            each.plugin(),
                            stored.map(StoredPackage::title).orElse(each.plugin()),
                            version.orElse(""),
                            newer(clinic, each.plugin(), version).orElse(null),
                            each.pinned(),
                            state(each),
                            used.of(each.plugin()));
                })
                .sorted(Comparator.comparing(Mine::title))
                .toList();
    }

    /** The version that a clinic gets unless it chooses another one. */
    Optional<StoredPackage> offered(TenantId clinic, String plugin) {
        List<StoredPackage> listed = plugins.market().versions(plugin, clinic);
        return listed.stream()
                .filter(each -> !SemanticVersion.parse(each.version()).isPreRelease())
                .findFirst()
                .or(() -> listed.stream().findFirst());
    }

    /**
     * A page of a plugin.
     *
     * @param version which version; null for the one that the clinic has, else for the one that it is offered
     */
    Optional<Page> page(TenantId clinic, String plugin, @Nullable String version, Site site) {
        Optional<PluginInstallation> had = plugins.installations().find(clinic, plugin);
        // What was withdrawn from the store stays with those who have it.
        Optional<StoredPackage> shown = version == null
                ? had.flatMap(each -> each.active().or(() -> each.pending().map(Pending::digest)))
                        .map(plugins.market()::stored)
                        .or(() -> offered(clinic, plugin))
                : plugins.market().versions(plugin, clinic).stream()
                        .filter(each -> each.version().equals(version))
                        .findFirst();
        return shown.map(each -> page(each, had, clinic, site));
    }

    private Page page(StoredPackage shown, Optional<PluginInstallation> had, TenantId clinic, Site site) {
        PluginManifest manifest = manifest(shown.digest());
        Locale locale = site.getLocale();
        NumberFormat whole = NumberFormat.getIntegerInstance(locale);
        Optional<String> active = had.flatMap(PluginInstallation::active);
        CapabilityDiff all = CapabilityDiff.ofInstallation(manifest);
        CapabilityDiff diff = active.filter(digest -> !digest.equals(shown.digest()))
                .map(digest -> CapabilityDiff.between(manifest(digest), manifest))
                .orElse(all);
        Optional<String> installed =
                active.map(digest -> plugins.market().stored(digest).version());
        return new Page(
                card(shown, had.orElse(null), locale),
                shown.digest(),
                shown.version(),
                installed.orElse(null),
                active.orElse(""),
                newer(clinic, shown.plugin(), installed).orElse(null),
                had.flatMap(PluginInstallation::previous)
                        .map(digest -> plugins.market().stored(digest).version())
                        .orElse(null),
                had.map(PluginInstallation::pinned).orElse(false),
                manifest.licence(),
                manifest.changelog(),
                manifest.extensionPoints().keySet().stream()
                        .map(ExtensionPoint::key)
                        .toList(),
                words(all.added()),
                words(diff.added()),
                further(active, shown.digest(), manifest),
                words(diff.changes().stream()
                        .filter(each -> each.kind() != CapabilityDiff.Kind.ADDED)
                        .toList()),
                price(manifest.price()),
                whole.format(manifest.limits().fuel()),
                manifest.limits().deadlineMillis(),
                shown.report().map(ReviewReport::samples).orElse(0),
                whole.format(shown.report().map(ReviewReport::fuelMedian).orElse(0L)),
                ASKING.stream().anyMatch(each -> manifest.capabilities().containsKey(each)),
                had.flatMap(PluginInstallation::pending).map(this::waits).orElse(null),
                history(clinic, shown.plugin(), site.getCalendar()));
    }

    private PluginManifest manifest(String digest) {
        return PackageReader.read(plugins.market().bytes(digest)).manifest();
    }

    private List<String> further(Optional<String> active, String shown, PluginManifest manifest) {
        return active.filter(digest -> !digest.equals(shown))
                .map(digest -> manifest.extensionPoints().keySet().stream()
                        .filter(each -> !manifest(digest).extensionPoints().containsKey(each))
                        .map(ExtensionPoint::key)
                        .toList())
                .orElse(List.of());
    }

    private static List<String> words(List<CapabilityDiff.Change> changes) {
        return changes.stream().map(CapabilityDiff.Change::words).toList();
    }

    private Optional<String> newer(TenantId clinic, String plugin, Optional<String> installed) {
        return offered(clinic, plugin)
                .map(StoredPackage::version)
                .filter(each -> installed
                        .filter(version -> SemanticVersion.parse(each).compareTo(SemanticVersion.parse(version)) > 0)
                        .isPresent());
    }

    private Waits waits(Pending pending) {
        return new Waits(
                plugins.market().stored(pending.digest()).version(),
                pending.step().name(),
                pending.refused().or(pending::waitsFor).orElse(""),
                pending.refused().isPresent());
    }

    /** The versions of a plugin that a clinic has, highest first. */
    List<Version> versions(PluginInstallation had, Site site) {
        List<StoredPackage> all = new ArrayList<>(plugins.market().versions(had.plugin(), had.tenant()));
        Stream.of(had.active(), had.previous())
                .flatMap(Optional::stream)
                .filter(digest -> all.stream().noneMatch(each -> each.digest().equals(digest)))
                .map(plugins.market()::stored)
                .forEach(all::add);
        Comparator<StoredPackage> byVersion = Comparator.comparing(each -> SemanticVersion.parse(each.version()));
        Optional<SemanticVersion> active = had.active()
                .map(digest ->
                        SemanticVersion.parse(plugins.market().stored(digest).version()));
        return all.stream()
                .sorted(byVersion.reversed())
                .limit(MOST_VERSIONS)
                .map(each -> new Version(
                        each.version(),
                        site.getCalendar().day(each.publishedAt()),
                        manifest(each.digest()).changelog(),
                        versionState(each, had, active)))
                .toList();
    }

    private static VersionState versionState(
            StoredPackage each, PluginInstallation had, Optional<SemanticVersion> active) {
        if (had.active().filter(each.digest()::equals).isPresent()) {
            return VersionState.ACTIVE;
        }
        if (had.previous().filter(each.digest()::equals).isPresent()) {
            return VersionState.PREVIOUS;
        }
        boolean newer = active.filter(
                        than -> SemanticVersion.parse(each.version()).compareTo(than) <= 0)
                .isEmpty();
        return newer ? VersionState.NEWER : VersionState.OLDER;
    }

    private List<Done> history(TenantId clinic, String plugin, SiteCalendar calendar) {
        List<AuditEntry> all = plugins.installations().history(clinic, plugin);
        List<Done> latest = new ArrayList<>();
        for (int i = all.size() - 1; i >= 0 && latest.size() < LATEST; i--) {
            AuditEntry each = all.get(i);
            latest.add(new Done(calendar.moment(each.at()), each.actor(), each.action(), each.detail()));
        }
        return latest;
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
        // Whoever gave up an installation has nothing of it.
        if (had == null || (had.active().isEmpty() && had.pending().isEmpty())) {
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
