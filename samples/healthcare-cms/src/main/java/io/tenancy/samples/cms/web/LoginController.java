package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.CmsProperties;
import io.tenancy.samples.cms.account.AppUserRepository;
import io.tenancy.samples.cms.account.SignedInUser;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The door to the editor. */
@Controller
@ClinicPage
class LoginController {

    private final AppUserRepository users;
    private final CmsProperties properties;

    LoginController(AppUserRepository users, CmsProperties properties) {
        this.users = users;
        this.properties = properties;
    }

    @GetMapping("/login")
    String login(@AuthenticationPrincipal @Nullable SignedInUser viewer, Model model) {
        if (viewer != null) {
            return "redirect:/editor";
        }
        if (properties.demoCredentials()) {
            model.addAttribute("demoUsers", users.findAllByOrderByRoleDescDisplayName());
            model.addAttribute("demoPassword", properties.demoPassword());
        }
        return "login";
    }
}
