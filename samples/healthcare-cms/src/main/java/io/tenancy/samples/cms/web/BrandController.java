package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.site.CoverArt;
import io.tenancy.samples.cms.site.Site;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.DigestUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.WebRequest;

/** The clinic's stylesheet and drawings. Pages carry no inline style, so that the security policy can forbid it. */
@RestController
class BrandController {

    private static final MediaType CSS = new MediaType("text", "css", StandardCharsets.UTF_8);
    private static final MediaType SVG = new MediaType("image", "svg+xml", StandardCharsets.UTF_8);

    /** A drawing cannot run anything, even when somebody opens it by its own address. */
    private static final String SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

    private final CurrentSite currentSite;

    BrandController(CurrentSite currentSite) {
        this.currentSite = currentSite;
    }

    @GetMapping("/brand.css")
    ResponseEntity<String> stylesheet(HttpServletRequest request, WebRequest conditions) {
        Site site = currentSite.require(request);
        String css = """
                :root {
                  --brand: %s;
                  --on-brand: %s;
                  --accent: %s;
                  --on-accent: %s;
                  --paper: %s;
                  --display: %s;
                }
                """.formatted(
                        site.getPrimaryColour(),
                        site.getPrimaryColour().readableInk(),
                        site.getAccentColour(),
                        site.getAccentColour().readableInk(),
                        site.getPaperColour(),
                        site.getTypeface().stack());
        return cached(css, CSS, conditions);
    }

    @GetMapping("/brand/logo.svg")
    ResponseEntity<String> logo(HttpServletRequest request, WebRequest conditions) {
        return cached(currentSite.require(request).getLogoSvg(), SVG, conditions);
    }

    @GetMapping("/covers/{key}.svg")
    ResponseEntity<String> cover(@PathVariable String key, HttpServletRequest request, WebRequest conditions) {
        return cached(CoverArt.svg(currentSite.require(request), key), SVG, conditions);
    }

    private static ResponseEntity<String> cached(String body, MediaType type, WebRequest conditions) {
        String tag = '"' + DigestUtils.md5DigestAsHex(body.getBytes(StandardCharsets.UTF_8)) + '"';
        CacheControl control =
                CacheControl.maxAge(Duration.ofMinutes(10)).cachePublic().mustRevalidate();
        if (conditions.checkNotModified(tag)) {
            return ResponseEntity.status(304).eTag(tag).cacheControl(control).build();
        }
        ResponseEntity.BodyBuilder answer =
                ResponseEntity.ok().contentType(type).eTag(tag).cacheControl(control);
        if (type.equals(SVG)) {
            answer.header("Content-Security-Policy", SVG_POLICY);
        }
        return answer.body(body);
    }
}
