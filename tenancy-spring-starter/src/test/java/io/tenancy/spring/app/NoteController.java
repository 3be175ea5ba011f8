package io.tenancy.spring.app;

import io.tenancy.context.Tenancy;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.security.Principal;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.slf4j.MDC;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class NoteController {

    private final NoteService notes;

    public NoteController(NoteService notes) {
        this.notes = notes;
    }

    @PostMapping("/notes")
    public void add(@RequestBody String text) {
        notes.add(text);
    }

    @GetMapping("/notes")
    public List<String> notes() {
        return notes.throughJpa();
    }

    @GetMapping("/notes/client")
    public List<String> client() {
        return notes.throughJdbcClient();
    }

    @GetMapping("/notes/template")
    public List<String> template() {
        return notes.throughJdbcTemplate();
    }

    @GetMapping("/notes/as-somebody-else")
    public void asSomebodyElse() {
        notes.takeOnAnotherRole();
    }

    @GetMapping("/one-connection")
    public String oneConnection() {
        return String.valueOf(notes.sharesOneConnection());
    }

    @GetMapping("/open-in-view")
    public String openInView() {
        return String.valueOf(
                !TransactionSynchronizationManager.getResourceMap().isEmpty());
    }

    @GetMapping("/who")
    public String who() {
        return Tenancy.current().map(tenant -> tenant.slug().value()).orElse("nobody") + " " + MDC.get("tenant.slug");
    }

    @GetMapping("/who/callable")
    public Callable<String> whoCallable() {
        return () -> Tenancy.require().slug().value() + " " + notes.throughJpa();
    }

    @GetMapping("/who/async")
    public CompletableFuture<String> whoAsync() {
        return notes.whoLater();
    }

    @GetMapping("/open/notes")
    public List<String> notesWithoutTenant() {
        return notes.throughJpa();
    }

    @GetMapping("/open/template")
    public List<String> templateWithoutTenant() {
        return notes.throughJdbcTemplate();
    }

    @GetMapping("/session/begin")
    public String beginSession(HttpServletRequest request) {
        HttpSession session = request.getSession();
        session.setAttribute("user", "ada");
        return "begun";
    }

    @GetMapping("/session/user")
    public String sessionUser(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session == null ? "none" : String.valueOf(session.getAttribute("user"));
    }

    @GetMapping("/private")
    public String secret(Principal principal) {
        return "for " + principal.getName();
    }
}
