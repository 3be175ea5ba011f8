package io.tenancy.docs.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.tenancy.docs.Reactor;
import io.tenancy.docs.architecture.fixture.AsksTheMachine;
import io.tenancy.docs.architecture.fixture.BindsByItself;
import io.tenancy.docs.architecture.fixture.CrossesInternals;
import io.tenancy.docs.architecture.fixture.HoldsThreadState;
import io.tenancy.docs.architecture.fixture.KnowsSql;
import io.tenancy.docs.architecture.fixture.ShowsForeignTypes;
import io.tenancy.docs.architecture.fixture.east.East;
import io.tenancy.docs.architecture.fixture.west.West;
import io.tenancy.docs.architecture.fixture.west.internal.Harbour;
import io.tenancy.test.architecture.TenancyArchitecture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each wall is red on a class that breaks it, names that class, and is green beside it. */
class WallsTurnRedTest {

    private static final String FIXTURES = "io.tenancy.docs.architecture.fixture";

    @Test
    void aClassThatUsesAnotherModulesInternalsIsFound() {
        List<Path> both = List.of(Reactor.find().classesOf("tenancy-core"), folderOf(CrossesInternals.class));
        JavaClasses twoModules = new ClassFileImporter().importPaths(both);

        assertRed(TenancyArchitecture.internalsStayInTheirModule("io.tenancy", 1), twoModules, "CrossesInternals");
        assertGreen(
                TenancyArchitecture.internalsStayInTheirModule("io.tenancy", 1),
                new ClassFileImporter().importPath(Reactor.find().classesOf("tenancy-core")));
    }

    @Test
    void aCircleThroughAnInternalPackageIsFound() {
        ArchRule wall = TenancyArchitecture.featuresFormNoCycle(FIXTURES, 1);

        assertRed(wall, classes(East.class, West.class, Harbour.class), "Cycle detected");
        assertGreen(wall, classes(West.class, Harbour.class));
    }

    @Test
    void aDependencyOutsideTheListIsFound() {
        assertRed(TenancyArchitecture.dependOnlyOn(FIXTURES, 1, "java.lang.."), classes(KnowsSql.class), "java.sql");
        assertGreen(TenancyArchitecture.dependOnlyOn(FIXTURES, 1, "java.."), classes(KnowsSql.class));
    }

    @Test
    void aForbiddenAcquaintanceIsFound() {
        List<String> fixtures = List.of(FIXTURES + "..");

        assertRed(TenancyArchitecture.doNotKnow(fixtures, 1, "java.sql.."), classes(KnowsSql.class), "java.sql");
        assertGreen(TenancyArchitecture.doNotKnow(fixtures, 1, "javax.."), classes(KnowsSql.class));
    }

    @Test
    void aForeignTypeArgumentInAPublicSignatureIsFound() {
        JavaClasses fixture = classes(ShowsForeignTypes.class);

        assertRed(
                TenancyArchitecture.publicSignaturesShowOnly(FIXTURES, 1, List.of(), "java.."),
                fixture,
                "shows com.tngtech.archunit");
        assertGreen(
                TenancyArchitecture.publicSignaturesShowOnly(FIXTURES, 1, List.of(), "java..", "com.tngtech.."),
                fixture);
    }

    @Test
    void stateBoundToAThreadIsFound() {
        JavaClasses fixture = classes(HoldsThreadState.class, West.class);

        assertRed(TenancyArchitecture.threadBoundStateOnlyIn(FIXTURES, 1, "nowhere.."), fixture, "HoldsThreadState");
        assertGreen(TenancyArchitecture.threadBoundStateOnlyIn(FIXTURES, 1, FIXTURES), fixture);
    }

