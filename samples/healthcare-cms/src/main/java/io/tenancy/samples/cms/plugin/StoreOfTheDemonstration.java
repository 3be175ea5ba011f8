package io.tenancy.samples.cms.plugin;

import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.market.CuratedCollection;
import io.tenancy.plugins.market.StoredPackage;
import io.tenancy.plugins.pack.CuratorKey;
import io.tenancy.plugins.pack.PackageWriter;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PublisherCertificate;
import io.tenancy.plugins.pack.SigningKey;
import io.tenancy.samples.cms.CmsProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;

/**
 * Fills the store with the sample plugins: packed from their folders, signed by a publisher with a certificate, reviewed
 * by the machine, signed and listed by a curator. What is listed already stays as it is. A plugin that is turned down is
 * told in the log; the clinics open without it.
 */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class StoreOfTheDemonstration implements SmartInitializingSingleton {

    private static final Logger log = LoggerFactory.getLogger(StoreOfTheDemonstration.class);
    private static final ChangeNote PUBLISHED = new ChangeNote("healthcare-cms", "demonstration");
    private static final ChangeNote CURATED = new ChangeNote("curator of the demonstration", "reviewed");
    private static final Duration VALID = Duration.ofDays(3_650);
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final TenancyPlugins plugins;
    private final CmsProperties properties;
    private final InstantSource clock;

    StoreOfTheDemonstration(TenancyPlugins plugins, CmsProperties properties, InstantSource clock) {
        this.plugins = plugins;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (!properties.demoCredentials()) {
            return;
        }
        KeysOfTheDemonstration keys = new KeysOfTheDemonstration(directory(properties.pluginKeys()));
        SigningKey curator = keys.key("curator");
        SigningKey publisher = keys.key("publisher");
        plugins.market().trust().add(new CuratorKey(curator.publicKey(), BEGIN, BEGIN.plus(VALID)), CURATED);
        for (String folders : properties.demoPlugins()) {
            try {
                Resource[] manifests = new PathMatchingResourcePatternResolver().getResources(folders);
                Arrays.stream(manifests).forEach(manifest -> list(manifest, publisher, curator));
            } catch (IOException unreadable) {
                throw new UncheckedIOException("The plugins of " + folders + " cannot be read", unreadable);
            }
        }
        collect();
    }

    private static Path directory(String configured) {
        return configured.startsWith("~")
                ? Path.of(System.getProperty("user.home") + configured.substring(1))
                : Path.of(configured);
    }

    private void list(Resource folder, SigningKey publisher, SigningKey curator) {
        try {
            PluginManifest manifest = PluginManifest.read(folder.getContentAsString(StandardCharsets.UTF_8));
            boolean listed = plugins.market().versions(manifest.id(), null).stream()
                    .anyMatch(each -> each.version().equals(manifest.version().toString()));
            if (listed) {
                return;
            }
            byte[] unsigned = packed(folder, manifest);
            byte[] signed = PackageWriter.sign(unsigned, certificate(manifest, publisher, curator), publisher);
            StoredPackage given = plugins.market().publish(signed, PUBLISHED);
            if (given.status() == StoredPackage.Status.REVIEWED) {
                plugins.market().list(given.digest(), curator, CURATED);
                log.info("The store lists {} {}", manifest.id(), manifest.version());
            } else {
                log.error("The store does not list {}: {}, {}", manifest.id(), given.status(), given.report());
            }
        } catch (IOException | RuntimeException refused) {
            log.error("The sample plugin {} is not in the store", folder, refused);
        }
    }

    private static byte[] packed(Resource folder, PluginManifest manifest) throws IOException {
        Set<String> files = new TreeSet<>(Set.of(manifest.module()));
        manifest.screenshots().forEach(each -> files.add(each.file()));
        manifest.samples().forEach(each -> {
            files.add(each.input());
            if (each.output() != null) {
                files.add(each.output());
            }
        });
        PackageWriter writer = PackageWriter.of(manifest);
        for (String file : files) {
            writer.file(file, folder.createRelative(file).getContentAsByteArray());
        }
        return writer.write();
    }

    private PublisherCertificate certificate(PluginManifest manifest, SigningKey publisher, SigningKey curator) {
        return PublisherCertificate.issue(
                manifest.publisher(),
                publisher.publicKey(),
                BEGIN,
                BEGIN.plus(VALID),
                clock.instant().toEpochMilli(),
                new TreeSet<>(Set.of(manifest.id())),
                curator);
    }

    private void collect() {
        put("cardiology", "Cardiology", "For clinics that look after hearts.", "cardiac_risk_calculator");
        put(
                "brazil",
                "Brazil",
                "What a clinic in Brazil has to keep to.",
                "cfm_validation",
                "patient_privacy_enhancer");
    }

    private void put(String code, String title, String description, String... members) {
        Set<String> known = plugins.market().collections().stream()
                .map(CuratedCollection::code)
                .collect(Collectors.toSet());
        if (!known.contains(code)) {
            plugins.market().put(new CuratedCollection(code, title, description, List.of(members)), CURATED);
        }
    }
}
