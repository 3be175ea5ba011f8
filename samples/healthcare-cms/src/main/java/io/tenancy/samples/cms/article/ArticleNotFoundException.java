package io.tenancy.samples.cms.article;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ResponseStatus;

/** There is no such article, or it is not published and the visitor may not know of it. */
@ResponseStatus(HttpStatus.NOT_FOUND)
public class ArticleNotFoundException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * A request for something that is not there.
     *
     * @param asked the slug or id that was asked for
     */
    public ArticleNotFoundException(Object asked) {
        super("There is no article '" + asked + "' that this visitor may see");
    }
}
