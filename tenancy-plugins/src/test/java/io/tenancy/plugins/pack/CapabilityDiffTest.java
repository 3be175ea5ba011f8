package io.tenancy.plugins.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.pack.CapabilityDiff.Change;
import io.tenancy.plugins.pack.CapabilityDiff.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class CapabilityDiffTest {

    private static CapabilityDiff changed(String pointer, String json) {
        return CapabilityDiff.between(Manifests.full(), PluginManifest.read(Manifests.with(pointer, json)));
    }

    private static List<String> words(CapabilityDiff diff) {
        return diff.changes().stream()
                .map(change -> change.kind() + " " + change.words())
                .toList();
    }

    @Test
    void anInstallationAsksForEverythingInWords() {
        assertThat(words(CapabilityDiff.ofInstallation(Manifests.full())))
                .containsExactly(
                        "ADDED May write lines to the application's log.",
                        "ADDED May keep 1 MiB of its own under 100 keys.",
                        "ADDED May send GET requests to api.example.org.",
                        "ADDED May send GET requests to b.example.org:8443.",
                        "ADDED May send POST requests to api.example.org.",
                        "ADDED May send POST requests to b.example.org:8443.",
                        "ADDED May read its settings.",
                        "ADDED May use the secret api_token in its requests without seeing it.",
                        "ADDED May read the secret salt in clear.",
                        "ADDED May know the date and time.",
                        "ADDED May draw random numbers.",
                        "ADDED May send events and metrics to the application.",
                        "ADDED May read content of the application.",
                        "ADDED May attach findings to content.");
    }

    @Test
    void thatWhichAsksForTheSameNeedsNoConsent() {
        CapabilityDiff same = CapabilityDiff.between(Manifests.full(), Manifests.version("2.0.0"));

        assertThat(same.changes()).isEmpty();
        assertThat(same.needsConsent()).isFalse();
    }

    @Test
    void eachHostAndMethodInAdditionNeedsConsent() {
        CapabilityDiff host = changed("/capabilities/http/hosts/1", "\"c.example.org\"");

        assertThat(host.needsConsent()).isTrue();
        assertThat(host.added()).extracting(Change::scope).containsExactly("GET c.example.org", "POST c.example.org");
        assertThat(words(host)).contains("REMOVED May no longer send GET requests to b.example.org:8443.");
        assertThat(words(changed("/capabilities/http/methods", "[\"DELETE\", \"GET\", \"POST\"]")))
                .containsExactly(
                        "ADDED May send DELETE requests to api.example.org.",
                        "ADDED May send DELETE requests to b.example.org:8443.");
    }

    @Test
    void aLargerQuotaNeedsConsentAndASmallerOneDoesNot() {
        assertThat(changed("/capabilities/kv/keys", "101").needsConsent()).isTrue();
        assertThat(changed("/capabilities/kv/bytes", "2097152").added())
                .containsExactly(new Change(
                        Kind.ADDED,
                        Capability.KV,
                        "2097152 bytes, 100 keys",
                        "May keep 2 MiB of its own under 100 keys, where it was 1 MiB under 100."));
        assertThat(changed("/capabilities/kv", "{\"bytes\": 1, \"keys\": 200}").needsConsent())
                .isTrue();
        assertThat(changed("/capabilities/kv", "{\"bytes\": 1, \"keys\": 1}").needsConsent())
                .isFalse();
        assertThat(words(changed("/capabilities/kv", "")))
                .containsExactly("REMOVED May no longer keep data of its own.");
    }

    @Test
    void aSecretThatIsToBeReadInClearNeedsConsentThoughItWasUsedUnseen() {
        assertThat(words(changed("/capabilities/secrets.clear/names", "[\"api_token\", \"salt\"]")))
                .containsExactly("ADDED May read the secret api_token in clear.");
        assertThat(words(changed("/capabilities/secrets", "")))
                .containsExactly("REMOVED May no longer use the secret api_token in its requests without seeing it.");
    }

    @Test
    void settingsOfAnotherFormAreToldAndNeedNoConsent() {
        CapabilityDiff settings = changed("/capabilities/config/schema", "{\"type\": \"object\", \"title\": \"x\"}");

        assertThat(words(settings)).containsExactly("CHANGED Its settings have another form.");
        assertThat(settings.needsConsent()).isFalse();
    }

    @Test
    void everyCapabilityInAdditionNeedsConsent() {
        for (Capability capability : Capability.values()) {
            PluginManifest without = PluginManifest.read(Manifests.with("/capabilities/" + capability.key(), ""));

            assertThat(CapabilityDiff.between(without, Manifests.full()).added())
                    .as(capability.key())
                    .isNotEmpty()
                    .allSatisfy(change -> assertThat(change.capability()).isEqualTo(capability));
            assertThat(CapabilityDiff.between(Manifests.full(), without).needsConsent())
                    .isFalse();
        }
    }

    @Test
    void whatNeitherAsksForIsNoChange() {
        PluginManifest without = PluginManifest.read(Manifests.SMALL);
        PluginManifest other = PluginManifest.read(Manifests.with(Manifests.SMALL, "/version", "\"1.1.0\""));

        assertThat(CapabilityDiff.between(without, other).changes()).isEmpty();
        assertThat(CapabilityDiff.ofInstallation(without).changes()).isEmpty();
    }
}
