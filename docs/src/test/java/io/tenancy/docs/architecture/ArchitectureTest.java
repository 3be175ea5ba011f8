package io.tenancy.docs.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.tenancy.docs.Reactor;
import io.tenancy.test.architecture.TenancyArchitecture;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every wall, over the main classes of every module. */
class ArchitectureTest {

    private static final String ROOT = "io.tenancy";

    private static final String[] SQL_PACKAGES = {
        "io.tenancy.jpa..",
        "io.tenancy.billing..",
        "io.tenancy.plugins.control..",
        "io.tenancy.plugins.extension..",
        "io.tenancy.plugins.install..",
        "io.tenancy.plugins.market..",
        "io.tenancy.plugins.values..",
        "io.tenancy.test..",
        "io.tenancy.samples..",
        "io.tenancy.benchmarks.."
    };

    private static JavaClasses everything;
    private static JavaClasses sdk;
    private static JavaClasses core;
    private static JavaClasses jpa;
    private static JavaClasses billing;
    private static JavaClasses plugins;

    @BeforeAll
    static void scan() {
        everything = classesOf(Stream.concat(
                        Reactor.PUBLISHED.stream(),
                        Stream.of(
                                "samples/healthcare-cms",
                                "samples/quickstart-plain",
                                "samples/quickstart-billing",
                                "benchmarks"))
                .toArray(String[]::new));
        sdk = classesOf(Reactor.PUBLISHED.toArray(String[]::new));
        core = classesOf("tenancy-core");
        jpa = classesOf("tenancy-jpa");
        billing = classesOf("tenancy-billing");
        plugins = classesOf("tenancy-plugins");
    }

    @Test
    void internalPackagesAreUsedOnlyFromTheirOwnModule() {
        TenancyArchitecture.internalsStayInTheirModule(ROOT, 30).check(everything);
    }

    @Test
    void featuresOfCoreFormNoCycle() {
        TenancyArchitecture.featuresFormNoCycle(ROOT, 20).check(core);
    }

    @Test
    void featuresOfTheSdkFormNoCycle() {
        TenancyArchitecture.featuresFormNoCycle(ROOT, 20).check(sdk);
    }

    @Test
    void coreDependsOnNoDatabaseAndNoFramework() {
        TenancyArchitecture.dependOnlyOn(
                        ROOT,
                        20,
                        "java..",
                        "org.jspecify..",
                        "org.slf4j..",
                        "com.github.benmanes.caffeine..",
                        "tools.jackson..",
                        "com.fasterxml.jackson.annotation..",
                        "jakarta.servlet..",
                        "jakarta.annotation..",
                        "jakarta.enterprise..",
                        "jakarta.inject..",
                        "jakarta.interceptor..")
                .check(core);
    }

    @Test
    void onlyTheCdiPackageOfCoreKnowsCdi() {
        TenancyArchitecture.doNotKnow(
                        List.of(
                                "io.tenancy",
                                "io.tenancy.context..",
                                "io.tenancy.catalog..",
                                "io.tenancy.resolution..",
                                "io.tenancy.lifecycle..",
                                "io.tenancy.pipeline..",
                                "io.tenancy.isolation..",
                                "io.tenancy.document..",
                                "io.tenancy.entitlement..",
                                "io.tenancy.servlet..",
                                "io.tenancy.usage.."),
                        20,
                        "jakarta.annotation..",
                        "jakarta.enterprise..",
                        "jakarta.inject..",
                        "jakarta.interceptor..")
                .check(core);
    }

    @Test
    void onlyTheServletPackageOfCoreKnowsServlets() {
        TenancyArchitecture.doNotKnow(
                        List.of(
                                "io.tenancy",
                                "io.tenancy.context..",
                                "io.tenancy.catalog..",
                                "io.tenancy.resolution..",
                                "io.tenancy.lifecycle..",
                                "io.tenancy.pipeline..",
                                "io.tenancy.isolation..",
                                "io.tenancy.document..",
                                "io.tenancy.entitlement..",
                                "io.tenancy.ratelimit..",
                                "io.tenancy.usage..",
                                "io.tenancy.quota..",
                                "io.tenancy.cdi.."),
                        20,
                        "jakarta.servlet..")
                .check(core);
    }

