package io.tenancy.cli;

import io.tenancy.plugins.pack.CapabilityDiff;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PluginPackage;
import io.tenancy.plugins.pack.PluginPrice;
import io.tenancy.plugins.pack.PublisherCertificate;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/** A package in words. Texts of it have no control characters: its reader sees to that. */
final class PackageText {

    private PackageText() {}

    static void write(PluginPackage read, PrintWriter to) {
        PluginManifest manifest = read.manifest();
        to.printf(Locale.ROOT, "%s %s by %s%n", manifest.id(), manifest.version(), manifest.publisher());
        to.println("title       " + manifest.title());
        to.println("digest      " + read.digest());
        to.println("functions   " + String.join(", ", manifest.functions().keySet()));
        to.println("licence     " + manifest.licence());
        to.println("price       " + price(manifest));
        CapabilityDiff asked = CapabilityDiff.ofInstallation(manifest);
        to.println("asks for    " + (asked.changes().isEmpty() ? "nothing but to calculate" : ""));
        asked.changes().forEach(change -> to.println("  " + change.words()));
        to.println("files");
        manifest.files().forEach((path, file) -> to.printf(Locale.ROOT, "  %,10d  %s%n", file.bytes(), path));
        to.println("signed      " + signed(read));
        to.println("reviewed    " + (read.isReviewed() ? "yes, as it says" : "no"));
    }

    private static String price(PluginManifest manifest) {
        PluginPrice price = manifest.price();
        return price == null
                ? "free"
                : price.amount().toPlainString() + " " + price.currency() + " "
                        + (price.per() == PluginPrice.Per.ONCE ? "once" : "a month");
    }

    private static String signed(PluginPackage read) {
        Optional<PublisherCertificate> found = read.certificate();
        if (found.isEmpty()) {
            return "no";
        }
        PublisherCertificate certificate = found.get();
        return "as it says by " + certificate.subject() + " for " + certificate.ids() + ", from "
                + certificate.notBefore() + " to " + certificate.notAfter() + ", certified by the key "
                + certificate.issuer();
    }
}
