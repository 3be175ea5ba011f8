package io.tenancy.spring.limits;

import io.tenancy.entitlement.ConsumesQuota;
import io.tenancy.jpa.quota.TransactionalQuotas;
import io.tenancy.jpa.quota.hibernate.HibernateQuotas;
import jakarta.persistence.EntityManager;
import org.hibernate.Session;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class ArticleService {

    private final JdbcTemplate template;
    private final TransactionalQuotas quotas;

    private final EntityManager entities;

    public ArticleService(JdbcTemplate template, TransactionalQuotas quotas, EntityManager entities) {
        this.template = template;
        this.quotas = quotas;
        this.entities = entities;
    }

    @Transactional
    @ConsumesQuota("articles")
    public void write(String text) {
        insert(text);
    }

    @ConsumesQuota("exports")
    public int export() {
        return count();
    }

    /** Asks for what no catalogue defines. */
    @ConsumesQuota("exprots")
    public int exportMisspelt() {
        return count();
    }

    @Transactional
    public void writeInTransaction(String text, boolean well) {
        template.execute((ConnectionCallback<Boolean>) connection -> {
            quotas.consumeInTransaction(connection, "articles", 1);
            return true;
        });
        insert(text);
        if (!well) {
            throw new IllegalStateException("planned");
        }
    }

    @Transactional
    public void writeInSession(String text, boolean well) {
        HibernateQuotas.consumeInTransaction(entities.unwrap(Session.class), quotas, "articles", 1);
        insert(text);
        if (!well) {
            throw new IllegalStateException("planned");
        }
    }

    public void takeWithoutTransaction() {
        HibernateQuotas.consumeInTransaction(entities.unwrap(Session.class), quotas, "articles", 1);
    }

    private void insert(String text) {
        template.update("insert into tenant_schema.note (id, text) values (gen_random_uuid(), ?)", text);
    }

    public int count() {
        Integer count = template.queryForObject("select count(*) from tenant_schema.note", Integer.class);
        return count == null ? 0 : count;
    }
}
