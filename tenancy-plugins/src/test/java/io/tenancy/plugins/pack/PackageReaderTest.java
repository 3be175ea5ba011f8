package io.tenancy.plugins.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackageReaderTest {

    private static final String MODULE = "plugin.wasm";

    private static void refused(byte[] bytes, PackageCheck check, String said) {
        assertThatExceptionOfType(PackageRefusedException.class)
                .isThrownBy(() -> PackageReader.read(bytes))
                .withMessageContaining(said)
                .satisfies(refusal -> {
                    assertThat(refusal.check()).isEqualTo(check);
                    assertThat(refusal.found()).isNotBlank();
                    assertThat(refusal.advice()).isNotBlank();
                });
    }

    private static byte[] changed(Consumer<Zips> change) {
        Zips zip = Zips.of(Packages.reviewed(Manifests.full()));
        change.accept(zip);
        return zip.bytes();
    }

    @Test
    void aPackageIsReadAsItWasWritten() {
        PluginPackage read = PackageReader.read(Packages.reviewed(Manifests.full()));

        assertThat(read.paths())
                .containsExactly(
                        MODULE, "samples/a.json", "samples/a.out.json", "samples/b.json", "screenshots/form.png");
        assertThat(read.module()).isEqualTo(Packages.utf8("content of plugin.wasm"));
        assertThat(read.manifest())
                .isEqualTo(Manifests.full().withFiles(read.manifest().files()));
        assertThat(read.bytes()).isEqualTo(Packages.reviewed(Manifests.full()));
    }

    @Test
    void theSameInputGivesTheSameBytesInWhateverOrderFilesAreAdded() {
        byte[] one = PackageWriter.of(Manifests.small())
                .file(MODULE, new byte[] {1})
                .file("A.txt", new byte[] {2})
                .file("a-b.txt", new byte[] {3})
                .write();
        byte[] other = PackageWriter.of(Manifests.small())
                .file("a-b.txt", new byte[] {3})
                .file("A.txt", new byte[] {2})
                .file(MODULE, new byte[] {1})
                .write();

        assertThat(one).isEqualTo(other);
    }

    @Test
    void theEntriesAreManifestThenSignaturesThenFilesSortedWithoutATime() throws IOException {
        byte[] bytes = Packages.reviewed(Manifests.full());
        List<String> names = new ArrayList<>();
        // Java's own reader, to see that others can open a package too.
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (ZipEntry each = zip.getNextEntry(); each != null; each = zip.getNextEntry()) {
                names.add(each.getName());
                assertThat(each.getTimeLocal()).isEqualTo("1980-01-01T00:00:00");
            }
        }

        assertThat(names)
                .containsExactly(
                        "manifest.json",
                        "signatures/publisher.json",
                        "signatures/review.json",
                        MODULE,
                        "samples/a.json",
                        "samples/a.out.json",
                        "samples/b.json",
                        "screenshots/form.png");
    }

    @Test
    void whatAFileGivesOutCannotChangeThePackage() {
        PluginPackage read = PackageReader.read(Packages.unsigned(Manifests.small()));

        Arrays.fill(read.module(), (byte) 0);

        assertThat(read.module()).isEqualTo(Packages.utf8("content of plugin.wasm"));
    }

    @Test
    void aPackageThatWasDeflatedIsReadAndHasTheSameDigest() {
        byte[] stored = Packages.reviewed(Manifests.full());
        Zips zip = Zips.of(stored);
        zip.entries.forEach(Zips.Entry::deflate);

        PluginPackage read = PackageReader.read(zip.bytes());

        assertThat(zip.bytes()).isNotEqualTo(stored);
        assertThat(read.bytes()).isEqualTo(stored);
        assertThat(read.digest()).isEqualTo(PackageReader.read(stored).digest());
    }

    @Test
    void signingChangesNeitherContentNorDigest() {
        assertThat(PackageReader.read(Packages.reviewed(Manifests.full())).digest())
                .isEqualTo(
                        PackageReader.read(Packages.unsigned(Manifests.full())).digest());
    }

    static Stream<Arguments> hostileZips() {
        return Stream.of(
                hostile(
                        "a program before it",
                        zip -> zip.before = new byte[100],
                        "'manifest.json' does not begin where"),
                hostile(
                        "a program before it that is not counted",
                        zip -> {
                            zip.before = new byte[100];
                            zip.offsetChange = -100;
                        },
                        "does not end at"),
                hostile("a byte after", zip -> zip.after = new byte[1], "does not end with the end record"),
                hostile("a comment", zip -> zip.comment = new byte[] {'x'}, "does not end with the end record"),
                hostile("several disks", zip -> zip.disk = 1, "several disks"),
                hostile("another count on the disk", zip -> zip.countOnDisk = 1, "several disks"),
                hostile("no entries", zip -> zip.entries.clear(), "has 0 entries"),
                hostile("fewer entries than it says", zip -> zip.count = 9, "entry 9 of its directory is not there"),
                hostile("more entries than it says", zip -> zip.count = 7, "bytes after its last entry"),
                hostile("too many entries", zip -> zip.count = 260, "has 260 entries"),
                hostile("the count of zip64", zip -> zip.count = 0xFFFF, "has 65535 entries"),
                hostile("a larger directory", zip -> zip.directoryChange = 1, "does not end at"),
                hostile("a shifted directory", zip -> zip.offsetChange = 1, "does not end at"),
                hostile("the offset of zip64", zip -> zip.offsetChange = -1 - 5000, "does not end at"),
                hostile("bytes before the directory", zip -> zip.beforeDirectory = new byte[4], "bytes between"),
                hostileEntry("bytes after its data", entry -> entry.trailer = new byte[1], "does not begin where"),
                hostileEntry(
                        "the place of another",
                        entry -> entry.offset = 0,
                        "does not begin where what is before it ends"),
                hostileEntry("a place outside", entry -> entry.offset = Integer.MAX_VALUE, "goes beyond the package"),
                hostileEntry("encryption", entry -> entry.local.flags = 1, "is encrypted"),
                hostileEntry("a data descriptor", entry -> entry.local.flags = 8, "sizes behind its data"),
                hostileEntry("a name in UTF-8", entry -> entry.local.flags = 0x800, "has the flags 2048"),
                hostileEntry("strong encryption", entry -> entry.local.flags = 0x40, "has the flags 64"),
                hostileEntry("another method", entry -> entry.local.method = 12, "has the method 12"),
                hostileEntry("the version of zip64", entry -> entry.local.version = 45, "needs version 45"),
                hostileEntry("a time", entry -> entry.local.time = 1, "a time of its own"),
                hostileEntry("a date", entry -> entry.local.date = 0x22, "a time of its own"),
                hostileEntry("a field of zip64", entry -> entry.local.extra = new byte[20], "an extra field"),
                hostileEntry("a comment", entry -> entry.comment = new byte[1], "has a comment"),
                hostileEntry("another disk", entry -> entry.disk = 1, "is on another disk"),
                hostileEntry("a maker of Unix", entry -> entry.madeBy = 0x0314, "may keep modes and links"),
                hostileEntry("the mode of a link", entry -> entry.external = 0xA1FF0000, "as links and folders"),
                hostileEntry("the mark of a folder", entry -> entry.external = 0x10, "as links and folders"),
                hostileEntry("the mark of text", entry -> entry.internal = 1, "as links and folders"),
                hostileEntry("another checksum", entry -> entry.local.crc++, "another checksum"),
                hostileEntry("a size of its own", entry -> entry.local.size++, "is stored with"),
                hostileEntry(
                        "data beyond the package",
                        entry -> {
                            entry.local.packed = 1 << 20;
                            entry.local.size = 1 << 20;
                        },
                        "goes beyond the package"),
                hostileEntry(
                        "data that reaches into the next",
                        entry -> {
                            entry.local.packed += 10;
                            entry.local.size += 10;
                        },
                        "does not begin where"),
                hostileEntry(
                        "sizes of zip64",
                        entry -> {
                            entry.local.packed = -1;
                            entry.local.size = -1;
                        },
                        "goes beyond the package"),
                hostileEntry(
                        "other data than its directory says",
                        entry -> entry.inDirectory(header -> header.crc++),
                        "of itself other than the directory"),
                hostileEntry(
                        "another method than its directory says",
                        entry -> {
                            entry.deflate();
                            entry.inDirectory(header -> {
                                header.method = 0;
                                header.size = header.packed;
                            });
                        },
                        "of itself other than the directory"),
                hostileEntry(
                        "another size than its directory says",
                        entry -> entry.inDirectory(header -> {
                            header.packed--;
                            header.size--;
                        }),
                        "of itself other than the directory"),
                hostileEntry(
                        "another name than its directory says",
                        entry -> entry.inDirectory(header -> header.name = Packages.utf8("plugin.wasn")),
                        "of itself other than the directory"),
                hostileEntry(
                        "a longer name than its directory says",
                        entry -> entry.inDirectory(header -> header.name = Packages.utf8("plugin.wasm.x")),
                        "other than the directory"),
                hostileEntry(
                        "an extra field beside its data only",
                        entry -> {
                            entry.inDirectory(header -> {});
                            entry.local.extra = new byte[4];
                        },
                        "other than the directory"));
    }

    private static Arguments hostile(String what, Consumer<Zips> change, String said) {
        return Arguments.of(what, change, said);
    }

    private static Arguments hostileEntry(String what, Consumer<Zips.Entry> change, String said) {
        Consumer<Zips> inZip = zip -> change.accept(zip.entry(MODULE));
        return Arguments.of("an entry with " + what, inZip, said);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostileZips")
    void aZipOfAnotherFormIsRefused(String what, Consumer<Zips> change, String said) {
        refused(changed(change), PackageCheck.CONTAINER, said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../plugin.wasm",
                "a/../plugin.wasm",
                "/plugin.wasm",
                "C:/plugin.wasm",
                "C:plugin.wasm",
                "a\\plugin.wasm",
                "..\\plugin.wasm",
                "./plugin.wasm",
                "a//plugin.wasm",
                "a/",
                "",
                ".hidden",
                "-rf",
                "a/b/c/d/e/f/g",
                "pl\u00fcgin.wasm",
                "plugin.wasm\0",
                "plugin\n.wasm",
                "plugin wasm",
                "plugin.wasm:stream",
                "~/plugin.wasm"
            })
    void aNameThatCouldLeadElsewhereIsRefused(String name) {
        refused(
                changed(zip -> zip.entry(MODULE).local.name = name.getBytes(StandardCharsets.ISO_8859_1)),
                PackageCheck.CONTAINER,
                "is called");
    }

    @Test
    void aNameTwiceIsRefusedAlsoIfOnlyCapitalsDiffer() {
        for (String twice : new String[] {MODULE, "PLUGIN.wasm", "manifest.json", "Manifest.json"}) {
            refused(
                    changed(zip -> zip.entries.add(new Zips.Entry(twice, new byte[] {1}))),
                    PackageCheck.CONTAINER,
                    "where capitals do not count");
        }
    }

    @Test
    void entriesInAnotherOrderAreRefused() {
        refused(changed(zip -> Collections.swap(zip.entries, 0, 1)), PackageCheck.CONTAINER, "'manifest.json' belongs");
        refused(changed(zip -> Collections.swap(zip.entries, 1, 2)), PackageCheck.CONTAINER, "publisher.json' belongs");
        refused(
                changed(zip -> Collections.swap(zip.entries, 4, 5)),
                PackageCheck.CONTAINER,
                "'samples/a.json' belongs");
    }

    @Test
    void aPackageWithoutAManifestIsRefused() {
        refused(changed(zip -> zip.entries.remove(0)), PackageCheck.CONTAINER, "has no manifest.json");
    }

    @Test
    void whatIsNoZipIsRefused() {
        refused(new byte[0], PackageCheck.CONTAINER, "end record");
        refused(new byte[21], PackageCheck.CONTAINER, "end record");
        refused(Packages.utf8("\0asm and much more of something else"), PackageCheck.CONTAINER, "end record");
        refused(new byte[17 * 1024 * 1024], PackageCheck.CONTAINER, "it has 17825792 bytes");
        byte[] whole = Packages.unsigned(Manifests.small());
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatExceptionOfType(PackageRefusedException.class).isThrownBy(() -> PackageReader.read(cut));
        }
    }

    @Test
    void bombsAreRefusedByWhatTheySayBeforeAnythingIsUnpacked() {
        byte[] zeros = new byte[8 * 1024 * 1024];
        refused(
                changed(zip -> {
                    zip.entry(MODULE).data = zeros;
                    zip.entry(MODULE).deflate();
                    zip.entry(MODULE).local.size = zeros.length;
                    zip.entry(MODULE).local.crc = Zips.crc(zeros);
                }),
                PackageCheck.CONTAINER,
                "would unpack");
        refused(
                changed(zip -> {
                    zip.entry(MODULE).local.method = 8;
                    zip.entry(MODULE).local.size = zeros.length + 1;
                }),
                PackageCheck.CONTAINER,
                "is said to have 8388609 bytes");
        refused(manyLarge(), PackageCheck.CONTAINER, "would unpack to ");
    }

    @Test
    void aBombThatIsRefusedWasNotUnpacked() {
        byte[] bomb = manyLarge();

        assertThat(Packages.allocatedBy(() -> PackageReader.read(bomb))).isLessThan(1024 * 1024);
    }

    @Test
    void anEntryIsUnpackedNoFurtherThanItSays() {
        byte[] zeros = new byte[8 * 1024 * 1024];
        byte[] liar = changed(zip -> {
            zip.entry(MODULE).data = zeros;
            zip.entry(MODULE).deflate();
            zip.entry(MODULE).local.size = 100;
        });

        refused(liar, PackageCheck.CONTAINER, "does not unpack to exactly");
        assertThat(Packages.allocatedBy(() -> PackageReader.read(liar))).isLessThan(1024 * 1024);
    }

    // Each entry is within its own bounds, together they are not.
    private static byte[] manyLarge() {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        byte[] half = new byte[8 * 1024 * 1024];
        new Random(5).nextBytes(half);
        Arrays.fill(half, 200_000, half.length, (byte) 0);
        for (int i = 0; i < 5; i++) {
            entries.put("file" + i, half);
        }
        Zips zip = Zips.of(entries);
        zip.entries.forEach(Zips.Entry::deflate);
        return zip.bytes();
    }

    @Test
    void anEntryThatUnpacksToMoreOrLessThanItSaysIsRefused() {
        for (int change : new int[] {-1, 1, -20, 3_000}) {
            refused(
                    changed(zip -> {
                        zip.entry(MODULE).deflate();
                        zip.entry(MODULE).local.size += change;
                    }),
                    PackageCheck.CONTAINER,
                    "does not unpack to exactly");
        }
    }

    @Test
    void deflatedDataThatIsBrokenCutOrFollowedByMoreIsRefused() {
        refused(
                changed(zip -> {
                    Zips.Entry entry = zip.entry(MODULE);
                    entry.deflate();
                    entry.data = Arrays.copyOf(entry.data, entry.data.length + 3);
                    entry.local.packed += 3;
                }),
                PackageCheck.CONTAINER,
                "does not unpack to exactly");
        refused(
                changed(zip -> {
                    Zips.Entry entry = zip.entry(MODULE);
                    entry.deflate();
                    entry.data = Arrays.copyOf(entry.data, entry.data.length - 3);
                    entry.local.packed -= 3;
                }),
                PackageCheck.CONTAINER,
                "does not unpack to exactly");
        refused(
                changed(zip -> {
                    Zips.Entry entry = zip.entry(MODULE);
                    entry.deflate();
                    entry.data[0] = 7;
                }),
                PackageCheck.CONTAINER,
                "cannot be unpacked");
        refused(
                changed(zip -> {
                    Zips.Entry entry = zip.entry(MODULE);
                    entry.data = new byte[0];
                    entry.local.method = 8;
                    entry.local.packed = 0;
                    entry.local.size = 0;
                    entry.local.crc = 0;
                }),
                PackageCheck.CONTAINER,
                "does not unpack to exactly");
    }

    @Test
    void aFileThatTheManifestDoesNotNameIsRefused() {
        refused(
                changed(zip -> zip.entries.add(new Zips.Entry("zzz", new byte[0]))),
                PackageCheck.FILES,
                "'zzz' is in the package, but not in the manifest");
        refused(
                changed(zip -> zip.entries.add(3, new Zips.Entry("META-INF/x", new byte[0]))),
                PackageCheck.FILES,
                "not in the manifest");
        refused(
                changed(zip -> zip.entries.add(zip.entries.size(), new Zips.Entry("signatures/x.json", new byte[0]))),
                PackageCheck.FILES,
                "not in the manifest");
    }

    @Test
    void aFileThatTheManifestNamesAndThePackageHasNotIsRefused() {
        refused(
                changed(zip -> zip.entries.remove(zip.entry(MODULE))),
                PackageCheck.FILES,
                "'plugin.wasm' is in the manifest, but not in the package");
    }

    @Test
    void aFileOfOtherContentIsRefused() {
        refused(
                changed(zip -> {
                    Zips.Entry entry = zip.entry(MODULE);
                    entry.data[0]++;
                    entry.local.crc = Zips.crc(entry.data);
                }),
                PackageCheck.FILES,
                "has the SHA-256");
        refused(
                changed(zip -> {
                    int at = zip.entries.indexOf(zip.entry(MODULE));
                    zip.entries.set(at, new Zips.Entry(MODULE, new byte[3]));
                }),
                PackageCheck.FILES,
                "has 3 bytes, but 22 in the manifest");
    }

    @Test
    void aManifestThatNamesNoFilesIsRefused() {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("manifest.json", Packages.utf8(Manifests.small().json()));

        refused(Zips.of(entries).bytes(), PackageCheck.FILES, "is the module, but is not in the package");
    }

    @Test
    void aManifestThatIsNotCanonicalIsRefused() {
        String json = new String(
                Zips.of(Packages.unsigned(Manifests.small())).entry("manifest.json").data, StandardCharsets.UTF_8);
        for (String other : new String[] {
            json + "\n", " " + json, json.replace("\"abi\":1", "\"abi\":1.0"), json.replace("Notes", "\\u004eotes")
        }) {
            refused(
                    changed(zip -> zip.entries.set(0, new Zips.Entry("manifest.json", Packages.utf8(other)))),
                    PackageCheck.MANIFEST,
                    "canonical form of RFC 8785");
        }
    }

    @Test
    void aManifestThatIsABombIsRefused() {
        for (String bomb :
                new String[] {"[".repeat(100_000), "{\"a\":".repeat(50), "[" + "1,".repeat(100_000) + "1]"}) {
            refused(
                    changed(zip -> zip.entries.set(0, new Zips.Entry("manifest.json", Packages.utf8(bomb)))),
                    PackageCheck.MANIFEST,
                    "bounds");
        }
        refused(
                changed(zip -> zip.entries.set(0, new Zips.Entry("manifest.json", new byte[600_000]))),
                PackageCheck.MANIFEST,
                "more than the 524288");
    }

    @Test
    void aLocalHeaderThatIsNoneIsRefused() {
        byte[] bytes = Packages.unsigned(Manifests.small());
        bytes[0] = 'X';
        refused(bytes, PackageCheck.CONTAINER, "has no header of its own");
    }

    @Test
    void aNameThatGoesBeyondTheDirectoryIsRefused() {
        byte[] bytes = Packages.unsigned(Manifests.small());
        ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int directory = zip.getInt(bytes.length - 6);
        zip.putShort(directory + 28, (short) 0x7FFF);
        refused(bytes, PackageCheck.CONTAINER, "goes beyond the directory");
    }

    @Test
    void theWriterRefusesWhatNoReaderWouldTake() {
        PackageWriter writer = PackageWriter.of(Manifests.small()).file(MODULE, new byte[1]);

        assertThatIllegalArgumentException().isThrownBy(() -> writer.file(MODULE, new byte[1]));
        assertThatIllegalArgumentException().isThrownBy(() -> writer.file("../x", new byte[1]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PackageWriter.of(Manifests.full())
                        .file(MODULE, new byte[1])
                        .write())
                .withMessageContaining("samples/a.json");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PackageWriter.of(Manifests.small())
                        .file(MODULE, new byte[1])
                        .file("Manifest.json", new byte[1])
                        .write());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PackageWriter.of(Manifests.small())
                        .file(MODULE, new byte[9 * 1024 * 1024])
                        .write());
    }

    @Test
    void theWriterKeepsNoHoldOfWhatItWasGiven() {
        byte[] module = {1, 2, 3};
        PackageWriter writer = PackageWriter.of(Manifests.small()).file(MODULE, module);
        module[0] = 9;

        assertThat(PackageReader.read(writer.write()).module()).containsExactly(1, 2, 3);
    }
}
