package io.tenancy.spring.limits;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class ArticleController {

    private final ArticleService articles;

    public ArticleController(ArticleService articles) {
        this.articles = articles;
    }

    @PostMapping("/articles/{text}")
    public String write(@PathVariable("text") String text) {
        articles.write(text);
        return "written";
    }

    @PostMapping("/exports")
    public String export() {
        return "exported " + articles.export();
    }

    @PostMapping("/exports/misspelt")
    public String exportMisspelt() {
        return "exported " + articles.exportMisspelt();
    }

    @GetMapping("/reports/yearly")
    public String report() {
        return "reported";
    }

    @GetMapping("/open")
    public String open() {
        return "open";
    }
}
