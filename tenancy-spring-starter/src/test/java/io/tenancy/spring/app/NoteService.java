package io.tenancy.spring.app;

import io.tenancy.context.Tenancy;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.hibernate.Session;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Async;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class NoteService {

    private final NoteRepository notes;
    private final JdbcClient jdbc;
    private final JdbcTemplate template;
    private final EntityManager entities;

    public NoteService(NoteRepository notes, JdbcClient jdbc, JdbcTemplate template, EntityManager entities) {
        this.notes = notes;
        this.jdbc = jdbc;
        this.template = template;
        this.entities = entities;
    }

    @Transactional
    public void add(String text) {
        notes.save(new Note(text));
    }

    public List<String> throughJpa() {
        return notes.texts();
    }

    public List<String> throughJdbcClient() {
        return jdbc.sql("select text from tenant_schema.note order by text")
                .query(String.class)
                .list();
    }

    public List<String> throughJdbcTemplate() {
        return template.queryForList("select text from tenant_schema.note order by text", String.class);
    }

    /** What the SDK refuses inside the application, after security let the request in. */
    public void takeOnAnotherRole() {
        template.execute("set role none");
    }

    /** Writes with one and reads with the other before anything is committed, then rolls back. */
    @Transactional
    public boolean sharesOneConnection() {
        Integer hibernate = entities.unwrap(Session.class).doReturningWork(connection -> {
            try (var statement = connection.createStatement();
                    var row = statement.executeQuery("select pg_backend_pid()")) {
                row.next();
                return row.getInt(1);
            }
        });
        Integer template = this.template.queryForObject("select pg_backend_pid()", Integer.class);
        return hibernate.equals(template);
    }

    @Async
    public CompletableFuture<String> later() {
        return CompletableFuture.completedFuture(Tenancy.require().slug() + " " + notes.texts() + " "
                + Thread.currentThread().isDaemon());
    }

    @Async
    public CompletableFuture<String> whoLater() {
        return CompletableFuture.completedFuture(Tenancy.require().slug().value());
    }
}
