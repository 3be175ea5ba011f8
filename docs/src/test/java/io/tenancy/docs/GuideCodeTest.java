package io.tenancy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fragments of Java in the guides fit the SDK as it is. */
class GuideCodeTest {

    /** Their fragments need frameworks, which this module does not have; tests of starter and core are like them. */
    private static final Set<String> OF_FRAMEWORKS = Set.of("spring-boot.md", "entitlements-in-applications.md");

    private static final List<String> PACKAGES = List.of(
            "io.tenancy",
            "io.tenancy.billing",
            "io.tenancy.billing.account",
            "io.tenancy.billing.catalogue",
            "io.tenancy.billing.coupon",
            "io.tenancy.billing.document",
            "io.tenancy.billing.dunning",
            "io.tenancy.billing.installation",
            "io.tenancy.billing.invoice",
            "io.tenancy.billing.ledger",
            "io.tenancy.billing.mail",
            "io.tenancy.billing.notice",
            "io.tenancy.billing.party",
            "io.tenancy.billing.payment",
            "io.tenancy.billing.period",
            "io.tenancy.billing.price",
            "io.tenancy.billing.revenue",
            "io.tenancy.billing.run",
            "io.tenancy.billing.stripe",
            "io.tenancy.billing.stripe.client",
            "io.tenancy.billing.stripe.customer",
            "io.tenancy.billing.stripe.finding",
            "io.tenancy.billing.stripe.meter",
            "io.tenancy.billing.stripe.payment",
            "io.tenancy.billing.stripe.reconciliation",
            "io.tenancy.billing.stripe.webhook",
            "io.tenancy.billing.subscription",
            "io.tenancy.billing.tax",
            "io.tenancy.context",
            "io.tenancy.entitlement",
            "io.tenancy.jpa",
            "io.tenancy.jpa.control",
            "io.tenancy.jpa.control.provisioning",
            "io.tenancy.jpa.embedded",
            "io.tenancy.jpa.entitlement",
            "io.tenancy.jpa.isolation",
            "io.tenancy.jpa.isolation.shared",
            "io.tenancy.jpa.ratelimit",
            "io.tenancy.jpa.usage",
            "io.tenancy.plugins",
            "io.tenancy.plugins.admission",
            "io.tenancy.plugins.capability",
            "io.tenancy.plugins.engine",
            "io.tenancy.plugins.extension",
            "io.tenancy.plugins.extension.spi",
            "io.tenancy.plugins.http",
            "io.tenancy.plugins.install",
            "io.tenancy.plugins.installation",
            "io.tenancy.plugins.kit",
            "io.tenancy.plugins.market",
            "io.tenancy.plugins.pack",
            "io.tenancy.plugins.sandbox",
            "io.tenancy.quota",
            "io.tenancy.quota.spi",
            "io.tenancy.ratelimit",
            "io.tenancy.test",
            "io.tenancy.test.stripe",
            "io.tenancy.usage",
            "io.tenancy.usage.buffer",
            "io.tenancy.usage.spi",
            "java.math",
            "java.net",
            "java.nio.file",
            "java.time",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "java.util.function");

    private static final List<String> TYPES = List.of(
            "jakarta.mail.Session",
            "java.sql.Connection",
            "java.sql.SQLException",
            "java.time.Duration",
            "java.time.Instant",
            "javax.sql.DataSource",
            "io.tenancy.billing.stripe.webhook.StripeEvent",
            "io.tenancy.entitlement.EntitlementGrants.OverrideMode",
            "org.hibernate.SessionFactory",
            "org.hibernate.cfg.Configuration",
            "org.junit.jupiter.api.Test",
            "org.junit.jupiter.api.extension.BeforeAllCallback",
            "org.junit.jupiter.api.extension.ExtendWith",
            "org.junit.jupiter.api.extension.ExtensionContext");

    /** What the pages take for granted. */
    private static final String GIVEN = """
              TenancyInstallation tenancy;
              TenantProvisioner provisioner;
              DatabaseServer server;
              Tenant tenant, acme;
              Connection owner;
              String ownerPassword, runtimePassword, platformPassword;
              TenancyBilling billing;
              TenancyStripe stripe;
              StripeWebhook webhook;
              StripeInbox inbox;
              StripeEvents events;
              ChangeNote note;
              Invoice invoice;
              CreditNote creditNote;
              byte[] module;
              Session mailSession;
              StripeSettings settings;
              TenancyPlugins plugins;
              SigningKey curator;
              byte[] packageBytes;
              ThreadPoolExecutor myPool;
              DataSource poolOfConnections;
              FakeStripe fake;
              UsageMeter usage;
              UsageSink sink;
              String requestId;
              Instant startedAt;
              static class Note { Note(String text) {} }
              interface UserRepository { long count(); }
              List<String> readNotes(DataSource source) { return List.of(); }
              void work() {}
              int count() { return 0; }
            """;

    @TempDir
    private Path classes;

    @Test
    void everyFragmentCompiles() throws Exception {
        List<String> objections = new ArrayList<>();
        int number = 0;
        for (Markdown page : Markdown.pagesBelow(Reactor.find().root().resolve("docs/guide"))) {
            if (OF_FRAMEWORKS.contains(page.file().getFileName().toString())) {
                continue;
            }
            for (String fragment : page.blocks("java")) {
                String said = program("Fragment" + ++number, fragment).compileInto(classes);
                if (!said.isEmpty()) {
                    objections.add(page.file().getFileName() + ":\n" + said);
                }
            }
        }

        assertThat(number).isGreaterThan(10);
        assertThat(objections).isEmpty();
    }

    @Test
    void aFragmentThatNamesWhatIsGoneIsFound() throws Exception {
        assertThat(program("Gone", "tenancy.provisioner().create(\"acme\");").compileInto(classes))
                .contains("cannot find symbol");
    }

    private static JavaText program(String name, String fragment) {
        // Imports stand above the program, but for those of Spring, which this module does not have.
        Map<Boolean, List<String>> lines =
                fragment.lines().collect(Collectors.partitioningBy(line -> line.startsWith("import ")));
        String code = String.join("\n", lines.get(false))
                .strip()
                .replace("{ … }", "{ }")
                .replace("@SpringBootTest\n", "")
                .replace("    @Bean\n", "");
        boolean members = code.startsWith("class ") || code.startsWith("@");
        String imports = Stream.concat(PACKAGES.stream().map(each -> each + ".*"), TYPES.stream())
                .map(each -> "import " + each + ";")
                .collect(Collectors.joining("\n"));
        String own = lines.get(true).stream()
                .filter(line -> !line.contains(" org.springframework."))
                .collect(Collectors.joining("\n"));
        String body = members ? code : "void fragment() throws Exception {\n" + code + "\n}";
        return new JavaText(name, imports + "\n" + own + "\nclass " + name + " {\n" + GIVEN + body + "\n}\n");
    }
}
