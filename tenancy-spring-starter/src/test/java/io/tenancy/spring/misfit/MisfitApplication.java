package io.tenancy.spring.misfit;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.util.UUID;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class MisfitApplication {

    @Entity(name = "note")
    public static class Note {
        @Id
        private UUID id;

        @Column(name = "never_migrated")
        private String text;

        protected Note() {}
    }
}
