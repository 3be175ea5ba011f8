package io.tenancy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.dylibso.chicory.wabt.Wat2Wasm;
import io.tenancy.plugins.pack.PublisherCertificate;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What somebody at a terminal meets. */
class PluginCommandTest {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    /** Answers each call with what stands in its data. */
    private static final String MODULE = """
            (module
              (memory (export "memory") 2)
              (data (i32.const 16) "{\\"output\\":{\\"n\\":1}}")
              (func (export "tp_alloc") (param i32) (result i32) (i32.const 1024))
              (func (export "tp_call") (param i32 i32) (result i64)
                (i64.or (i64.shl (i64.const 16) (i64.const 32)) (i64.const 18))))
            """;

    private static final String MANIFEST = """
            {
              "format": 1, "id": "notes", "version": "1.0.0", "publisher": "heart_house", "title": "Notes",
              "description": "Notes.", "abi": 1, "module": "plugin.wasm",
              "functions": {"note": {"input": {}, "output": {"type": "object"}}},
              "limits": {"memory_bytes": 131072, "fuel": 100000, "deadline_millis": 500, "input_bytes": 1000,
                         "output_bytes": 1000},
              "changelog": "First.", "licence": "MIT",
              "samples": [{"function": "note", "input": "in.json", "output": "out.json"}]
            }
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        Path project = Files.createDirectories(folder.resolve("notes"));
        Files.writeString(project.resolve("manifest.json"), MANIFEST);
        Files.write(project.resolve("plugin.wasm"), Wat2Wasm.parse(MODULE));
        Files.writeString(project.resolve("in.json"), "{}");
        Files.writeString(project.resolve("out.json"), "{\"n\": 1}");
    }

    private int tenancy(String... arguments) {
        return tenancyAt(NOW, arguments);
    }

    private int tenancyAt(Instant now, String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine line = TenancyCommand.commandLine(InstantSource.fixed(now));
        // As a terminal's, these keep what is not flushed.
        line.setOut(new PrintWriter(new BufferedWriter(out), true));
        line.setErr(new PrintWriter(new BufferedWriter(err), true));
        return TenancyCommand.run(line, arguments);
    }

    private String at(String file) {
        return folder.resolve(file).toString();
    }

    private String publicKey() {
        Matcher key = Pattern.compile("public key  ([0-9a-f]{64})").matcher(out.toString());
        assertThat(key.find()).isTrue();
        return key.group(1);
    }

    /** Makes both keys and the certificate, and packs; tells the curator's public key. */
    private String packed() {
        assertThat(tenancy("plugin", "keys", at("curator.key"))).isZero();
        String curator = publicKey();
        assertThat(tenancy("plugin", "keys", at("publisher.key"))).isZero();
        assertThat(tenancy(
                        "plugin",
                        "certify",
                        "--curator",
                        at("curator.key"),
                        "--publisher",
                        "heart_house",
                        "--public-key",
                        publicKey(),
                        "--id",
                        "notes",
                        "-o",
                        at("certificate.json")))
                .isZero();
        assertThat(tenancy("plugin", "pack", at("notes"))).isZero();
        return curator;
    }

    private int sign() {
        return tenancy(signing());
    }

    private String[] signing() {
        return new String[] {
            "plugin",
            "sign",
            at("notes/notes-1.0.0.tplugin"),
            "--key",
            at("publisher.key"),
            "--certificate",
            at("certificate.json")
        };
    }

    @Test
    void aPluginGoesFromItsFolderToAStore() {
        String curator = packed();
        assertThat(sign()).isZero();

        assertThat(tenancy("plugin", "publish", at("notes/notes-1.0.0.tplugin"), "--to", at("store")))
                .isZero();

        String published = at("store/notes/notes-1.0.0.tplugin");
        assertThat(out.toString()).contains(published);
        assertThat(tenancy("plugin", "inspect", published, "--curator-key", curator))
                .isZero();
        assertThat(out.toString())
                .contains(
                        "notes 1.0.0 by heart_house",
                        "nothing but to calculate",
                        "plugin.wasm",
                        "as it says by heart_house for [notes]",
                        "genuine     yes");
    }

    @Test
    void testingTellsTheReportAndItsExitCode() throws IOException {
        assertThat(tenancy("plugin", "test", at("notes"))).isZero();
        assertThat(out.toString()).contains("notes 1.0.0", "1 as expected in both engines", "passed");

        Files.writeString(folder.resolve("notes/out.json"), "{\"n\": 2}");
        assertThat(tenancy("plugin", "test", at("notes"))).isEqualTo(1);
        assertThat(out.toString()).contains("error: in.json: expected {\"n\":2}", "failed");
    }

    @Test
    void aPluginThatFailsIsNotPacked() throws IOException {
        Files.writeString(folder.resolve("notes/out.json"), "{\"n\": 2}");

        assertThat(tenancy("plugin", "pack", at("notes"))).isEqualTo(1);
        assertThat(err.toString()).contains("error: in.json");
        assertThat(folder.resolve("notes/notes-1.0.0.tplugin")).doesNotExist();
    }

    @Test
    void aNewPluginIsWrittenWithItsNames() throws IOException {
        assertThat(tenancy("plugin", "new", "--language", "assemblyscript", at("heart_risk")))
                .isZero();

        assertThat(out.toString()).contains("source/plugin.ts", "Next: build it with");
        assertThat(Files.readString(folder.resolve("heart_risk/manifest.json")))
                .contains("\"id\": \"heart_risk\"", "\"publisher\": \"my_company\"", "\"title\": \"Heart risk\"");
        assertThat(tenancy(
                        "plugin",
                        "new",
                        "-l",
                        "c",
                        "--id",
                        "cardiology.risk",
                        "--publisher",
                        "heart_house",
                        at("risk")))
                .isZero();
        assertThat(Files.readString(folder.resolve("risk/manifest.json")))
                .contains("\"id\": \"cardiology.risk\"", "\"publisher\": \"heart_house\"");
    }

    @Test
    void aLanguageThatThereIsNotIsToldWithThoseThatThereAre() {
        assertThat(tenancy("plugin", "new", "--language", "cobol", at("x"))).isEqualTo(2);
        assertThat(err.toString()).contains("cobol", "ASSEMBLYSCRIPT", "C");
    }

    @Test
    void aKeyIsItsOwnersAloneAndNeverOverwritten() throws IOException {
        assertThat(tenancy("plugin", "keys", at("a.key"))).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a.key"))))
                .isEqualTo("rw-------");

        assertThat(tenancy("plugin", "keys", at("a.key"))).isEqualTo(1);
        assertThat(err.toString()).contains("never overwritten").doesNotContain("\tat ");
    }

    @Test
    void aCertificateOfAnotherKeyDoesNotSign() throws IOException {
        packed();
        Files.delete(folder.resolve("publisher.key"));
        assertThat(tenancy("plugin", "keys", at("publisher.key"))).isZero();

        assertThat(sign()).isEqualTo(1);
        assertThat(err.toString()).contains("sign with the key of the certificate");
    }

    @Test
    void anExpiredCertificateIsToldWhenSigning() {
        packed();

        assertThat(tenancyAt(NOW.plus(Duration.ofDays(365)), signing())).isEqualTo(1);
        assertThat(err.toString()).contains("ask the curator for a new one");
    }

    @Test
    void whatIsNotSignedIsNotPublished() {
        packed();

        assertThat(tenancy("plugin", "publish", at("notes/notes-1.0.0.tplugin"), "--to", at("store")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("is not signed");
        assertThat(folder.resolve("store")).doesNotExist();
    }

    @Test
    void inspectingWithAnotherCuratorsKeyFails() {
        packed();
        sign();
        assertThat(tenancy("plugin", "keys", at("other.key"))).isZero();

        assertThat(tenancy("plugin", "inspect", at("notes/notes-1.0.0.tplugin"), "--curator-key", publicKey()))
                .isEqualTo(1);
        assertThat(out.toString()).doesNotContain("genuine");
    }

    @Test
    void aFileThatIsNoPackageIsToldWithoutATrace() {
        assertThat(tenancy("plugin", "inspect", at("notes/manifest.json"))).isEqualTo(1);
        assertThat(err.toString()).startsWith("tenancy: ").doesNotContain("\tat ");
        assertThat(tenancy("plugin", "inspect", at("gone"))).isEqualTo(1);
        assertThat(err.toString()).contains("There is no file");
    }

    @Test
    void certificatesThatAreGivenNoSerialAreRevokedOneByOne() throws IOException {
        assertThat(tenancy("plugin", "keys", at("curator.key"))).isZero();
        String key = publicKey();
        List<Long> serials = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            assertThat(tenancyAt(
                            NOW.plusMillis(i),
                            "plugin",
                            "certify",
                            "--curator",
                            at("curator.key"),
                            "--publisher",
                            "heart_house",
                            "--public-key",
                            key,
                            "--id",
                            "notes",
                            "-o",
                            at("certificate-" + i + ".json")))
                    .isZero();
            serials.add(PublisherCertificate.read(Files.readString(folder.resolve("certificate-" + i + ".json")))
                    .serial());
        }

        assertThat(serials).doesNotHaveDuplicates();
        assertThat(out.toString()).contains("serial " + serials.get(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"new", "test", "pack", "keys", "certify", "sign", "publish", "inspect"})
    void everyCommandHasHelp(String command) {
        assertThat(tenancy("plugin", command, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: tenancy plugin " + command);
    }

    @Test
    void withoutACommandTheUsageIsTold() {
        assertThat(tenancy()).isEqualTo(2);
        assertThat(err.toString()).contains("Usage: tenancy");
        assertThat(tenancy("plugin")).isEqualTo(2);
        assertThat(tenancy("--help")).isZero();
        assertThat(out.toString()).contains("Exit codes:");
    }
}
