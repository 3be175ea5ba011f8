package io.tenancy.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.embedded.EmbeddedInstallation;
import java.nio.file.Path;
import java.util.Locale;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {

    @TempDir
    private Path directory;

    @Test
    void eachTenantSeesItsOwnNotesAfterARestartToo() {
        for (int start = 1; start <= 2; start++) {
            try (EmbeddedInstallation embedded = EmbeddedInstallation.at(directory.resolve("data"));
                    TenancyInstallation tenancy = embedded.builder()
                            .migrations("classpath:db/quickstart")
                            .build()
                            .start();
                    SessionFactory sessions = Quickstart.sessionFactory(tenancy)) {
                for (IsolationLevel level : IsolationLevel.values()) {
                    Tenant tenant = tenancy.provisioner()
                            .provision(
                                    NewTenant.of("clinic-" + level.name().toLowerCase(Locale.ROOT), "Clinic", level));

                    assertThat(Quickstart.addNote(sessions, tenant))
                            .hasSize(start)
                            .containsOnly("A note of " + tenant.slug());
                }
            }
        }
    }
}
