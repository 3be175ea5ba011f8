package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.site.Site;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.LocaleResolver;

/**
 * Speaks the clinic's language whatever the browser prefers: a page whose articles are Portuguese does not get German
 * buttons.
 */
@Component(DispatcherServlet.LOCALE_RESOLVER_BEAN_NAME)
class SiteLocaleResolver implements LocaleResolver {

    private final CurrentSite currentSite;

    SiteLocaleResolver(CurrentSite currentSite) {
        this.currentSite = currentSite;
    }

    @Override
    public Locale resolveLocale(HttpServletRequest request) {
        return currentSite.find(request).map(Site::getLocale).orElse(Locale.ENGLISH);
    }

    @Override
    public void setLocale(HttpServletRequest request, @Nullable HttpServletResponse response, @Nullable Locale locale) {
        throw new UnsupportedOperationException("The language belongs to the site");
    }
}
