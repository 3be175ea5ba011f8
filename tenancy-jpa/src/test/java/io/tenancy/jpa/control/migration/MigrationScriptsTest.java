package io.tenancy.jpa.control.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationScriptsTest {

    @TempDir
    private Path folder;

    private void script(String name) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        Files.writeString(folder.resolve(name), "select 1;");
    }

    private MigrationScripts scan() {
        return MigrationScripts.scan(List.of("filesystem:" + folder), getClass().getClassLoader());
    }

    @Test
    void bothKindsAreOrderedByVersion() throws IOException {
        script("V10__ten.sql");
        script("D2.1__some_rows.sql");
        script("below/V1__one.sql");
        script("README.md");
        assertThat(scan().all())
                .extracting(MigrationScript::name)
                .containsExactly("V1__one.sql", "D2.1__some_rows.sql", "V10__ten.sql");
        assertThat(scan().all().get(1).description()).isEqualTo("some rows");
    }

    @Test
    void allFaultsOfAFolderAreReportedAtOnce() throws IOException {
        script("V1__one.sql");
        script("D1.0__twice.sql");
        script("R__view.sql");
        script("V2_single.sql");
        script("V3__x.sql.conf");
        assertThatThrownBy(this::scan)
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("the version 1 is taken")
                .hasMessageContaining("repeatable scripts are not supported")
                .hasMessageContaining("V2_single.sql: the name is none of")
                .hasMessageContaining("settings per script are not supported");
    }

    @Test
    void aLocationThatDoesNotExistIsNamed() {
        assertThatThrownBy(() -> MigrationScripts.scan(
                        List.of("classpath:no/such/folder", "filesystem:" + folder.resolve("none")),
                        getClass().getClassLoader()))
                .hasMessageContaining("classpath:no/such/folder")
                .hasMessageContaining("none");
    }

    @Test
    void scriptsInJarsAreFound() throws IOException {
        Path jar = folder.resolve("scripts.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new JarEntry("db/tenants/"));
            out.putNextEntry(new JarEntry("db/tenants/V1__one.sql"));
            out.write("\uFEFFselect 1;".getBytes(StandardCharsets.UTF_8));
        }
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            assertThat(MigrationScripts.scan(List.of("classpath:db/tenants"), loader)
                            .all())
                    .extracting(MigrationScript::sql)
                    .containsExactly("select 1;");
        }
    }

    @Test
    void theChecksumIgnoresLineEnds() {
        assertThat(withText("a\r\nb\n").checksum()).isEqualTo(withText("a\nb").checksum());
        assertThat(withText("a\nb").checksum()).isNotEqualTo(withText("a\nc").checksum());
    }

    private static MigrationScript withText(String sql) {
        return new MigrationScript(MigrationScript.Kind.DATA, ScriptVersion.of("1"), "x", "D1__x.sql", "here", sql);
    }
}
