package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.site.Site;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.ModelAndView;

/**
 * Says what went wrong, in the clinic's dress where there is a clinic and plainly where there is none. Nothing about
 * the cause leaves the server; the log has it.
 */
@Controller
class ErrorPages implements ErrorController {

    private final CurrentSite currentSite;
    private final String contact;

    ErrorPages(CurrentSite currentSite, @Value("${tenancy.billing.seller.email:}") String contact) {
        this.currentSite = currentSite;
        this.contact = contact;
    }

    @RequestMapping(path = "/error", produces = MediaType.TEXT_HTML_VALUE)
    ModelAndView page(HttpServletRequest request, Model model) {
        HttpStatus status = status(request);
        Optional<Site> site = currentSite.find(request);
        model.addAttribute("status", status.value());
        if (site.isPresent()) {
            model.addAttribute("site", site.get());
            model.addAttribute("problem", branded(status));
            return new ModelAndView("error/site", model.asMap(), status);
        }
        model.addAttribute("problem", neutral(status));
        if (status == HttpStatus.PAYMENT_REQUIRED && !contact.isBlank()) {
            model.addAttribute("contact", contact);
        }
        return new ModelAndView("error/neutral", model.asMap(), status);
    }

    @RequestMapping("/error")
    ResponseEntity<ProblemDetail> problem(HttpServletRequest request) {
        return ResponseEntity.of(ProblemDetail.forStatus(status(request))).build();
    }

    private static HttpStatus status(HttpServletRequest request) {
        Object code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        // Somebody who opens /error directly asks for a page that does not exist.
        HttpStatus status = code instanceof Integer number ? HttpStatus.resolve(number) : HttpStatus.NOT_FOUND;
        return status == null ? HttpStatus.INTERNAL_SERVER_ERROR : status;
    }

    private static String branded(HttpStatus status) {
        return switch (status) {
            case NOT_FOUND -> "missing";
            case FORBIDDEN, UNAUTHORIZED -> "forbidden";
            case SERVICE_UNAVAILABLE -> "unavailable";
            default -> status.is4xxClientError() ? "refused" : "broken";
        };
    }

    /** Without a clinic a refusal is about the clinic itself: the host is unknown, or the clinic is not open. */
    private static String neutral(HttpStatus status) {
        return switch (status) {
            case NOT_FOUND, BAD_REQUEST -> "unknown";
            case PAYMENT_REQUIRED, FORBIDDEN, GONE, LOCKED -> "suspended";
            case SERVICE_UNAVAILABLE -> "unavailable";
            default -> status.is4xxClientError() ? "refused" : "broken";
        };
    }
}