    @Test
    void coreRunsNoSql() {
        TenancyArchitecture.sqlRunsOnlyIn(ROOT, 20).check(core);
    }

    @Test
    void nothingBelowTheStarterKnowsSpring() {
        TenancyArchitecture.doNotKnow(List.of("io.tenancy.."), 20, "org.springframework..")
                .check(core);
        TenancyArchitecture.doNotKnow(List.of("io.tenancy.jpa.."), 1, "org.springframework..")
                .check(jpa);
    }

    @Test
    void publicSignaturesOfCoreShowNoThirdPartyTypes() {
        TenancyArchitecture.publicSignaturesShowOnly(
                        ROOT, 20, List.of("io.tenancy.servlet..", "io.tenancy.cdi.."), "java..", "org.jspecify..")
                .check(core);
    }

    @Test
    void billingKnowsMoneyAndNoFramework() {
        TenancyArchitecture.dependOnlyOn(
                        ROOT,
                        5,
                        "java..",
                        "javax.crypto..",
                        "javax.sql..",
                        "org.jspecify..",
                        "org.slf4j..",
                        "tools.jackson..",
                        "com.fasterxml.jackson.annotation..",
                        "org.joda.money..",
                        "com.github.kagkarlsson..",
                        "com.stripe..",
                        "jakarta.activation..",
                        "jakarta.mail..",
                        "com.openhtmltopdf..",
                        "org.apache.pdfbox..")
                .check(billing);
        TenancyArchitecture.doNotKnow(outside("mail"), 5, "jakarta..").check(billing);
        TenancyArchitecture.doNotKnow(outside("run", "stripe.run"), 5, "com.github.kagkarlsson..")
                .check(billing);
        TenancyArchitecture.doNotKnow(outside("internal"), 5, "com.fasterxml..", "tools.jackson.databind..")
                .check(billing);
        TenancyArchitecture.doNotKnow(outside("stripe.client"), 5, "com.stripe..")
                .check(billing);
        TenancyArchitecture.doNotKnow(outside("document"), 5, "com.openhtmltopdf..", "org.apache.pdfbox..")
                .check(billing);
        TenancyArchitecture.publicSignaturesShowOnly(
                        ROOT, 5, List.of("io.tenancy.billing.mail.."), "java..", "javax.sql..", "org.jspecify..")
                .check(billing);
    }

    @Test
    void whatBillingWorksOutNeedsNoDatabase() {
        TenancyArchitecture.doNotKnow(
                        List.of(
                                "io.tenancy.billing.period..",
                                "io.tenancy.billing.price..",
                                "io.tenancy.billing.party..",
                                "io.tenancy.billing.tax..",
                                "io.tenancy.billing.catalogue..",
                                "io.tenancy.billing.document.."),
                        20,
                        "java.sql..",
                        "javax.sql..",
                        "io.tenancy.jpa..")
                .check(billing);
        TenancyArchitecture.doNotKnow(List.of("io.tenancy.billing.."), 20, "org.springframework..", "org.hibernate..")
                .check(billing);
    }

    @Test
    void theSecondCalculationOfBillsKnowsNothingOfTheFirst() {
        JavaClasses tests = new ClassFileImporter().importPath(Reactor.find().testClassesOf("tenancy-billing"));

        TenancyArchitecture.dependOnlyOn("io.tenancy.billing.independent", 20, "java..", "org.jspecify..")
                .check(tests);
    }

