package io.tenancy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The Markdown pages of the project lead somewhere. */
class PagesTest {

    private final Reactor reactor = Reactor.find();

    @Test
    void everyRelativeLinkOfEveryPageResolves() {
        List<Markdown> pages = Markdown.pagesBelow(reactor.root());
        List<String> broken = new ArrayList<>();
        for (Markdown page : pages) {
            for (String link : page.links()) {
                if (!link.matches("[a-z]+:.*") && !resolves(page, link)) {
                    broken.add(reactor.root().relativize(page.file()) + " -> " + link);
                }
            }
        }

        assertThat(pages).hasSizeGreaterThan(10);
        assertThat(broken).isEmpty();
    }

    @Test
    void theIndexOfTheDocumentationNamesEveryPageOfIt() {
        Path docs = reactor.root().resolve("docs");
        Markdown index = Markdown.read(docs.resolve("README.md"));

        assertThat(Markdown.pagesBelow(docs).stream()
                        .filter(page -> !page.file().equals(index.file()))
                        .map(page -> docs.relativize(page.file()).toString().replace('\\', '/')))
                .isNotEmpty()
                .allSatisfy(page -> assertThat(index.links()).contains(page));
    }

    @Test
    void aBrokenLinkIsFound() {
        Markdown page = new Markdown(
                reactor.root().resolve("docs/invented.md"),
                "# A page\n[there](README.md) [gone](no-such-page.md) [part](#a-page) [no part](#another)\n");

        assertThat(page.links())
                .filteredOn(link -> !resolves(page, link))
                .containsExactly("no-such-page.md", "#another");
    }

    private static boolean resolves(Markdown page, String link) {
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        Path target =
                path.isEmpty() ? page.file() : page.file().resolveSibling(path).normalize();
        if (path.isEmpty()) {
            return page.anchors().contains(link.substring(1));
        }
        if (!Files.exists(target)) {
            return false;
        }
        return hash < 0
                || !target.toString().endsWith(".md")
                || Markdown.read(target).anchors().contains(link.substring(hash + 1));
    }
}
