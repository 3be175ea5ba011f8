package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.CmsProperties;
import org.springframework.stereotype.Component;

/** Tells the host that lists the clinics from the hosts that are a clinic. */
@Component
public class LandingHost {

    private final String name;

    LandingHost(CmsProperties properties) {
        this.name = properties.landingHost();
    }

    /**
     * Compares a host name.
     *
     * @param serverName a host name without port
     * @return true if that host lists the clinics
     */
    public boolean is(String serverName) {
        return name.equalsIgnoreCase(serverName);
    }
}
