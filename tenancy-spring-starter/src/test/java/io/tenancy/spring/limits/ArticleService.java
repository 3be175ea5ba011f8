package io.tenancy.spring.limits;

import io.tenancy.entitlement.ConsumesQuota;
import io.tenancy.jpa.quota.TransactionalQuotas;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class ArticleService {

    private final JdbcTemplate template;
    private final TransactionalQuotas quotas;

    public ArticleService(JdbcTemplate template, TransactionalQuotas quotas) {
        this.template = template;
        this.quotas = quotas;
    }

    @Transactional
    @ConsumesQuota("articles")
    public void write(String text) {
        insert(text);
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

    private void insert(String text) {
        template.update("insert into tenant_schema.note (id, text) values (gen_random_uuid(), ?)", text);
    }

    public int count() {
        Integer count = template.queryForObject("select count(*) from tenant_schema.note", Integer.class);
        return count == null ? 0 : count;
    }
}
