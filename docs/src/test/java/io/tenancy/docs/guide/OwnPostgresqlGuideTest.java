package io.tenancy.docs.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.docs.Reactor;
import io.tenancy.jpa.control.InstallationSql;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What docs/guide/own-postgresql.md shows is what the SDK prints. */
class OwnPostgresqlGuideTest {

    @Test
    void theScriptOnThePageIsTheOneThatIsPrinted() {
        String page = Reactor.find().read("docs/guide/own-postgresql.md");
        int begin = page.indexOf("```sql") + "```sql".length();
        List<String> shown = page.substring(begin, page.indexOf("```", begin))
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("--"))
                .toList();
        String printed = InstallationSql.forLogins(new DatabaseServer(
                "primary",
                "jdbc:postgresql://db.example.com/app",
                new Login("tenancy_owner", "…"),
                new Login("tenancy_runtime", "…"),
                new Login("tenancy_platform", "…")));

        assertThat(shown)
                .hasSizeGreaterThan(5)
                .allSatisfy(line -> assertThat(printed.replaceAll(" +", " ")).contains(line.replaceAll(" +", " ")));
    }
}