    /** Every package of billing that has classes, but for one. */
    private static List<String> outside(String... parts) {
        List<String> named =
                Stream.of(parts).map(part -> "io.tenancy.billing." + part).toList();
        return billing.stream()
                .map(JavaClass::getPackageName)
                .distinct()
                .filter(name -> !named.contains(name))
                .toList();
    }

    private static List<String> outside(JavaClasses classes, String part) {
        return classes.stream()
                .map(JavaClass::getPackageName)
                .distinct()
                .filter(name -> !name.equals(part))
                .toList();
    }

    @Test
    void pluginsKnowTheirRuntimeAndTheirClientInOnePackageEach() {
        TenancyArchitecture.doNotKnow(outside(plugins, "io.tenancy.plugins.engine"), 5, "run.endive..")
                .check(plugins);
        TenancyArchitecture.doNotKnow(outside(plugins, "io.tenancy.plugins.http"), 5, "org.apache.hc..")
                .check(plugins);
        TenancyArchitecture.doNotKnow(
                        List.of("io.tenancy.plugins.."),
                        20,
                        "io.tenancy.billing..",
                        "org.springframework..",
                        "org.hibernate..")
                .check(plugins);
        TenancyArchitecture.publicSignaturesShowOnly(ROOT, 5, List.of(), "java..", "javax..", "org.jspecify..")
                .check(plugins);
    }

    @Test
    void bucket4jIsKnownToItsAdaptersOnly() {
        TenancyArchitecture.doNotKnow(
                        List.of(
                                "io.tenancy.jpa",
                                "io.tenancy.jpa.control..",
                                "io.tenancy.jpa.embedded..",
                                "io.tenancy.jpa.isolation..",
                                "io.tenancy.spring.."),
                        40,
                        "io.github.bucket4j..",
                        "io.lettuce..")
                .check(sdk);
    }

    @Test
    void onlyTheContextHoldsThreadBoundState() {
        // The second is an edge with two ends: it keeps the bindings that a context-propagation library opens and
        // closes.
        TenancyArchitecture.threadBoundStateOnlyIn(
                        ROOT, 20, "io.tenancy.context.internal..", "io.tenancy.spring.context.internal..")
                .check(sdk);
    }

    @Test
    void onlyThePipelineAndTheEdgesBindTenants() {
        TenancyArchitecture.onlyUsedFrom(
                        "io.tenancy.context.spi.ContextBinder",
                        ROOT,
                        15,
                        "io.tenancy.context..",
                        "io.tenancy.pipeline..",
                        "io.tenancy.servlet..",
                        "io.tenancy.spring..",
                        "io.tenancy.test..")
                .check(everything);
    }

    @Test
    void nothingAsksTheMachineForTimeLocaleOrConsole() {
        TenancyArchitecture.nothingAmbient(ROOT, 20, "io.tenancy.samples..", "io.tenancy.benchmarks..")
                .check(everything);
    }

    @Test
    void featuresOfPluginsFormNoCycle() {
        TenancyArchitecture.featuresFormNoCycle("io.tenancy.plugins", 20).check(plugins);
    }

    @Test
    void pluginsKnowNeitherBillingNorAFramework() {
        TenancyArchitecture.doNotKnow(
                        List.of("io.tenancy.plugins.."),
                        20,
                        "io.tenancy.billing..",
                        "org.springframework..",
                        "org.hibernate..")
                .check(plugins);
    }

    @Test
    void sqlRunsOnlyInTheDatabaseModules() {
        TenancyArchitecture.sqlRunsOnlyIn(ROOT, 20, SQL_PACKAGES).check(everything);
    }

    @Test
    void noPackageIsSplitOverTwoModules() {
        TenancyArchitecture.noPackageIsSplit(ROOT, 30).check(everything);
    }

    private static JavaClasses classesOf(String... modules) {
        Reactor reactor = Reactor.find();
        List<Path> folders = Arrays.stream(modules).map(reactor::classesOf).toList();
        return new ClassFileImporter().importPaths(folders);
    }
}
