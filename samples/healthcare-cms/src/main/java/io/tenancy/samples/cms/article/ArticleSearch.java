package io.tenancy.samples.cms.article;

import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.List;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** Finds published articles by words, wherever they occur. */
@Repository
public class ArticleSearch {

    private final EntityManager entityManager;

    ArticleSearch(EntityManager entityManager) {
        this.entityManager = entityManager;
    }

    /**
     * Finds the published articles that contain every term, those with the first term in the title before the others.
     *
     * @param query what the visitor typed; case and diacritics do not matter
     * @param limit how many results at most
     * @return cards; empty if nothing was typed or nothing was found
     */
    @Transactional(readOnly = true)
    public List<ArticleCard> published(String query, int limit) {
        List<String> terms = SearchText.terms(query);
        if (terms.isEmpty()) {
            return List.of();
        }
        StringBuilder hql = new StringBuilder(ArticleCard.SELECT).append(" where a.status = :status");
        for (int i = 0; i < terms.size(); i++) {
            hql.append(" and a.searchText like :term").append(i).append(" escape '!'");
        }
        hql.append(" order by case when a.searchTitle like :term0 escape '!' then 0 else 1 end,")
                .append(" a.publishedAt desc, a.id");
        TypedQuery<ArticleCard> search = entityManager.createQuery(hql.toString(), ArticleCard.class);
        search.setParameter("status", ArticleStatus.PUBLISHED);
        for (int i = 0; i < terms.size(); i++) {
            search.setParameter("term" + i, SearchText.pattern(terms.get(i)));
        }
        return search.setMaxResults(limit).getResultList();
    }
}
