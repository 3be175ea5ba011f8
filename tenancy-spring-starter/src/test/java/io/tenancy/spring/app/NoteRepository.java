package io.tenancy.spring.app;

import java.util.List;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

public interface NoteRepository extends JpaRepository<Note, UUID> {

    List<Note> findByTextContaining(String part);

    @Query("select n.text from Note n order by n.text")
    List<String> texts();
}
