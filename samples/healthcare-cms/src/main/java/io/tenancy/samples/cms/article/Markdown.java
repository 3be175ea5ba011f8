package io.tenancy.samples.cms.article;

import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.owasp.html.HtmlPolicyBuilder;
import org.owasp.html.PolicyFactory;
import org.springframework.stereotype.Component;

/**
 * Turns an author's Markdown into HTML that is safe to show. The sanitiser runs last and over the whole output, so
 * neither raw HTML in the text nor a fault in the Markdown renderer reaches a visitor. Thread-safe.
 */
@Component
public class Markdown {

    private final Parser parser = Parser.builder().build();

    private final HtmlRenderer renderer = HtmlRenderer.builder().build();

    private final PolicyFactory policy = new HtmlPolicyBuilder()
            .allowElements(
                    "h2", "h3", "h4", "p", "br", "hr", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote")
            // The page's own title is its only first-level heading.
            .allowElements((element, attributes) -> "h2", "h1")
            .allowElements("a")
            .allowUrlProtocols("https", "http", "mailto", "tel")
            .allowAttributes("href")
            .onElements("a")
            .requireRelsOnLinks("noopener", "nofollow")
            .toFactory();

    /**
     * Renders a text.
     *
     * @param markdown CommonMark
     * @return HTML without scripts, styles, images, forms or any attribute but a link's address
     */
    public String toSafeHtml(String markdown) {
        return policy.sanitize(renderer.render(parser.parse(markdown)));
    }
}
