package io.tenancy.samples.quickstart;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.embedded.EmbeddedInstallation;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;

/** Three tenants on three isolation levels behind one session factory, without a framework. */
public final class Quickstart {

    /** An entity like any other: it knows nothing of tenants. */
    @Entity(name = "Note")
    public static class Note {
        @Id
        private UUID id = UUID.randomUUID();

        private String text = "";

        protected Note() {}

        Note(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    private Quickstart() {}

    /**
     * Writes a note for each of three tenants and reads them back.
     *
     * @param arguments the data directory; a folder under the user's home otherwise
     */
    public static void main(String[] arguments) {
        Path directory = arguments.length > 0
                ? Path.of(arguments[0])
                : Path.of(System.getProperty("user.home"), ".tenancy", "quickstart");
        try (EmbeddedInstallation embedded = EmbeddedInstallation.at(directory);
                TenancyInstallation tenancy = embedded.builder()
                        .migrations("classpath:db/quickstart")
                        .build()
                        .start();
                SessionFactory sessions = sessionFactory(tenancy)) {
            for (IsolationLevel level : IsolationLevel.values()) {
                String slug = "clinic-" + level.name().toLowerCase(Locale.ROOT);
                Tenant tenant = tenancy.provisioner().provision(NewTenant.of(slug, "Clinic " + slug, level));
                System.out.println(tenant.slug() + " on " + level + ": " + addNote(sessions, tenant));
            }
        }
    }

    /** Adds a note for a tenant and returns the texts of all the notes that this tenant can see. */
    static List<String> addNote(SessionFactory sessions, Tenant tenant) {
        return Tenancy.callAs(
                tenant,
                () -> sessions.fromTransaction(session -> {
                    session.persist(new Note("A note of " + tenant.slug()));
                    return session.createSelectionQuery("from Note", Note.class).getResultList().stream()
                            .map(Note::text)
                            .toList();
                }));
    }

    static SessionFactory sessionFactory(TenancyInstallation tenancy) {
        Configuration configuration = new Configuration().addAnnotatedClass(Note.class);
        configuration.getProperties().putAll(tenancy.hibernateSettings());
        return configuration.buildSessionFactory();
    }
}
