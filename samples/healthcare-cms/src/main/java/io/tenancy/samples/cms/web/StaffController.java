package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.account.EmailTakenException;
import io.tenancy.samples.cms.account.Role;
import io.tenancy.samples.cms.account.StaffRoom;
import io.tenancy.samples.cms.plan.LimitReachedException;
import io.tenancy.samples.cms.plan.RestrictedException;
import io.tenancy.samples.cms.site.Site;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.Valid;
import java.util.Objects;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.validation.BindingResult;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Who works at the clinic; every path here asks for a log-in. */
@Controller
@ClinicPage
@RequestMapping("/desk/staff")
class StaffController {

    private final StaffRoom room;

    StaffController(StaffRoom room) {
        this.room = room;
    }

    @GetMapping
    String page(Model model) {
        return form(StaffForm.blank(), model);
    }

    @PostMapping
    String add(
            @Valid @ModelAttribute("form") StaffForm form,
            BindingResult faults,
            @ModelAttribute("site") Site site,
            Model model,
            HttpServletResponse response,
            RedirectAttributes flash) {
        if (!faults.hasErrors()) {
            try {
                room.add(
                        form.email(),
                        form.displayName(),
                        form.profession(),
                        Objects.requireNonNull(form.role()),
                        form.password());
                flash.addFlashAttribute("notice", "staff.added");
                return "redirect:/desk/staff";
            } catch (EmailTakenException taken) {
                faults.rejectValue("email", "staff.emailTaken");
            } catch (LimitReachedException reached) {
                model.addAttribute("limit", LimitNotice.of(reached, site.getLocale()));
            } catch (RestrictedException restricted) {
                model.addAttribute("warning", "editor.warning.restricted");
            }
        }
        response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
        return form(form, model);
    }

    private String form(StaffForm form, Model model) {
        model.addAttribute("form", form);
        model.addAttribute("roles", Role.values());
        model.addAttribute("staff", room.everybody());
        return "editor/staff";
    }
}