    @Test
    void aBinderCalledFromOrdinaryCodeIsFound() {
        String binder = "io.tenancy.context.spi.ContextBinder";
        JavaClasses fixture = classes(BindsByItself.class, West.class);

        assertRed(TenancyArchitecture.onlyUsedFrom(binder, FIXTURES, 1, "nowhere.."), fixture, "BindsByItself");
        assertGreen(TenancyArchitecture.onlyUsedFrom(binder, FIXTURES, 1, FIXTURES), fixture);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ForTheInstant",
                "ForTheInstantByReference",
                "ForTheDay",
                "ForTheDate",
                "ForMilliseconds",
                "ForSleep",
                "ForTheConsole",
                "ForTheLocale"
            })
    void whatIsAskedOfTheMachineIsFound(String question) throws ClassNotFoundException {
        JavaClasses fixture = classes(Class.forName(AsksTheMachine.class.getName() + "$" + question));

        assertRed(TenancyArchitecture.nothingAmbient(FIXTURES, 1), fixture, question);
        assertGreen(TenancyArchitecture.nothingAmbient(FIXTURES, 1), classes(AsksTheMachine.NotAtAll.class));
    }

    @Test
    void sqlOutsideItsPackagesIsFound() {
        JavaClasses fixture = classes(KnowsSql.class, West.class);

        assertRed(TenancyArchitecture.sqlRunsOnlyIn(FIXTURES, 1, "nowhere.."), fixture, "KnowsSql");
        assertGreen(TenancyArchitecture.sqlRunsOnlyIn(FIXTURES, 1, FIXTURES), fixture);
    }

    @Test
    void aSecondWayToQuoteIsFound() {
        JavaClasses fixture = classes(KnowsSql.class, West.class);

        assertRed(TenancyArchitecture.identifiersAreQuotedOnlyBy(FIXTURES, 1), fixture, "quoteTable");
        assertGreen(TenancyArchitecture.identifiersAreQuotedOnlyBy(FIXTURES, 1, KnowsSql.class.getName()), fixture);
    }

    @Test
    void aPackageInTwoModulesIsFound(@TempDir Path first, @TempDir Path second) throws IOException {
        copy(KnowsSql.class, first);
        copy(BindsByItself.class, second);
        ArchRule wall = TenancyArchitecture.noPackageIsSplit(FIXTURES, 1);

        assertRed(wall, new ClassFileImporter().importPaths(first, second), "is split over");
        assertGreen(wall, new ClassFileImporter().importPaths(first));
    }

    @Test
    void aScanThatSeesTooLittleIsFound() {
        assertRed(TenancyArchitecture.nothingAmbient(FIXTURES, 2), classes(West.class), "at least 2");
        assertRed(TenancyArchitecture.nothingAmbient("com.elsewhere", 1), classes(West.class), "Saw 0");
    }

    @Test
    void aWallThatWouldPassOnNothingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TenancyArchitecture.nothingAmbient(FIXTURES, 0))
                .withMessageContaining("minimumClasses was 0");
    }

    private static void assertRed(ArchRule wall, JavaClasses scanned, String named) {
        var result = wall.evaluate(scanned);
        assertThat(result.hasViolation()).as(wall.getDescription()).isTrue();
        assertThat(String.join("\n", result.getFailureReport().getDetails())).contains(named);
    }

    private static void assertGreen(ArchRule wall, JavaClasses scanned) {
        assertThat(wall.evaluate(scanned).getFailureReport().getDetails()).isEmpty();
    }

    private static JavaClasses classes(Class<?>... types) {
        return new ClassFileImporter().importClasses(types);
    }

    private static Path folderOf(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .resolve(type.getPackageName().replace('.', '/'));
    }

    private static void copy(Class<?> type, Path folder) throws IOException {
        String file = type.getName().replace('.', '/') + ".class";
        Path target = folder.resolve(file);
        Files.createDirectories(target.getParent());
        try (InputStream bytes = Objects.requireNonNull(type.getClassLoader().getResourceAsStream(file))) {
            Files.write(target, bytes.readAllBytes());
        }
        assertThat(Arrays.asList(Objects.requireNonNull(folder.toFile().list())))
                .isNotEmpty();
    }
}
