package io.tenancy.samples.cms.plugin;

import io.tenancy.samples.cms.web.ClinicPage;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** Tells pages that there are plugins. */
@ControllerAdvice(annotations = ClinicPage.class)
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class PluggedPages {

    @ModelAttribute("plugged")
    boolean plugged() {
        return true;
    }
}
