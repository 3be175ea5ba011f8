package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.spring.app.NotesApplication;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The components that the guide to Spring Boot shows are compiled and run as they stand there. */
class SpringGuideTest {

    private static final Pattern JAVA = Pattern.compile("(?ms)^```java\\R(.*?)^```\\s*$");
    private static final Pattern SQL = Pattern.compile("(?ms)^```sql\\R(.*?)^```\\s*$");
    private static final Pattern CLASS_NAME = Pattern.compile("(?m)^class (\\w+)");

    @TempDir
    private Path directory;

    @Test
    void theComponentsOfTheGuideMakeAndFillItsTenants() throws Exception {
        Map<String, Path> sources = new LinkedHashMap<>();
        for (String block : JAVA.matcher(Files.readString(page("docs/guide/spring-boot.md")))
                .results()
                .map(found -> found.group(1))
                .toList()) {
            Matcher name = CLASS_NAME.matcher(block);
            assertThat(name.find()).as(block).isTrue();
            sources.put(name.group(1), Files.writeString(directory.resolve(name.group(1) + ".java"), block));
        }
        assertThat(sources).containsOnlyKeys("FirstTenants", "FirstNote", "Housekeeping");
        assertThat(compile(List.copyOf(sources.values()))).isEmpty();

        List<Class<?>> components = new ArrayList<>(List.of(NotesApplication.class));
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())) {
            for (String name : sources.keySet()) {
                components.add(loader.loadClass(name));
            }
            Map<String, Object> properties = new LinkedHashMap<>(TestServer.properties());
            properties.put("server.port", "0");
            properties.put("tenancy.migrations.location", "filesystem:" + migrationsOfTheReadme());
            try (ConfigurableApplicationContext context = new SpringApplicationBuilder(
                            components.toArray(new Class<?>[0]))
                    .properties(properties)
                    .run()) {
                Map<String, IsolationLevel> levels = new LinkedHashMap<>();
                List<String> notes = new ArrayList<>();
                for (Tenant tenant :
                        context.getBean(TenancyInstallation.class).catalog().all()) {
                    levels.put(tenant.slug().value(), tenant.placement().isolation());
                }
                context.getBean(TenantRounds.class)
                        .forEachTenant(
                                "read",
                                tenant -> notes.addAll(context.getBean(JdbcClient.class)
                                        .sql("select text from tenant_schema.note")
                                        .query(String.class)
                                        .list()));

                assertThat(levels)
                        .containsOnly(
                                Map.entry("acme", IsolationLevel.SHARED),
                                Map.entry("globex", IsolationLevel.SCHEMA),
                                Map.entry("initech", IsolationLevel.DATABASE));
                assertThat(notes).containsExactlyInAnyOrder("Welcome, Acme Ltd", "Welcome, Globex", "Welcome, Initech");
            }
        }
    }

    private String compile(List<Path> sources) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        // Surefire starts the process with a jar that only names the class path.
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of(
                                    "-d",
                                    directory.toString(),
                                    "-cp",
                                    classPath,
                                    "-proc:none",
                                    "-nowarn",
                                    "--release",
                                    "17"),
                            null,
                            files.getJavaFileObjectsFromPaths(sources))
                    .call();
        }
        return messages.toString();
    }

    private Path migrationsOfTheReadme() throws Exception {
        Matcher script = SQL.matcher(Files.readString(page("README.md")));
        assertThat(script.find()).isTrue();
        Path folder = Files.createDirectories(directory.resolve("migrations"));
        Files.writeString(folder.resolve("V1__notes.sql"), script.group(1));
        return folder;
    }

    private static Path page(String name) {
        return Stream.iterate(Path.of("").toAbsolutePath(), path -> path != null, Path::getParent)
                .filter(path -> Files.isDirectory(path.resolve("tenancy-core")))
                .map(path -> path.resolve(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No tenancy-core above the working directory"));
    }
}
