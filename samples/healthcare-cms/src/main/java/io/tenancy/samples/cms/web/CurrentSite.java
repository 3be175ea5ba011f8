package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.site.Site;
import io.tenancy.samples.cms.site.SiteRepository;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The clinic whose page is being asked for, read once per request. */
@Component
class CurrentSite {

    private static final Logger log = LoggerFactory.getLogger(CurrentSite.class);
    private static final String ATTRIBUTE = CurrentSite.class.getName();
    private static final String UNREADABLE = ATTRIBUTE + ".UNREADABLE";

    private final SiteRepository sites;
    private final LandingHost landing;

    CurrentSite(SiteRepository sites, LandingHost landing) {
        this.sites = sites;
        this.landing = landing;
    }

    /**
     * Finds the clinic for a page that makes no sense without one.
     *
     * @param request the current request
     * @return the clinic
     * @throws SiteNotReadyException if the clinic's own row is not there yet
     */
    Site require(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Site site) {
            return site;
        }
        try {
            Site site = sites.findTheSite().orElseThrow(SiteNotReadyException::new);
            request.setAttribute(ATTRIBUTE, site);
            return site;
        } catch (RuntimeException unreadable) {
            // The error page must not wait for the same unreachable database again.
            request.setAttribute(UNREADABLE, true);
            throw unreadable;
        }
    }

    /**
     * Finds the clinic for a page that also works without one, such as an error page, which may be shown because the
     * clinic could not be read.
     *
     * @param request the current request
     * @return the clinic, or empty if there is none on this host or it cannot be read
     */
    Optional<Site> find(HttpServletRequest request) {
        if (landing.is(request.getServerName()) || request.getAttribute(UNREADABLE) != null) {
            return Optional.empty();
        }
        try {
            return Optional.of(require(request));
        } catch (RuntimeException unreadable) {
            log.debug("The page has no brand: no site can be read for {}", request.getServerName(), unreadable);
            return Optional.empty();
        }
    }
}
