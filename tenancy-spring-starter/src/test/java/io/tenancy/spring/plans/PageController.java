package io.tenancy.spring.plans;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

@Controller
public class PageController {

    @GetMapping("/plans")
    public String plans() {
        return "plans";
    }
}
