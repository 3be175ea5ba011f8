package io.tenancy.samples.cms.web;

import io.tenancy.samples.cms.article.Article;
import io.tenancy.samples.cms.article.ArticleCard;
import io.tenancy.samples.cms.article.ArticleNotFoundException;
import io.tenancy.samples.cms.article.Category;
import io.tenancy.samples.cms.article.Markdown;
import io.tenancy.samples.cms.article.PublicLibrary;
import io.tenancy.samples.cms.article.SearchText;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.PageRequest;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/** The pages that everybody may read. */
@Controller
@ClinicPage
class PublicController {

    private static final int ON_FRONT_PAGE = 7;
    private static final int PER_PAGE = 9;
    private static final int LONGEST_QUERY = 100;

    private final PublicLibrary library;
    private final Markdown markdown;

    PublicController(PublicLibrary library, Markdown markdown) {
        this.library = library;
        this.markdown = markdown;
    }

    @GetMapping("/")
    String home(Model model) {
        List<ArticleCard> newest =
                library.newest(PageRequest.of(0, ON_FRONT_PAGE)).getContent();
        model.addAttribute("lead", newest.isEmpty() ? null : newest.get(0));
        model.addAttribute("articles", newest.isEmpty() ? newest : newest.subList(1, newest.size()));
        return "home";
    }

    @GetMapping("/articles")
    String articles(
            @RequestParam(required = false) @Nullable String category,
            @RequestParam(defaultValue = "1") int page,
            Model model) {
        PageRequest part = PageRequest.of(Math.max(0, page - 1), PER_PAGE);
        Category chosen = category == null || category.isBlank() ? null : library.category(category);
        Page<ArticleCard> shown = chosen == null ? library.newest(part) : library.newestIn(chosen, part);
        if (shown.isEmpty() && page > 1) {
            throw new ArticleNotFoundException("page " + page);
        }
        model.addAttribute("category", chosen);
        model.addAttribute("page", shown);
        return "articles";
    }

    @GetMapping("/articles/{slug}")
    String article(@PathVariable String slug, Model model) {
        Article article = library.article(slug);
        model.addAttribute("article", article);
        model.addAttribute("html", markdown.toSafeHtml(article.getBody()));
        model.addAttribute("related", library.relatedTo(article));
        return "article";
    }

    @GetMapping("/search")
    String search(
            @RequestParam(name = "q", defaultValue = "") String query,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
            Model model) {
        String asked = query.strip();
        String bounded = asked.length() <= LONGEST_QUERY ? asked : asked.substring(0, LONGEST_QUERY);
        List<Hit> hits = library.search(bounded).stream()
                .map(hit -> new Hit(
                        hit.card(),
                        SearchText.highlight(hit.card().title(), bounded),
                        SearchText.highlight(hit.passage(), bounded)))
                .toList();
        model.addAttribute("query", bounded);
        model.addAttribute("hits", hits);
        return htmx == null ? "search" : "search :: results";
    }

    /**
     * A search result with the words that were found.
     *
     * @param card the article
     * @param title its title in pieces
     * @param passage its summary or the found passage in pieces
     */
    record Hit(ArticleCard card, List<SearchText.Segment> title, List<SearchText.Segment> passage) {}
}
